const MASK = (1n << 64n) - 1n;

/**
 * The first half of SipHash-1-3 with 128 bits of result and a key of zeros, which is what rustc's `StableHasher` gives
 * for 64 bits. Aumasson and Bernstein: https://www.aumasson.jp/siphash/siphash.pdf; for short messages only, since it
 * counts in big numbers.
 */
export function sipHash64(message: Uint8Array): bigint {
  const state = new State();
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
  const whole = bytes.length - (bytes.length % 8);
  for (let at = 0; at < whole; at += 8) state.absorb(bytes.readBigUInt64LE(at));
  const last = Buffer.alloc(8);
  bytes.copy(last, 0, whole);
  last[7] = bytes.length & 0xff;
  state.absorb(last.readBigUInt64LE(0));
  return state.finish();
}

class State {
  #v0 = 0x736f6d6570736575n;
  #v1 = 0x646f72616e646f6dn ^ 0xeen;
  #v2 = 0x6c7967656e657261n;
  #v3 = 0x7465646279746573n;

  absorb(word: bigint): void {
    this.#v3 ^= word;
    this.#round();
    this.#v0 ^= word;
  }

  finish(): bigint {
    this.#v2 ^= 0xeen;
    for (let round = 0; round < 3; round += 1) this.#round();
    return this.#v0 ^ this.#v1 ^ this.#v2 ^ this.#v3;
  }

  #round(): void {
    this.#v0 = (this.#v0 + this.#v1) & MASK;
    this.#v2 = (this.#v2 + this.#v3) & MASK;
    this.#v1 = rotated(this.#v1, 13n) ^ this.#v0;
    this.#v3 = rotated(this.#v3, 16n) ^ this.#v2;
    this.#v0 = rotated(this.#v0, 32n);
    this.#v2 = (this.#v2 + this.#v1) & MASK;
    this.#v0 = (this.#v0 + this.#v3) & MASK;
    this.#v1 = rotated(this.#v1, 17n) ^ this.#v2;
    this.#v3 = rotated(this.#v3, 21n) ^ this.#v0;
    this.#v2 = rotated(this.#v2, 32n);
  }
}

function rotated(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & MASK;
}
