import type { Paragraph } from '../debian-control.js';
import type { FileCheck } from '../signature/file-check.js';

/** A place in the sources. */
export interface SourcePlace {
  readonly file: string;
  readonly member?: readonly string[] | undefined;
}

/** A text file of the sources that says something about their ancestry. */
export interface SourceText extends SourcePlace {
  readonly text: string;
}

/** An archive of a compiler that comes with the sources. */
export interface BundledArchive extends SourcePlace {
  readonly name: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** A control file that describes the source package or its build. */
export interface SourceControl extends SourcePlace {
  readonly kind: 'dsc' | 'control' | 'buildinfo' | 'changes';
  readonly paragraphs: readonly Paragraph[];
  /** SHA-256 of the files that it lists, by name. */
  readonly digests: ReadonlyMap<string, string>;
  /** Whether its signature is good. */
  readonly signed: boolean;
}

/** What sources hold about where the compiler that was built of them comes from. */
export interface SourceFacts {
  readonly paths: readonly string[];
  readonly version?: SourceText | undefined;
  readonly stage0?: SourceText | undefined;
  readonly bundled: readonly BundledArchive[];
  readonly controls: readonly SourceControl[];
  /** Of what was checked on the way: the .dsc and what it lists. */
  readonly checks: readonly FileCheck[];
  readonly notes: readonly string[];
}
