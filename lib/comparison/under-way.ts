import { EventQueue } from './event-queue.js';

/** Work that has begun: iterate over it for its events, or wait for its report. */
export interface UnderWay<Event, Report> extends AsyncIterable<Event> {
  /** Settles when the work ends, whether or not anybody iterates. */
  readonly report: Promise<Report>;
}

/** Starts work at once. What it rejects with, `report` and the iteration reject with. */
export function underWay<Event extends { readonly type: string }, Report>(
  work: (emit: (event: Event) => void) => Promise<Report>,
): UnderWay<Event, Report> {
  const queue = new EventQueue<Event>();
  const report = work((event) => queue.push(event)).finally(() => queue.end());
  // Who only iterates meets the rejection there.
  report.catch(() => {});
  return {
    report,
    async *[Symbol.asyncIterator]() {
      yield* queue.drain();
      await report;
    },
  };
}
