import type { CauseId } from '../cause/cause-id.js';
import { ForwardingSink } from './forwarding-sink.js';
import type { Sink, Why } from './sink.js';

/** What residue is given a label: what nothing is known of, or changed code as well. */
export type Labelled = 'unexplained' | 'unexplained and code';

/**
 * A sink through which residue gets the label of a cause that is known to be there, and stays residue: it is told from
 * the rest, and nothing is explained by it.
 */
export class LabelledSink extends ForwardingSink {
  constructor(
    sink: Sink,
    readonly label: CauseId,
    readonly what: Labelled = 'unexplained',
  ) {
    super(sink);
  }

  override change(a: number, aLength: number, b: number, bLength: number, why?: Why): void {
    this.sink.change(a, aLength, b, bLength, this.#labelled(why));
  }

  override measured(...word: Parameters<Sink['measured']>): void {
    const [a, b, length, texts, why] = word;
    this.sink.measured(a, b, length, texts, this.#labelled(why));
  }

  override within(...place: Parameters<Sink['within']>): Sink {
    return new LabelledSink(this.sink.within(...place), this.label, this.what);
  }

  override at(a: number, b: number): Sink {
    return new LabelledSink(this.sink.at(a, b), this.label, this.what);
  }

  #labelled(why: Why | undefined): Why | undefined {
    const { reason = 'unexplained' } = why ?? {};
    const labels = reason === 'unexplained' || (reason === 'code' && this.what === 'unexplained and code');
    return labels ? { ...why, reason: this.label } : why;
  }
}
