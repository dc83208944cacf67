import { leb128End, leb128Value, writeLeb128 } from '../../format/rmeta/leb128.js';
import type { Correspondence } from './correspondence.js';

/** Both contents, and what is known so far of how their positions correspond. */
export interface RmetaPair {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  readonly map: Correspondence;
}

/** A number that refers to an earlier place: where it stands on both sides, and B's bytes recomputed from A's. */
export interface Reference {
  readonly a: number;
  readonly aLength: number;
  readonly b: number;
  readonly recomputed: Uint8Array;
  readonly field: string;
}

/** From what a position, a distance or a shorthand is recomputed. */
export const REFERRED = 'positions of what is referred to';

/** Tags of `Symbol`: its text follows, or the position of the text. */
const SYMBOL_STR = 0;
const SYMBOL_OFFSET = 1;
/** Added to the position of a type or a predicate, so that it is never taken for a variant's number. */
const SHORTHAND_OFFSET = 0x80;
/** More variants than `TyKind` or `PredicateKind` has. */
const VARIANTS = 64;
const TEXT_END = 0xc1;
/** `SpanTag`: the kind `Indirect` in the two lowest bits, then whether relative, then how many bytes follow. */
const INDIRECT = 3;
const RELATIVE = 4;
const LONGEST = 5;

/**
 * The reference in which A's byte at `i` and B's at `j`, the first ones to differ, stand. It starts not before
 * `last`; in front of `i` both sides agree. A reference counts only where encoding A's target as rustc does gives A's
 * bytes, and encoding the place of B that corresponds to it gives B's.
 */
export function referenceAt(pair: RmetaPair, i: number, j: number, last: number): Reference | undefined {
  return spanAt(pair, i, j, last) ?? symbolAt(pair, i, j, last) ?? shorthandAt(pair, i, j, last);
}

/** A span that was written before: how far back it is, or where it is, whichever number is smaller. */
function spanAt({ a, b, map }: RmetaPair, i: number, j: number, last: number): Reference | undefined {
  for (let back = 0; back <= LONGEST && i - back >= last; back++) {
    const at = i - back;
    const tag = a[at] as number;
    const length = tag >> 3;
    if ((tag & 3) !== INDIRECT || length < 1 || length > LONGEST || length < back) continue;
    let value = 0;
    for (let k = length; k > 0; k--) value = value * 256 + (a[at + k] as number);
    const target = (tag & RELATIVE) !== 0 ? at - value : value;
    if (!(target > 0 && target < at) || ((a[target] as number) & 3) === INDIRECT) continue;
    const other = map.toB(target);
    if (other < 0 || b[other] !== a[target] || !standsAt(a, at, indirectSpan(at, target))) continue;
    const recomputed = indirectSpan(j - back, other);
    if (!standsAt(b, j - back, recomputed)) continue;
    return { a: at, aLength: length + 1, b: j - back, recomputed, field: 'Span' };
  }
  return undefined;
}

function indirectSpan(at: number, target: number): Uint8Array {
  const distance = at - target;
  const relative = distance < target;
  const value = relative ? distance : target;
  let length = 0;
  while (value >= 256 ** length) length += 1;
  const out = new Uint8Array(length + 1);
  out[0] = INDIRECT | (relative ? RELATIVE : 0) | (length << 3);
  for (let k = 0, rest = value; k < length; k++) {
    out[k + 1] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return out;
}

/** The position of a symbol's text. */
function symbolAt(pair: RmetaPair, i: number, j: number, last: number): Reference | undefined {
  const { a, b } = pair;
  return positionAt(pair, i, j, last, 0, 'Symbol', (at, target, other) => {
    if (a[at - 1] !== SYMBOL_OFFSET || a[target - 1] !== SYMBOL_STR || b[other - 1] !== SYMBOL_STR)
      return false;
    const text = leb128End(a, target);
    if (text < 0) return false;
    const end = text + leb128Value(a, target, text);
    if (a[end] !== TEXT_END) return false;
    // A text that differs is told where it stands; a reference to it is one all the same.
    const textB = leb128End(b, other);
    return textB >= 0 && b[textB + leb128Value(b, other, textB)] === TEXT_END;
  });
}

/** The position of a type or predicate that was written before. */
function shorthandAt(pair: RmetaPair, i: number, j: number, last: number): Reference | undefined {
  const { a, b } = pair;
  return positionAt(pair, i, j, last, SHORTHAND_OFFSET, 'shorthand', (_, target, other) => {
    return (a[target] as number) < VARIANTS && a[target] === b[other];
  });
}

/** A LEB128 number that is a position plus `offset`: every place from which one that covers `i` can be read. */
function positionAt(
  { a, b, map }: RmetaPair,
  i: number,
  j: number,
  last: number,
  offset: number,
  field: string,
  fits: (at: number, target: number, other: number) => boolean,
): Reference | undefined {
  for (let at = i; at >= last; at--) {
    if (at < i && (a[at] as number) < 0x80) return undefined;
    const end = leb128End(a, at);
    if (end < 0) continue;
    const target = leb128Value(a, at, end) - offset;
    if (!(target > 16 && target < at)) continue;
    const other = map.toB(target);
    if (other < 0 || !fits(at, target, other)) continue;
    const recomputed = leb128(other + offset);
    if (standsAt(b, j - (i - at), recomputed)) {
      return { a: at, aLength: end - at, b: j - (i - at), recomputed, field };
    }
  }
  return undefined;
}

export function leb128(value: number): Uint8Array {
  const out = new Uint8Array(10);
  return out.subarray(0, writeLeb128(out, 0, value));
}

function standsAt(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let k = 0; k < expected.length; k++) if (bytes[at + k] !== expected[k]) return false;
  return true;
}
