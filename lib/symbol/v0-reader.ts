import { base62Value, disambiguatorValue } from './base62.js';
import { decodePunycode } from './punycode.js';

/** Ends the walk of a name that is no v0 symbol or passes a bound; caught in demangle-v0.ts. */
export class NotV0 extends Error {}
export const NOT_V0 = new NotV0();

/** The words of a v0 name (RFC 2603): identifiers and numbers, read from the front. Each throws `NOT_V0`. */
export class V0Reader {
  protected at = 0;

  /** `text` is the name without its `_R`: back references count from there. */
  constructor(protected readonly text: string) {}

  protected peek(): string {
    return this.text.charAt(this.at);
  }

  protected next(): string {
    const char = this.peek();
    if (char === '') throw NOT_V0;
    this.at += 1;
    return char;
  }

  protected eat(char: string): boolean {
    if (this.peek() !== char) return false;
    this.at += 1;
    return true;
  }

  /** Decoded; what cannot be is shown as `punycode{…}`. */
  protected identifier(): string {
    const unicode = this.eat('u');
    const length = this.decimal();
    this.eat('_');
    const end = this.at + length;
    if (end > this.text.length) throw NOT_V0;
    const raw = this.text.slice(this.at, end);
    this.at = end;
    if (/[^!-~]/.test(raw)) throw NOT_V0;
    if (!unicode) return raw;
    const split = raw.lastIndexOf('_');
    const ascii = split < 0 ? '' : raw.slice(0, split);
    const digits = raw.slice(split + 1);
    if (digits === '') throw NOT_V0;
    const undecoded = `punycode{${ascii === '' ? '' : `${ascii}-`}${digits}}`;
    return decodePunycode(ascii, digits) ?? undecoded;
  }

  private decimal(): number {
    if (this.eat('0')) return 0;
    const start = this.at;
    while (this.peek() >= '0' && this.peek() <= '9') this.at += 1;
    if (this.at === start || this.at - start > 9) throw NOT_V0;
    return Number(this.text.slice(start, this.at));
  }

  /** Nibbles up to a `_`. */
  protected hex(): string {
    const end = this.text.indexOf('_', this.at);
    const nibbles = end < 0 ? '-' : this.text.slice(this.at, end);
    if (!/^[0-9a-f]*$/.test(nibbles)) throw NOT_V0;
    this.at = end + 1;
    return nibbles;
  }

  /** A base-62 number that has to be small: a count or an offset. */
  protected integer(): number {
    const value = base62Value(this.digits());
    if (value === undefined || value > 0xffffffffn) throw NOT_V0;
    return Number(value);
  }

  /** 0 where there is none. At most 64 bits, as in rustc. */
  protected disambiguator(): bigint {
    if (!this.eat('s')) return 0n;
    const value = disambiguatorValue(this.digits());
    if (value === undefined || value > 0xffffffffffffffffn) throw NOT_V0;
    return value;
  }

  private digits(): string {
    const end = this.text.indexOf('_', this.at);
    if (end < 0) throw NOT_V0;
    const digits = this.text.slice(this.at, end);
    this.at = end + 1;
    return digits;
  }
}
