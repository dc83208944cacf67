import type { Sink } from './sink.js';

/** Hands on all that it is given, for sinks that treat some of it in their own way. */
export abstract class ForwardingSink implements Sink {
  constructor(readonly sink: Sink) {}

  abstract within(...place: Parameters<Sink['within']>): Sink;
  abstract at(a: number, b: number): Sink;

  equal(...segment: Parameters<Sink['equal']>): void {
    this.sink.equal(...segment);
  }

  change(...segment: Parameters<Sink['change']>): void {
    this.sink.change(...segment);
  }

  token(...token: Parameters<Sink['token']>): boolean {
    return this.sink.token(...token);
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

  measured(...word: Parameters<Sink['measured']>): void {
    this.sink.measured(...word);
  }

  shown(...segment: Parameters<Sink['shown']>): void {
    this.sink.shown(...segment);
  }

  note(text: string): void {
    this.sink.note(text);
  }
}
