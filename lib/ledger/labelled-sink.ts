import type { CauseId } from '../cause/cause-id.js';
import type { Sink, TokenEncoding, Why } from './sink.js';

/** What residue is given a label: what nothing is known of, or changed code as well. */
export type Labelled = 'unexplained' | 'unexplained and code';

/**
 * A sink through which residue gets the label of a cause that is known to be there, and stays residue: it is told from
 * the rest, and nothing is explained by it.
 */
export class LabelledSink implements Sink {
  constructor(
    readonly sink: Sink,
    readonly label: CauseId,
    readonly what: Labelled = 'unexplained',
  ) {}

  change(a: number, aLength: number, b: number, bLength: number, why?: Why): void {
    const { reason = 'unexplained' } = why ?? {};
    const labels = reason === 'unexplained' || (reason === 'code' && this.what === 'unexplained and code');
    this.sink.change(a, aLength, b, bLength, labels ? { ...why, reason: this.label } : why);
  }

  within(...place: Parameters<Sink['within']>): Sink {
    return new LabelledSink(this.sink.within(...place), this.label, this.what);
  }

  at(a: number, b: number): Sink {
    return new LabelledSink(this.sink.at(a, b), this.label, this.what);
  }

  equal(a: number, b: number, length: number): void {
    this.sink.equal(a, b, length);
  }

  token(
    cause: CauseId,
    encoding: TokenEncoding,
    a: number,
    aLength: number,
    b: number,
    bLength: number,
    field?: string,
  ): boolean {
    return this.sink.token(cause, encoding, a, aLength, b, bLength, field);
  }

  attested(...token: Parameters<Sink['attested']>): void {
    this.sink.attested(...token);
  }

  unchanged(token: string): void {
    this.sink.unchanged(token);
  }

  typed(token: string): void {
    this.sink.typed(token);
  }

  derived(...segment: Parameters<Sink['derived']>): void {
    this.sink.derived(...segment);
  }

  shown(...segment: Parameters<Sink['shown']>): void {
    this.sink.shown(...segment);
  }

  note(text: string): void {
    this.sink.note(text);
  }
}
