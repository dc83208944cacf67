import type { Bytes } from '../bytes.js';

/** A text found in a binary, and the offset of its first occurrence in the file. */
export interface Found {
  readonly text: string;
  readonly offset: number;
}

export interface EmbeddedText {
  /** Version strings: `1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)`. */
  readonly versions: readonly Found[];
  /** Full commit hashes out of remapped paths: `/rustc/<40 hex>/compiler/…`. */
  readonly commits: readonly Found[];
  /** LLVM as rustc bundles it: `19.1.5-rust-1.84.0-stable`. */
  readonly bundledLlvm: readonly Found[];
}

/** A stretch of a file, in bytes. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** Bytes of one file that are searched at most. The read-only data of a librustc_driver has 5 to 15 MB. */
const SCAN_LIMIT = 64 * 2 ** 20;
const BLOCK = 1 << 20;
/** Blocks overlap by this much: no text looked for is longer. */
const OVERLAP = 512;
const MOST_FOUND = 32;

/**
 * The text is not NUL-ended: rustc lays literals out one behind the other, so that the version stands between a
 * path and the next message (`…interface.rs1.85.0 (4d91de4e4 2025-02-17)drop_compiler`). Only a version with a
 * commit and a date can be told from its neighbours; 1.63 of Debian has none and is not found here.
 */
const PATTERNS = {
  versions:
    /1\.\d{1,3}\.\d{1,3}(?:-(?:nightly|dev|beta(?:\.\d{1,3})?))? \([0-9a-f]{7,12} \d{4}-\d\d-\d\d\)(?: \([ -'*-~]{1,80}\))?/g,
  commits: /\/rustc(?:-dev)?\/[0-9a-f]{40}(?=\/)/g,
  bundledLlvm: /\d{1,3}\.\d{1,3}\.\d{1,3}-rust-1\.\d{1,3}\.\d{1,3}-(?:stable|beta|nightly|dev)/g,
} as const satisfies Record<keyof EmbeddedText, RegExp>;

/** A part that each text has: to find it in bytes costs a tenth of trying a pattern at every place. */
const ANCHORS = {
  versions: ' (',
  commits: '/rustc',
  bundledLlvm: '-rust-1.',
} as const satisfies Record<keyof EmbeddedText, string>;
const ALL_KINDS = Object.keys(PATTERNS) as (keyof EmbeddedText)[];

/** Bytes before and behind an anchor within which its text lies, with what is looked at before it. */
const BEFORE = 64;
const BEHIND = 192;

/** `rustc 1.84.0 (…)` and `rustc version 1.84.0 (…)` are what a compiler writes into what it compiles. */
const BUILDERS_MARK = /rustc (?:version )?$/;

/**
 * Searches stretches of a binary, block by block, up to `SCAN_LIMIT` bytes in all.
 * @param whole whether they hold more than read-only data, so that a version may be the one of the compiler that
 * compiled it
 * @param kinds what is looked for; each costs a pass over the bytes
 */
export function findEmbedded(
  bytes: Bytes,
  stretches: readonly Stretch[],
  whole = false,
  kinds: readonly (keyof EmbeddedText)[] = ALL_KINDS,
): EmbeddedText {
  const found = { versions: new Map(), commits: new Map(), bundledLlvm: new Map() } as Record<
    keyof EmbeddedText,
    Map<string, number>
  >;
  let left = SCAN_LIMIT;
  for (const { offset, length } of stretches) {
    const end = offset + Math.min(length, left);
    left -= end - offset;
    for (let at = offset; at < end; at += BLOCK) {
      const block = bytes.read(at, Math.min(BLOCK + OVERLAP, end - at));
      for (const kind of kinds) search(block, at, kind, whole, found[kind]);
    }
  }
  return {
    versions: withoutNeighbours(listOf(found.versions)),
    commits: listOf(found.commits).map(({ text, offset }) => ({ text: text.slice(-40), offset })),
    bundledLlvm: listOf(found.bundledLlvm),
  };
}

function search(
  block: Buffer,
  base: number,
  kind: keyof EmbeddedText,
  whole: boolean,
  found: Map<string, number>,
): void {
  const anchor = ANCHORS[kind];
  let searched = 0;
  for (let at = block.indexOf(anchor, 0, 'latin1'); at >= 0; at = block.indexOf(anchor, at + 1, 'latin1')) {
    const start = Math.max(searched, at - BEFORE);
    const text = block.toString('latin1', start, at + BEHIND);
    for (const match of text.matchAll(PATTERNS[kind])) {
      if (found.size >= MOST_FOUND) return;
      // A later anchor has a window of its own.
      if (start + match.index > at) break;
      searched = start + match.index + match[0].length;
      const before = text.slice(Math.max(0, match.index - 16), match.index);
      if (whole && kind === 'versions' && BUILDERS_MARK.test(before)) continue;
      if (!found.has(match[0])) found.set(match[0], base + start + match.index);
    }
  }
}

function listOf(found: ReadonlyMap<string, number>): Found[] {
  return [...found].map(([text, offset]) => ({ text, offset }));
}

/** What follows in parentheses may be the next literal: where the version also stands without it, it is. */
function withoutNeighbours(versions: readonly Found[]): Found[] {
  return versions.filter(({ text }) => {
    const bare = text.replace(/(\d{4}-\d\d-\d\d\)) \(.*\)$/, '$1');
    return bare === text || !versions.some((other) => other.text === bare);
  });
}
