import type { Metadata } from './container/container.js';

/** Where the bytes of a member lie on this machine: a file of the input, or a stretch of the spool. */
export type ContentRef =
  | { readonly kind: 'path'; readonly path: string; readonly length: number; readonly stamp: FileStamp }
  | { readonly kind: 'spool'; readonly fd: number; readonly offset: number; readonly length: number };

/** What `lstat` said when the file was listed; a file that no longer fits it changed while it was read. */
export interface FileStamp {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  /** Milliseconds, with a fraction. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** One member of an artefact before a layout has placed it. */
export interface RawMember {
  /** The name as stored, exact (see name.ts). */
  readonly name: string;
  /** Which of the artefact's input files it came from, counted from 0. */
  readonly input: number;
  /** The containers between that file and the member, outermost first: `data.tar.xz`. Mostly empty. */
  readonly via: readonly string[];
  /** `package` is what a container says about itself; a layout may add to that. */
  readonly role: 'content' | 'package';
  readonly metadata: Metadata;
  /** Bytes of content. */
  readonly size: number;
  /** Where the content is; only files have one. */
  readonly content?: ContentRef | undefined;
  /** Lower-case hex, where the content was digested on the way in. */
  readonly digest?: string | undefined;
  /** Names, as stored, of the earlier member this is a hard link to. */
  readonly hardLink?: string | undefined;
}

/** A member in its place in the canonical sysroot. */
export interface Member extends RawMember {
  /** Where it lies in the canonical sysroot; relative, `/` between parts, no `.` or `..` parts. */
  readonly path: string;
  /** 0 for the first member at this path, 1 for a second one, … */
  readonly occurrence: number;
}
