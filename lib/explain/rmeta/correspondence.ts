/**
 * Where a position of A lies in B. Known for what has been walked over already: metadata refer only to what was
 * encoded before, so that is enough to tell what a reference of A must be in B.
 */
export class Correspondence {
  #a = new Float64Array(1024);
  #b = new Float64Array(1024);
  #count = 0;

  /** From `a` on, B goes on at `b`. */
  shift(a: number, b: number): void {
    const last = this.#count - 1;
    if (last >= 0 && (this.#b[last] as number) - (this.#a[last] as number) === b - a && this.#b[last] !== -1)
      return;
    this.#push(a, b);
  }

  /** From `a` on, nothing in B corresponds. */
  gap(a: number): void {
    this.#push(a, -1);
  }

  /** The position in B, or -1 where there is none or `a` has not been reached. */
  toB(a: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#a[middle] as number) <= a) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return -1;
    const b = this.#b[low - 1] as number;
    return b < 0 ? -1 : b + (a - (this.#a[low - 1] as number));
  }

  #push(a: number, b: number): void {
    if (this.#count > 0 && this.#a[this.#count - 1] === a) this.#count -= 1;
    if (this.#count === this.#a.length) {
      this.#a = grown(this.#a);
      this.#b = grown(this.#b);
    }
    this.#a[this.#count] = a;
    this.#b[this.#count] = b;
    this.#count += 1;
  }
}

function grown(from: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(from.length * 2);
  out.set(from);
  return out;
}
