import type { FactName, Identity } from '../../artefact/identity.js';
import type { LayoutId } from '../../artefact/layout/layout.js';
import type { FileCheck } from '../signature/file-check.js';

/** What a root is, as far as its ancestry is judged by it. */
export interface RootFacts {
  readonly inputs: readonly RootInput[];
  readonly identity: Identity;
  /** The input file that a fact was read from, by the place that `Fact.from` names. */
  readonly fileOf: (from: string) => string;
}

export interface RootInput {
  readonly file: string;
  readonly kind: 'directory' | 'file' | 'archive';
  readonly layout: LayoutId;
  /** Of a file or archive. */
  readonly check?: FileCheck | undefined;
}

/** Values of a fact, each with the file and place that it was read from. */
export function factsOf(
  { identity }: RootFacts,
  name: FactName,
): readonly { readonly value: string; readonly from: string }[] {
  return identity.facts[name] ?? [];
}

/** The first value of a fact, or an empty string. */
export function firstOf(root: RootFacts, name: FactName): string {
  return factsOf(root, name)[0]?.value ?? '';
}

/** The root's files as one place for what is true of all of them. */
export function filesOf({ inputs }: RootFacts): string {
  return inputs.map(({ file }) => file).join(', ');
}

/**
 * A version string by itself names a compiler only where it has a commit: Debian's 1.63.0 says neither who built it
 * nor from what.
 */
export function hasCommit(version: string): boolean {
  return /\([0-9a-f]{7,40} \d{4}-\d\d-\d\d\)/.test(version);
}

/** What bootstrap adds to the version of a compiler that was not built from a git checkout, as upstream's are. */
export const FROM_TARBALL = '(built from a source tarball)';
