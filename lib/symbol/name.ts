import { base62Digits, disambiguatorValue } from './base62.js';
import { NameScan } from './scan.js';
import { TOKEN_KINDS, type TokenKind, TokenSpans } from './spans.js';

/** A part of a name that follows a hash or a count; `start` and `end` are offsets in the name. */
export interface SymbolToken {
  readonly start: number;
  readonly end: number;
  readonly kind: TokenKind;
  readonly text: string;
}

/** A name cut in two: what stays between two builds, and what may not. */
export interface SymbolName {
  /**
   * The name with a mark for each token. Two names with one skeleton are equal once the tokens are, and the
   * skeleton and the texts of the tokens give the name again (`fillSkeleton`).
   */
  readonly skeleton: string;
  /** In the order of their place. */
  readonly tokens: readonly SymbolToken[];
}

/**
 * The marks are low surrogates, which no name made from bytes has after an ASCII character (lib/artefact/name.ts);
 * names that hold one of them all the same are kept apart by `LITERAL`.
 */
const TOKEN = '\udc00';
/** A back reference: after it, as one code unit each, the places in the skeleton of its target and of its base. */
const BACKREF = '\udc01';
/** Starts the skeleton of a name in which marks mean nothing. */
const LITERAL = '\udc02';
const MARKS = /[\udc00-\udc02]/;

/** Places in a skeleton from here on are no code units that can be told from marks: such references stay as they are. */
const MAX_PLACE = 0xd800;

const NO_TOKENS: readonly SymbolToken[] = [];

const spans = new TokenSpans();
const scan = new NameScan(spans);
let scratch = new Uint8Array(4096);

/**
 * Cuts the tokens out of a name: a symbol, or a section or file name with symbols in it. Back references of v0 names
 * are tokens only so that the skeleton can hold *what* they refer to: their text follows from the rest.
 * Never throws.
 */
export function symbolTokens(name: string): SymbolName {
  const ascii = toBytes(name);
  spans.count = 0;
  scan.bytes = scratch;
  scan.name(0, name.length);
  if (!ascii && MARKS.test(name)) return { skeleton: LITERAL + name, tokens: NO_TOKENS };
  return spans.count === 0 ? { skeleton: name, tokens: NO_TOKENS } : cut(name);
}

function cut(name: string): SymbolName {
  const tokens: SymbolToken[] = [];
  const ends: number[] = [];
  /** The place in the skeleton after each token. */
  const places: number[] = [];
  let skeleton = '';
  let last = 0;
  for (let i = 0; i < spans.count; i += 1) {
    const start = spans.start[i] ?? 0;
    const end = spans.end[i] ?? 0;
    const kind = TOKEN_KINDS[spans.kind[i] ?? 0] ?? 'counter';
    let mark = TOKEN;
    if (kind === 'backref') {
      const target = placeOf(spans.target[i] ?? 0, tokens, ends, places);
      const base = placeOf(spans.base[i] ?? 0, tokens, ends, places);
      if (target < 0 || base < 0 || target >= MAX_PLACE || base >= MAX_PLACE) continue;
      mark = BACKREF + String.fromCharCode(target, base);
    }
    skeleton += name.slice(last, start) + mark;
    tokens.push({ start, end, kind, text: name.slice(start, end) });
    ends.push(end);
    places.push(skeleton.length);
    last = end;
  }
  if (tokens.length === 0) return { skeleton: name, tokens: NO_TOKENS };
  return { skeleton: skeleton + name.slice(last), tokens };
}

/** The place in the skeleton of an offset in the name, before which all tokens are cut; -1 inside a token. */
function placeOf(
  offset: number,
  tokens: readonly SymbolToken[],
  ends: readonly number[],
  places: readonly number[],
): number {
  const before = countUpTo(ends, offset);
  const inside = tokens[before];
  if (inside !== undefined && inside.start < offset) return -1;
  return before === 0 ? offset : (places[before - 1] ?? 0) + offset - (ends[before - 1] ?? 0);
}

/** How many of the ascending numbers are at most `limit`. */
function countUpTo(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The name that a skeleton has with these texts for its tokens, in their order, *without* the back references: those
 * are computed. So a name of B that equals A's skeleton filled with B's hashes is derived from A's, every byte of it.
 */
export function fillSkeleton(skeleton: string, texts: readonly string[]): string {
  if (skeleton.startsWith(LITERAL)) return skeleton.slice(1);
  let name = '';
  let last = 0;
  let next = 0;
  /** After each mark so far: the place in the skeleton, and the offset in the name. */
  const places: number[] = [];
  const offsets: number[] = [];
  const offsetOf = (place: number): number => {
    const before = countUpTo(places, place);
    return before === 0 ? place : (offsets[before - 1] ?? 0) + place - (places[before - 1] ?? 0);
  };
  for (let at = 0; at < skeleton.length; at += 1) {
    const unit = skeleton.charAt(at);
    if (unit !== TOKEN && unit !== BACKREF) continue;
    name += skeleton.slice(last, at);
    if (unit === TOKEN) {
      name += texts[next] ?? '';
      next += 1;
    } else {
      const target = offsetOf(skeleton.charCodeAt(at + 1));
      name += base62Digits(target - offsetOf(skeleton.charCodeAt(at + 2)));
      at += 2;
    }
    last = at + 1;
    places.push(last);
    offsets.push(name.length);
  }
  return name + skeleton.slice(last);
}

/**
 * The StableCrateId that a token spells, if it is of a kind that does: one id stands in base 62 in v0 names and in
 * hex in `rust_metadata_…` and in the names of codegen units, so that these places attest each other.
 */
export function stableCrateId(token: SymbolToken): bigint | undefined {
  switch (token.kind) {
    case 'crate-disambiguator':
      return disambiguatorValue(token.text);
    case 'crate-hash':
    case 'unit-hash':
      return /^[0-9a-f]{8,16}$/.test(token.text) ? BigInt(`0x${token.text}`) : undefined;
    default:
      return undefined;
  }
}

/** Puts the name into `scratch`, one byte for each code unit; returns whether it is ASCII. */
function toBytes(name: string): boolean {
  if (scratch.length < name.length) scratch = new Uint8Array(name.length * 2);
  let all = 0;
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i);
    all |= code;
    scratch[i] = code > 0x7f ? 0xff : code;
  }
  return all < 0x80;
}
