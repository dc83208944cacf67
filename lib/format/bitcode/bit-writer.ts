/** Writes what `BitReader` reads. */
export class BitWriter {
  #words = new Uint32Array(1024);
  /** In bits. */
  position = 0;

  /** @param width 0 to 32; higher bits of `value` are dropped */
  fixed(value: number, width: number): void {
    if (width === 0) return;
    const index = this.position >>> 5;
    const shift = this.position & 31;
    if (index + 2 > this.#words.length) this.#grow();
    const bits = width === 32 ? value >>> 0 : value & ((1 << width) - 1);
    this.#words[index] = (this.#words[index] ?? 0) | (bits << shift);
    if (shift + width > 32) this.#words[index + 1] = bits >>> (32 - shift);
    this.position += width;
  }

  vbr(low: number, high: number, width: number): void {
    const step = width - 1;
    const more = 2 ** step;
    let rest = low >>> 0;
    let top = high >>> 0;
    while (top !== 0 || rest >= more) {
      const bits = step === 31 ? rest & 0x7fffffff : rest & (more - 1);
      this.fixed((bits | more) >>> 0, width);
      rest = ((rest >>> step) | (top << (32 - step))) >>> 0;
      top >>>= step;
    }
    this.fixed(rest, width);
  }

  /** Zero bits up to the next 32-bit word. */
  align(): void {
    this.fixed(0, -this.position & 31);
  }

  /** Whole bytes. */
  copy(bytes: Uint8Array): void {
    const whole = bytes.length & ~3;
    for (let i = 0; i < whole; i += 4) {
      const low = (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16);
      this.fixed(low | ((bytes[i + 3] ?? 0) << 24), 32);
    }
    for (let i = whole; i < bytes.length; i += 1) this.fixed(bytes[i] ?? 0, 8);
  }

  /** Sets a whole word that was written before. @param at in bits, a multiple of 32 */
  patch(at: number, value: number): void {
    this.#words[at >>> 5] = value;
  }

  /** Sets bits that were written as zeros before. */
  overwrite(at: number, value: number, width: number): void {
    const index = at >>> 5;
    const shift = at & 31;
    this.#words[index] = (this.#words[index] ?? 0) | (value << shift);
    if (shift + width > 32) {
      this.#words[index + 1] = (this.#words[index + 1] ?? 0) | (value >>> (32 - shift));
    }
  }

  /** The bytes written so far; the last one filled up with zero bits. */
  bytes(): Buffer {
    const length = Math.ceil(this.position / 8);
    const out = Buffer.alloc(Math.ceil(length / 4) * 4);
    for (let i = 0; i * 4 < length; i += 1) out.writeUInt32LE(this.#words[i] ?? 0, i * 4);
    return out.subarray(0, length);
  }

  #grow(): void {
    const larger = new Uint32Array(this.#words.length * 2);
    larger.set(this.#words);
    this.#words = larger;
  }
}
