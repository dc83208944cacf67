/**
 * What reading one side has cost so far, counted together by all threads that read its files. Only `shared` crosses
 * threads; a Meter made of it counts on.
 */
export class Meter {
  constructor(readonly shared: BigInt64Array = new BigInt64Array(new SharedArrayBuffer(24))) {}

  /** Bytes of the files themselves. */
  get read(): number {
    return this.#get(0);
  }

  /** Bytes that codecs made of them, those inside each other counted each. */
  get decoded(): number {
    return this.#get(1);
  }

  get members(): number {
    return this.#get(2);
  }

  addRead(bytes: number): void {
    this.#add(0, bytes);
  }

  /** Gives the sum so far. */
  addDecoded(bytes: number): number {
    return this.#add(1, bytes);
  }

  /** Gives the number so far. */
  addMember(): number {
    return this.#add(2, 1);
  }

  #get(at: number): number {
    return Number(Atomics.load(this.shared, at));
  }

  #add(at: number, n: number): number {
    return Number(Atomics.add(this.shared, at, BigInt(n))) + n;
  }
}
