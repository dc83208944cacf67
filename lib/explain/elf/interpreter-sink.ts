import { PT_INTERP } from '../../format/elf/constant.js';
import type { Elf } from '../../format/elf.js';
import { ForwardingSink } from '../../ledger/forwarding-sink.js';
import type { Sink } from '../../ledger/sink.js';

/** A stretch of a file, in bytes. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * A sink for two whole files through which nothing is explained of what PT_INTERP leads to, on either side and whatever
 * section holds it: it names the program that is run first, and is no path of the build, however it looks. The system
 * goes by the segment alone.
 */
export function interpreterSink(a: Elf, b: Elf, sink: Sink): Sink {
  const [inA, inB] = [interpreters(a), interpreters(b)];
  return inA.length + inB.length === 0 ? sink : new InterpreterSink(sink, inA, inB, 0, 0);
}

function interpreters({ segments }: Elf): Stretch[] {
  return segments
    .filter(({ p_type }) => p_type === PT_INTERP)
    .map(({ p_offset, p_filesz }) => ({ start: p_offset, end: p_offset + p_filesz }));
}

class InterpreterSink extends ForwardingSink {
  constructor(
    sink: Sink,
    readonly inA: readonly Stretch[],
    readonly inB: readonly Stretch[],
    readonly baseA: number,
    readonly baseB: number,
  ) {
    super(sink);
  }

  override equal(a: number, b: number, length: number): void {
    // The same bytes that one side takes for its interpreter and the other does not are not the same.
    if (this.#isInA(a, length) === this.#isInB(b, length)) this.sink.equal(a, b, length);
    else this.sink.change(a, length, b, length);
  }

  override token(...token: Parameters<Sink['token']>): boolean {
    const [, , a, aLength, b, bLength, field] = token;
    if (!this.#isIn(a, aLength, b, bLength)) return this.sink.token(...token);
    this.sink.change(a, aLength, b, bLength, { field });
    return false;
  }

  override derived(...segment: Parameters<Sink['derived']>): void {
    const [a, aLength, b, bLength, , , field] = segment;
    if (this.#isIn(a, aLength, b, bLength)) this.sink.change(a, aLength, b, bLength, { field });
    else this.sink.derived(...segment);
  }

  override measured(...word: Parameters<Sink['measured']>): void {
    const [a, b, length, , why] = word;
    if (this.#isIn(a, length, b, length)) this.sink.change(a, length, b, length, why);
    else this.sink.measured(...word);
  }

  override shown(...segment: Parameters<Sink['shown']>): void {
    const [, a, aLength, b, bLength, field] = segment;
    if (this.#isIn(a, aLength, b, bLength)) this.sink.change(a, aLength, b, bLength, { field });
    else this.sink.shown(...segment);
  }

  override within(
    a: number,
    b: number,
    ...place: [kind: Parameters<Sink['within']>[2], name: string, nameB?: string]
  ): Sink {
    return this.#inner(this.sink.within(a, b, ...place), a, b);
  }

  override at(a: number, b: number): Sink {
    return this.#inner(this.sink.at(a, b), a, b);
  }

  #inner(sink: Sink, a: number, b: number): Sink {
    return new InterpreterSink(sink, this.inA, this.inB, this.baseA + a, this.baseB + b);
  }

  #isIn(a: number, aLength: number, b: number, bLength: number): boolean {
    return this.#isInA(a, aLength) || this.#isInB(b, bLength);
  }

  #isInA(start: number, length: number): boolean {
    return overlaps(this.inA, this.baseA + start, length);
  }

  #isInB(start: number, length: number): boolean {
    return overlaps(this.inB, this.baseB + start, length);
  }
}

function overlaps(stretches: readonly Stretch[], from: number, length: number): boolean {
  return stretches.some(({ start, end }) => from < end && from + length > start);
}
