import { leb128End, leb128Value } from '../../format/rmeta/leb128.js';
import type { Sink } from '../../ledger/sink.js';
import { FOLDER } from '../../ledger/vouch.js';
import { explainString, PathRoots } from '../string.js';
import type { LayoutSeeds } from './layout-seed.js';
import { MARK, Marks } from './marks.js';
import type { NodePlaces } from './node-places.js';
import { leb128, REFERRED, type RmetaPair, referenceAt } from './reference.js';
import { Rest, type Stretch } from './rest.js';

/** Bytes in a row that must agree for both sides to be taken as being at the same thing again. */
const AGREE = 10;
/** How far that is searched for, in bytes, and how many more of one side may have been left out. */
const NEAR = 400;
const SKEW = 64;
/** Comparisons spent on such searches before only the alignment of all that is left is used. */
const EFFORT = 50_000_000;
/** How far in front of a differing byte its text may start, and how short a text is not looked for. */
const TEXT = 4096;
const SHORTEST_TEXT = 4;
const LONGEST_TEXT = 2 ** 16;
const TEXT_END = 0xc1;
/** Bytes behind a stretch that nothing is known about, from which on both sides are at the same thing for sure. */
const SURE = 32;
/** Digits of a LEB128 number that is a hash of 64 bits: all but one in 2^15 have as many. */
const HASH_DIGITS = 8;

/** How far from a folder the names of files in it are looked for, on either side. Bytes. */
const BESIDE = 512;

/** Whether a text is the folder of a source file that is named beside it: rustc keeps the directory it worked in with each. */
function isFolderOfSource(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  const latin1 = (from: number, to: number): string =>
    Buffer.from(bytes.subarray(Math.max(0, from), to)).toString('latin1');
  const folder = `${latin1(start, end)}/`;
  return [latin1(start - BESIDE, start), latin1(end, end + BESIDE)].some((beside) => {
    const at = beside.indexOf(folder);
    return at >= 0 && /^[\w.+@~=/-]*\.rs\xc1/.test(beside.slice(at + folder.length));
  });
}

/**
 * Walks over metadata on both sides at once. Since everything refers only to what stands before, each difference can be
 * judged where it is met: a reference, recomputed through what has been walked over; a hash; a text; else it stays
 * unexplained, and both sides are brought together again behind it.
 */
export class NodeWalk {
  #effort = EFFORT;
  /** Where in A the last stretch ended that nothing is known about. */
  #lost = Number.NEGATIVE_INFINITY;
  readonly #roots = new PathRoots();
  /** Known where both roots are. */
  seeds: LayoutSeeds | undefined;

  constructor(
    readonly pair: RmetaPair,
    readonly sink: Sink,
    readonly places: NodePlaces,
  ) {}

  /** @returns whether both sides came to their ends together, so that these correspond */
  walk(stretch: Stretch, marks: Marks = new Marks([])): boolean {
    const { a, b, map } = this.pair;
    let i = stretch.a;
    let j = stretch.b;
    let from = i;
    this.#lost = Number.NEGATIVE_INFINITY;
    const rest = new Rest(this.pair, stretch);
    map.shift(i, j);
    /** Takes `aLength` and `bLength` bytes that start `back` before here as explained or given up. */
    const close = (aEnd: number, bEnd: number): void => {
      if (aEnd - i !== bEnd - j) map.shift(aEnd, bEnd);
      i = aEnd;
      j = bEnd;
      from = i;
    };
    while (i < stretch.aEnd && j < stretch.bEnd) {
      const mark = marks.from(i);
      const stop = Math.min(stretch.aEnd, i + (stretch.bEnd - j), mark);
      while (i < stop && a[i] === b[j]) {
        i += 1;
        j += 1;
      }
      if (i === mark) {
        this.sink.equal(from, j - (i - from), i - from);
        from = i;
        const { length } = marks;
        const fits = i + length <= stretch.aEnd && j + length <= stretch.bEnd;
        const taken = fits && this.#marked(i, j, marks, stretch.a);
        marks.pass();
        if (taken) {
          close(i + length, j + length);
          continue;
        }
      }
      if (i >= stretch.aEnd || j >= stretch.bEnd) break;
      if (a[i] === b[j]) continue;
      const found = this.#token(i, j, from, stretch);
      if (found !== undefined) {
        this.sink.equal(from, found.b - (found.a - from), found.a - from);
        found.emit(this.places.at(found.a, stretch.a));
        close(found.a + found.aLength, found.b + found.bLength);
        continue;
      }
      this.sink.equal(from, j - (i - from), i - from);
      const [aEnd, bEnd] = this.#together(i, j, stretch, rest);
      this.places.at(i, stretch.a).change(i, aEnd - i, j, bEnd - j);
      map.gap(i);
      map.shift(aEnd, bEnd);
      this.#lost = aEnd;
      i = aEnd;
      j = bEnd;
      from = i;
    }
    this.sink.equal(from, j - (i - from), i - from);
    if (i < stretch.aEnd || j < stretch.bEnd) {
      this.places.at(i, stretch.a).change(i, stretch.aEnd - i, j, stretch.bEnd - j);
      map.gap(i);
      return false;
    }
    return this.#lost !== i;
  }

  /** What the root or a table says stands here; false where that is not believable. */
  #marked(i: number, j: number, marks: Marks, least: number): boolean {
    const { a, b } = this.pair;
    const { length, kind } = marks;
    const same = agree(a, i, b, j, length);
    const sink = this.places.at(i, least);
    const hash = (at: number, size: 8 | 16, field: string): void => {
      if (agree(a, i + at, b, j + at, size)) {
        this.sink.equal(i + at, j + at, size);
        sink.unchanged(digits(a.subarray(i + at, i + at + size), size === 8));
      } else sink.token('crate-hash', size === 8 ? 'le64' : 'raw', i + at, size, j + at, size, field);
    };
    switch (kind) {
      case MARK.crateHash:
        hash(0, 16, 'Svh');
        return true;
      case MARK.crateId:
        hash(0, 8, 'StableCrateId');
        return true;
      case MARK.expnHash:
        hash(0, 8, 'ExpnHash');
        hash(8, 8, 'ExpnHash');
        return true;
      case MARK.sourceFile:
        if (same) return false;
        hash(0, 16, 'StableSourceFileId');
        return true;
      case MARK.extraFilename: {
        const isHash = (bytes: Uint8Array, at: number) =>
          /^-[0-9a-f]{16}$/.test(Buffer.from(bytes.subarray(at, at + length)).toString('latin1'));
        if (same || !isHash(a, i) || !isHash(b, j)) return false;
        this.sink.equal(i, j, 1);
        sink.token('metadata-hash', 'hex', i + 1, 16, j + 1, 16, 'extra_filename');
        return true;
      }
    }
  }

  #token(i: number, j: number, last: number, stretch: Stretch): Found | undefined {
    const reference = referenceAt(this.pair, i, j, last);
    if (reference !== undefined) {
      const { a, aLength, b, recomputed, field } = reference;
      if (a + aLength > stretch.aEnd || b + recomputed.length > stretch.bEnd) return undefined;
      const bLength = recomputed.length;
      return {
        a,
        aLength,
        b,
        bLength,
        emit: (sink) => sink.derived(a, aLength, b, bLength, recomputed, REFERRED, field),
      };
    }
    const seed = this.seeds?.startAt(i, j, last) ?? -1;
    const b = j - (i - seed);
    if (seed >= 0 && seed + 8 <= stretch.aEnd && b >= stretch.b && b + 8 <= stretch.bEnd) {
      const emit = (sink: Sink) => sink.token('crate-hash', 'le64', seed, 8, b, 8, 'Hash64');
      return { a: seed, aLength: 8, b, bLength: 8, emit };
    }
    return this.#hash(i, j, last, stretch) ?? this.#text(i, j, last, stretch);
  }

  /** A hash of 64 bits as LEB128: of no other number do all digits differ, and what follows agrees. */
  #hash(i: number, j: number, last: number, stretch: Stretch): Found | undefined {
    const { a, b } = this.pair;
    // Records in another order look alike in between: there, hashes of different things would be paired.
    if (i - this.#lost < SURE) return undefined;
    let at = i;
    while (at > last && i - at < 9 && (a[at - 1] as number) >= 0x80) at -= 1;
    const aEnd = leb128End(a, at, stretch.aEnd);
    const start = j - (i - at);
    const bEnd = leb128End(b, start, stretch.bEnd);
    if (aEnd - at < HASH_DIGITS || bEnd - start < HASH_DIGITS || a[aEnd] !== b[bEnd]) return undefined;
    return {
      a: at,
      aLength: aEnd - at,
      b: start,
      bLength: bEnd - start,
      emit: (sink) => sink.token('crate-hash', 'leb128', at, aEnd - at, start, bEnd - start, 'Hash64'),
    };
  }

  /** The text in which both sides stand: its length, its bytes, and 0xc1. */
  #text(i: number, j: number, last: number, stretch: Stretch): Found | undefined {
    const { a, b } = this.pair;
    for (let back = 0; back <= TEXT && i - back >= last && this.#effort > 0; back++) {
      this.#effort -= 1;
      const left = textAt(a, i - back, stretch.aEnd);
      if (left === undefined || left.end <= i || left.end - left.start < SHORTEST_TEXT) continue;
      this.#effort -= left.end - left.start;
      const right = textAt(b, j - back, stretch.bEnd);
      if (right === undefined || right.end <= j) continue;
      const at = i - back;
      const start = j - back;
      return {
        a: at,
        aLength: left.end - at,
        b: start,
        bLength: right.end - start,
        emit: (sink) => {
          const length = leb128(right.end - right.start);
          sink.derived(at, left.start - at, start, right.start - start, length, 'the text', 'length');
          const textA = a.subarray(left.start, left.end);
          const textB = b.subarray(right.start, right.end);
          const isFolder = isFolderOfSource(a, left);
          if (isFolder && isFolderOfSource(b, right)) this.#addMovedFolder(textA, textB);
          explainString(
            textA,
            textB,
            sink.at(left.start, right.start),
            this.#roots,
            isFolder ? FOLDER : undefined,
          );
        },
      };
    }
    return undefined;
  }

  /**
   * A folder whose last component differs is itself the root that differs, and of a path alone nothing tells that: what is
   * named like a file may be another file. The sources beside it begin with the same two folders.
   */
  #addMovedFolder(a: Uint8Array, b: Uint8Array): void {
    const [textA, textB] = [Buffer.from(a).toString('latin1'), Buffer.from(b).toString('latin1')];
    const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
    if (textA.startsWith('/') && textB.startsWith('/') && lastOf(textA) !== lastOf(textB))
      this.#roots.add(textA, textB);
  }

  /** Where both sides go on alike behind a difference that nothing is known about. */
  #together(i: number, j: number, { aEnd, bEnd }: Stretch, rest: Rest): [number, number] {
    const { a, b } = this.pair;
    const fits = (x: number, y: number): boolean => {
      this.#effort -= 1;
      if (x + AGREE > aEnd || y + AGREE > bEnd || !agree(a, x, b, y, AGREE)) return false;
      return y - x === j - i || !isUniform(a, x, AGREE);
    };
    for (let ahead = 1; ahead < NEAR && this.#effort > 0; ahead++) {
      if (fits(i + ahead, j + ahead)) return [i + ahead, j + ahead];
      for (let skew = 1; skew <= SKEW; skew++) {
        if (fits(i + ahead, j + ahead + skew)) return [i + ahead, j + ahead + skew];
        if (skew <= ahead && fits(i + ahead, j + ahead - skew)) return [i + ahead, j + ahead - skew];
      }
    }
    return rest.next(i, j);
  }
}

interface Found {
  readonly a: number;
  readonly aLength: number;
  readonly b: number;
  readonly bLength: number;
  emit(sink: Sink): void;
}

function textAt(bytes: Uint8Array, at: number, limit: number): { start: number; end: number } | undefined {
  const start = leb128End(bytes, at, limit);
  if (start < 0) return undefined;
  const end = start + leb128Value(bytes, at, start);
  if (end >= limit || end - start > LONGEST_TEXT || bytes[end] !== TEXT_END) return undefined;
  for (let k = start; k < end; k++) {
    const byte = bytes[k] as number;
    if (byte < 0x20 && byte !== 0x0a && byte !== 0x09 && byte !== 0x0d) return undefined;
  }
  return { start, end };
}

function agree(a: Uint8Array, x: number, b: Uint8Array, y: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (a[x + k] !== b[y + k]) return false;
  return true;
}

function isUniform(bytes: Uint8Array, at: number, length: number): boolean {
  for (let k = 1; k < length; k++) if (bytes[at + k] !== bytes[at]) return false;
  return true;
}

function digits(bytes: Uint8Array, littleEndian: boolean): string {
  const hex = Buffer.from(bytes);
  return (littleEndian ? hex.reverse() : hex).toString('hex');
}
