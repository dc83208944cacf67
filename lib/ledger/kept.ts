import type { Claims } from './claim.js';
import { Column } from './columns.js';
import type { Content } from './content.js';
import type { OwnerTable } from './owner-table.js';
import type { SegmentList } from './segment-list.js';

interface Judged {
  readonly segments: SegmentList;
  readonly owners: OwnerTable;
  readonly claims: Claims;
  readonly kept: ReadonlySet<string>;
}

/** Domains of hashes; texts of other causes (paths, versions) may well stand for themselves elsewhere. */
const HASHES: ReadonlySet<string> = new Set(['hash', 'crate-hash', 'metadata-hash', 'thinlto-suffix']);
/** What is shorter may stand somewhere by chance. Bytes. */
const SHORTEST = 8;

/**
 * Which claimed hashes stand where their claims cannot be true, in whatever form: what is `a ↔ a` in the equal bytes of
 * the two contents cannot be `a ↔ b` elsewhere; nor can it where A's hash stands in bytes of B that nothing explains, or
 * B's in such bytes of A. Whoever changed a hash in some of its places, and consistently, is found by the one left out.
 * Time is linear in the length of the contents.
 */
export function keptTokens({ segments, owners, claims, kept }: Judged, a: Content, b: Content): string[] {
  const patterns = new Patterns();
  for (const [i, domain] of claims.domain.entries()) {
    if (!HASHES.has(domain)) continue;
    const [tokenA, tokenB] = [claims.a[i], claims.b[i]];
    if (tokenA !== undefined && !kept.has(tokenA)) patterns.add(tokenA, domain === 'hash', OF_A);
    if (tokenB !== undefined && !kept.has(tokenB)) patterns.add(tokenB, domain === 'hash', OF_B);
  }
  if (patterns.count === 0) return [];
  patterns.close();
  const states = new Uint8Array(owners.length);
  for (let owner = 0; owner < owners.length; owner += 1) {
    const state = owners.state(owner);
    states[owner] = owner === 0 || state === 'moved' ? EQUAL : state === 'residue' ? RESIDUE : EXPLAINED;
  }
  const search = (content: Content, start: number, length: number, sides: number): void => {
    const at = content.hold(start, start + length);
    patterns.search(content.bytes, at, at + length, sides);
  };
  for (const at = segments.cursor(); at.next(); ) {
    const state = states[at.owner];
    if (state === EXPLAINED) continue;
    const { aStart: startA, aLength: lengthA, bStart: startB, bLength: lengthB } = at;
    if (state === EQUAL) {
      if (lengthA >= SHORTEST) search(a, startA, lengthA, OF_A | OF_B);
      continue;
    }
    if (lengthA >= SHORTEST) search(a, startA, lengthA, OF_B);
    if (lengthB >= SHORTEST) search(b, startB, lengthB, OF_A);
  }
  return patterns.found();
}

const EXPLAINED = 0;
const EQUAL = 1;
const RESIDUE = 2;

/** Whose tokens are looked for. */
const OF_A = 1;
const OF_B = 2;

/**
 * Forms of tokens, to be looked for all at once, in one array: there may be hundreds of thousands. The first eight
 * bytes of each decide by a hash where it may stand.
 */
class Patterns {
  readonly #rows = new Map<string, number>();
  readonly #tokens: string[] = [];
  readonly #sides = new Column();
  #found = new Uint8Array(0);
  #bytes = Buffer.allocUnsafe(1 << 12);
  #length = 0;
  /** Where each form starts in `#bytes`, and whose it is. */
  readonly #starts = new Column();
  readonly #token = new Column();
  #heads = new Int32Array(0);
  #next = new Int32Array(0);
  #seen = new Int32Array(0);
  #bits = 0;

  get count(): number {
    return this.#token.length;
  }

  add(token: string, isHash: boolean, side: number): void {
    const known = this.#rows.get(token);
    if (known !== undefined) {
      this.#sides.set(known, this.#sides.at(known) | side);
      return;
    }
    this.#rows.set(token, this.#tokens.length);
    const shortened = token.replace(/^0+/, '');
    const digits = isHash && (token.length === 16 || token.length === 32);
    this.#form(token.length, (into, at) => into.write(token, at, 'latin1'));
    if (digits) {
      const length = token.length / 2;
      this.#form(length, (into, at) => into.write(token, at, 'hex'));
      if (length === 8) {
        if (shortened !== token)
          this.#form(shortened.length, (into, at) => into.write(shortened, at, 'latin1'));
        const [high, low] = [Number.parseInt(token.slice(0, 8), 16), Number.parseInt(token.slice(8), 16)];
        this.#form(8, (into, at) => {
          into.writeUInt32LE(low, at);
          into.writeUInt32LE(high, at + 4);
        });
        const leb = leb128(high, low);
        this.#form(leb.length, (into, at) => into.set(leb, at));
      }
    }
    this.#tokens.push(token);
    this.#sides.push(side);
  }

  close(): void {
    const count = this.#token.length;
    this.#found = new Uint8Array(this.#tokens.length);
    this.#starts.push(this.#length);
    // About one bit in 64 is set; longer tables would not stay in the cache.
    this.#bits = Math.min(24, Math.max(12, Math.ceil(Math.log2(count)) + 6));
    this.#seen = new Int32Array(2 ** (this.#bits - 5));
    this.#heads = new Int32Array(2 ** (this.#bits - 5)).fill(-1);
    this.#next = new Int32Array(count);
    const bytes = this.#bytes;
    for (let form = 0; form < count; form += 1) {
      const start = this.#starts.at(form);
      const key = keyOf(bytes.readInt32LE(start), bytes.readInt32LE(start + 4)) >>> (32 - this.#bits);
      this.#seen[key >>> 5] = (this.#seen[key >>> 5] as number) | (1 << (key & 31));
      this.#next[form] = this.#heads[key >>> 5] as number;
      this.#heads[key >>> 5] = form;
    }
  }

  /** Marks what stands in these bytes, of at least `SHORTEST`, of the tokens of some sides. */
  search(bytes: Uint8Array, start: number, end: number, sides: number): void {
    const seen = this.#seen;
    const shift = 32 - this.#bits;
    let low = 0;
    let high = 0;
    for (let at = start; at < start + SHORTEST - 1; at += 1) {
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) | ((bytes[at] as number) << 24);
    }
    for (let at = start + SHORTEST - 1; at < end; at += 1) {
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) | ((bytes[at] as number) << 24);
      const key = keyOf(low, high) >>> shift;
      if (((seen[key >>> 5] as number) & (1 << (key & 31))) !== 0)
        this.#match(key >>> 5, bytes, at - SHORTEST + 1, end, sides);
    }
  }

  found(): string[] {
    return this.#tokens.filter((_, i) => this.#found[i] === 1);
  }

  /** A form of `length` bytes; `write` puts it where it belongs. */
  #form(length: number, write: (into: Buffer, at: number) => void): void {
    if (length < SHORTEST) return;
    const start = this.#length;
    if (start + length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, start + length));
      this.#bytes.copy(grown);
      this.#bytes = grown;
    }
    write(this.#bytes, start);
    this.#starts.push(start);
    this.#token.push(this.#tokens.length);
    this.#length = start + length;
  }

  #match(bucket: number, bytes: Uint8Array, at: number, end: number, sides: number): void {
    for (let form = this.#heads[bucket] as number; form >= 0; form = this.#next[form] as number) {
      const token = this.#token.at(form);
      if (this.#found[token] === 1 || (this.#sides.at(token) & sides) === 0) continue;
      const start = this.#starts.at(form);
      const length = this.#starts.at(form + 1) - start;
      if (at + length > end) continue;
      let same = 0;
      while (same < length && this.#bytes[start + same] === bytes[at + same]) same += 1;
      if (same === length) this.#found[token] = 1;
    }
  }
}

function keyOf(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0;
}

/** Unsigned LEB128 of a number of eight bytes. */
function leb128(upper: number, lower: number): Uint8Array {
  const out: number[] = [];
  let [high, low] = [upper, lower];
  do {
    const group = low & 0x7f;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
    out.push(low === 0 && high === 0 ? group : group | 0x80);
  } while (low !== 0 || high !== 0);
  return Uint8Array.from(out);
}
