/** Numbers of one full block: 256 kB. */
const BITS = 16;
const SIZE = 1 << BITS;
const MASK = SIZE - 1;
/** Room at first: objects of one section a function have thousands of columns of some elements each. */
const FIRST = 16;

/** A column of 32-bit numbers that grows: by doubling at first, then by blocks, so that nothing large is copied. */
export class Column {
  length = 0;
  readonly #blocks: Uint32Array[] = [new Uint32Array(FIRST)];

  push(value: number): void {
    const index = this.length;
    this.length = index + 1;
    let block = this.#blocks[index >>> BITS];
    if (block === undefined) {
      block = new Uint32Array(SIZE);
      this.#blocks.push(block);
    } else if ((index & MASK) >= block.length) {
      const grown = new Uint32Array(block.length * 2);
      grown.set(block);
      this.#blocks[0] = grown;
      block = grown;
    }
    block[index & MASK] = value;
  }

  /** Takes the last one away; 0 where there is none. */
  pop(): number {
    if (this.length === 0) return 0;
    this.length -= 1;
    const last = this.at(this.length);
    this.set(this.length, 0);
    return last;
  }

  at(index: number): number {
    return this.#blocks[index >>> BITS]?.[index & MASK] ?? 0;
  }

  set(index: number, value: number): void {
    const block = this.#blocks[index >>> BITS];
    if (block !== undefined) block[index & MASK] = value;
  }

  add(index: number, value: number): void {
    const block = this.#blocks[index >>> BITS];
    if (block !== undefined) block[index & MASK] = (block[index & MASK] ?? 0) + value;
  }

  /** All of them in one array, as a copy. */
  values(): Uint32Array {
    const out = new Uint32Array(this.length);
    for (const [i, block] of this.#blocks.entries()) {
      const from = i * SIZE;
      if (from < this.length) out.set(block.subarray(0, Math.min(SIZE, this.length - from)), from);
    }
    return out;
  }

  /** All of them in one array; the column is empty then. What is copied is let go at once: there is never twice as much. */
  drain(): Uint32Array {
    const out = new Uint32Array(this.length);
    for (let i = 0; i * SIZE < this.length; i += 1) {
      const from = i * SIZE;
      out.set((this.#blocks[i] as Uint32Array).subarray(0, Math.min(SIZE, this.length - from)), from);
      this.#blocks[i] = new Uint32Array(i === 0 ? FIRST : 0);
    }
    this.#blocks.length = 1;
    this.length = 0;
    return out;
  }
}

/** A column of whole numbers up to 2^53. */
export class WideColumn {
  readonly #low = new Column();
  readonly #high = new Column();

  get length(): number {
    return this.#low.length;
  }

  push(value: number): void {
    this.#low.push(value % WORD);
    this.#high.push(Math.floor(value / WORD));
  }

  /** All of them in one array; the column is empty then. */
  drain(): Float64Array {
    const high = this.#high.drain();
    return Float64Array.from(this.#low.drain(), (low, i) => (high[i] ?? 0) * WORD + low);
  }
}

const WORD = 2 ** 32;
