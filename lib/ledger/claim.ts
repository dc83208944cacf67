import type { CauseId } from '../cause/cause-id.js';
import type { TokenEncoding } from './sink.js';

/** Tokens of A that stand as others in B, in one pair of files. One row a claim. */
export interface Claims {
  readonly cause: readonly CauseId[];
  /** Claims of one domain must map one to one. */
  readonly domain: readonly string[];
  readonly a: readonly string[];
  readonly b: readonly string[];
  /** Different places that attest it. */
  readonly places: readonly number[];
  /** A place where it was met. */
  readonly place: readonly number[];
  /** Whether one of its places can hold nothing else than such a token. */
  readonly vouched: readonly boolean[];
  /**
   * Rows that only stand together: what rests on all of the n-th names them by the number of claims plus n. Made when all
   * claims are there.
   */
  readonly joint: readonly (readonly number[])[];
}

/** Gathers the claims of one pair. */
export class ClaimTable implements Claims {
  readonly cause: CauseId[] = [];
  readonly domain: string[] = [];
  readonly a: string[] = [];
  readonly b: string[] = [];
  readonly places: number[] = [];
  readonly place: number[] = [];
  readonly vouched: boolean[] = [];
  readonly joint: (readonly number[])[] = [];
  /** Hashes that stand unchanged in B somewhere. */
  readonly kept = new Set<string>();
  /** Hashes of A that are ids of types for sure. */
  readonly typed = new Set<string>();
  readonly #last: number[] = [];
  /** The numbers of `joint` by the rows that it names. */
  readonly #joints = new Map<string, number>();
  /** For each place the type ids' rows that were met there. */
  readonly #halves = new Map<number, Set<number>>();
  /** By token of A; where it stands as several, by domain and token of B. There are hundreds of thousands. */
  readonly #rows = new Map<string, number | Map<string, number>>();

  /** The row of the claim `a ↔ b`, met at `place`; below 0 where it stands nowhere and was recomputed. */
  add(cause: CauseId, encoding: TokenEncoding, a: string, b: string, place: number, vouched = true): number {
    const domain = domainOf(cause, encoding);
    const known = this.#known(domain, a, b);
    const row = known ?? this.cause.length;
    if (known === undefined) {
      this.#enter(domain, a, b, row);
      this.cause.push(cause);
      this.domain.push(domain);
      this.a.push(a);
      this.b.push(b);
      this.places.push(0);
      this.place.push(Math.max(0, place));
      this.vouched.push(vouched);
      this.#last.push(-1);
    } else if (this.place[row] === 0 && place > 0) this.place[row] = place;
    if (vouched) this.vouched[row] = true;
    if (cause === 'type-id') this.#half(row, place);
    // Two tokens in one function are one witness: whoever changed one may have changed the other.
    else if (this.#last[row] !== place) this.#attest(row);
    this.#last[row] = place;
    return row;
  }

  /** The number of claims that only stand together; of a single one its row. No claim may be added behind it. */
  together(rows: ReadonlySet<number>): number {
    const [first = 0] = rows;
    if (rows.size === 1) return first;
    const sorted = [...rows].sort((x, y) => x - y);
    const key = sorted.join();
    let number = this.#joints.get(key);
    if (number === undefined) {
      number = this.joint.push(sorted) - 1;
      this.#joints.set(key, number);
    }
    return this.cause.length + number;
  }

  #known(domain: string, a: string, b: string): number | undefined {
    const rows = this.#rows.get(a);
    if (typeof rows === 'object') return rows.get(`${domain} ${b}`);
    return rows !== undefined && this.b[rows] === b && this.domain[rows] === domain ? rows : undefined;
  }

  #enter(domain: string, a: string, b: string, row: number): void {
    const rows = this.#rows.get(a);
    if (rows === undefined) this.#rows.set(a, row);
    else if (typeof rows === 'object') rows.set(`${domain} ${b}`, row);
    else {
      const first: [string, number] = [`${this.domain[rows]} ${this.b[rows]}`, rows];
      this.#rows.set(a, new Map([first, [`${domain} ${b}`, row]]));
    }
  }

  /**
   * A type id has 128 bits, so that two constants of eight bytes stand together wherever one is named; a constant that
   * differs alone is some other number.
   */
  #half(row: number, place: number): void {
    const met = this.#halves.get(place) ?? new Set<number>();
    this.#halves.set(place, met);
    if (met.has(row)) return;
    met.add(row);
    if (met.size === 2) for (const half of met) this.#attest(half);
    else if (met.size > 2) this.#attest(row);
  }

  #attest(row: number): void {
    this.places[row] = (this.places[row] ?? 0) + 1;
  }
}

/** Hashes are one domain, whatever they are written in; texts are one for each cause. */
function domainOf(cause: CauseId, encoding: TokenEncoding): string {
  return encoding === 'text' ? cause : 'hash';
}

/**
 * The token that bytes hold, or undefined where they do not hold one of this encoding.
 * LEB128: https://dwarfstd.org, section 7.6; only its shortest form, which is what rustc writes.
 */
export function readToken(bytes: Uint8Array, encoding: TokenEncoding): string | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (encoding) {
    case 'text':
      return buffer.toString('latin1');
    case 'hex': {
      const digits = buffer.toString('latin1');
      return /^[0-9a-f]+$/.test(digits) ? allDigits(digits) : undefined;
    }
    case 'raw':
      return buffer.length === 8 || buffer.length === 16 ? buffer.toString('hex') : undefined;
    case 'le64':
      return buffer.length === 8 ? sixteenDigits(buffer.readBigUInt64LE(0)) : undefined;
    case 'leb128':
      return readLeb128(buffer);
  }
}

/** A hash of 64 bits as it is told everywhere: names of codegen units leave leading zeros out. */
export function allDigits(digits: string): string {
  return digits.length >= SHORTENED && digits.length < 16 ? digits.padStart(16, '0') : digits;
}

/** Digits of a hash whose leading zeros are left out; of fewer it would be no hash. */
const SHORTENED = 8;

function readLeb128(bytes: Uint8Array): string | undefined {
  let value = 0n;
  for (const [i, byte] of bytes.entries()) {
    if (i === 9 && byte > 1) return undefined;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80)
      return i + 1 === bytes.length && (byte !== 0 || i === 0) ? sixteenDigits(value) : undefined;
  }
  return undefined;
}

function sixteenDigits(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}

/**
 * Whether two hashes have too many digits in common to be hashes of different things. Of 16 random digits, eight
 * agree by chance in about three of a million pairs.
 */
export function alike(a: string, b: string): boolean {
  if (a.length !== b.length) return a.length === 0 || b.length === 0;
  let same = 0;
  for (let i = 0; i < a.length; i += 1) if (a[i] === b[i]) same += 1;
  return same * 2 >= a.length;
}
