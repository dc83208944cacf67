import type { Claims } from './claim.js';
import type { Column } from './columns.js';
import type { Owner } from './owner.js';

interface Segments {
  readonly count: number;
  readonly aStart: Column;
  readonly aLength: Column;
  readonly bStart: Column;
  readonly bLength: Column;
  readonly owner: Column;
  readonly owners: readonly Owner[];
  readonly claims: Claims;
  readonly kept: ReadonlySet<string>;
}

/** Domains of hashes; texts of other causes (paths, versions) may well stand for themselves elsewhere. */
const HASHES: ReadonlySet<string> = new Set(['hash', 'crate-hash', 'metadata-hash', 'thinlto-suffix']);
/** What is shorter may stand somewhere by chance. Bytes. */
const SHORTEST = 8;
/** Bits of the numbers by which patterns are looked up. */
const BITS = 20;

/**
 * Which claimed hashes stand where their claims cannot be true, in whatever form: what is `a ↔ a` in the equal bytes of
 * the two contents cannot be `a ↔ b` elsewhere; nor can it where A's hash stands in bytes of B that nothing explains, or
 * B's in such bytes of A. Whoever changed a hash in some of its places, and consistently, is found by the one left out.
 * Time is linear in the length of the contents.
 */
export function keptTokens(segments: Segments, a: Uint8Array, b: Uint8Array): string[] {
  const { claims, kept } = segments;
  const equal = patternsOf(claims, [claims.a, claims.b], kept);
  const [inA, inB] = [patternsOf(claims, [claims.b], kept), patternsOf(claims, [claims.a], kept)];
  if (equal.length === 0) return [];
  for (let i = 0; i < segments.count; i += 1) {
    const owner = segments.owner.at(i);
    const state = owner === 0 ? 'moved' : segments.owners[owner]?.state;
    const [startA, startB] = [segments.aStart.at(i), segments.bStart.at(i)];
    const [endA, endB] = [startA + segments.aLength.at(i), startB + segments.bLength.at(i)];
    if (state === 'moved') equal.search(a, startA, endA);
    else if (state === 'residue') {
      inA.search(a, startA, endA);
      inB.search(b, startB, endB);
    }
  }
  return [...equal.found, ...inA.found, ...inB.found];
}

function patternsOf(
  claims: Claims,
  sides: readonly (readonly string[])[],
  kept: ReadonlySet<string>,
): Patterns {
  const patterns = new Patterns();
  for (const [i, domain] of claims.domain.entries()) {
    if (!HASHES.has(domain)) continue;
    for (const side of sides) {
      const token = side[i];
      if (token !== undefined && !kept.has(token)) patterns.add(token, domain === 'hash');
    }
  }
  patterns.close();
  return patterns;
}

/** Forms of tokens, to be looked for all at once. */
class Patterns {
  readonly found = new Set<string>();
  readonly #tokens = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #forms: Uint8Array[] = [];
  readonly #tokenOf: number[] = [];
  readonly #heads = new Int32Array(2 ** BITS).fill(-1);
  readonly #seen = new Uint32Array(2 ** (BITS - 5));
  #next = new Int32Array(0);

  get length(): number {
    return this.#forms.length;
  }

  add(token: string, isHash: boolean): void {
    if (this.#tokens.has(token)) return;
    const index = this.#names.length;
    this.#tokens.set(token, index);
    this.#names.push(token);
    for (const form of isHash ? formsOf(token) : [Buffer.from(token, 'latin1')]) {
      if (form.length < SHORTEST) continue;
      this.#forms.push(form);
      this.#tokenOf.push(index);
    }
  }

  close(): void {
    this.#next = new Int32Array(this.#forms.length);
    for (const [i, form] of this.#forms.entries()) {
      const key = keyOf(
        (form[0] ?? 0) | ((form[1] ?? 0) << 8) | ((form[2] ?? 0) << 16) | ((form[3] ?? 0) << 24),
      );
      this.#next[i] = this.#heads[key] ?? -1;
      this.#heads[key] = i;
      this.#seen[key >>> 5] = (this.#seen[key >>> 5] ?? 0) | (1 << (key & 31));
    }
  }

  search(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < SHORTEST) return;
    const seen = this.#seen;
    let word = 0;
    for (let at = start; at < end; at += 1) {
      word = (word >>> 8) | ((bytes[at] as number) << 24);
      const key = keyOf(word);
      if (((seen[key >>> 5] as number) & (1 << (key & 31))) !== 0)
        this.#match(key, bytes, at - 3, start, end);
    }
  }

  #match(key: number, bytes: Uint8Array, at: number, start: number, end: number): void {
    if (at < start) return;
    for (let i = this.#heads[key] ?? -1; i >= 0; i = this.#next[i] ?? -1) {
      const form = this.#forms[i];
      if (form === undefined || at + form.length > end) continue;
      let same = 0;
      while (same < form.length && form[same] === bytes[at + same]) same += 1;
      if (same === form.length) this.found.add(this.#names[this.#tokenOf[i] ?? 0] ?? '');
    }
  }
}

function keyOf(word: number): number {
  return Math.imul(word, 0x9e3779b1) >>> (32 - BITS);
}

/** How a hash told as hexadecimal digits may stand in a file: see `TokenEncoding`. */
function formsOf(token: string): Uint8Array[] {
  const forms: Uint8Array[] = [Buffer.from(token, 'latin1')];
  if (token.length !== 16 && token.length !== 32) return forms;
  const shortened = token.replace(/^0+/, '');
  if (token.length === 16 && shortened !== token) forms.push(Buffer.from(shortened, 'latin1'));
  const raw = Buffer.from(token, 'hex');
  forms.push(raw);
  if (token.length === 16) forms.push(Buffer.from(raw).reverse(), leb128(raw));
  return forms;
}

/** Unsigned LEB128 of a big-endian number of eight bytes. */
function leb128(raw: Buffer): Uint8Array {
  const out: number[] = [];
  let [high, low] = [raw.readUInt32BE(0), raw.readUInt32BE(4)];
  do {
    const group = low & 0x7f;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
    out.push(low === 0 && high === 0 ? group : group | 0x80);
  } while (low !== 0 || high !== 0);
  return Uint8Array.from(out);
}
