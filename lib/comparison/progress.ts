import type { Emit, ProgressEvent } from './event.js';
import type { MatchedPair } from './match.js';
import type { Side } from './side.js';

/** Milliseconds between two events of one phase: a person cannot read faster. */
const INTERVAL = 100;

/** Counts what is done and tells of it; who shows it decides how often. */
export class Progress {
  #now: ProgressEvent = {
    type: 'progress',
    phase: 'reading',
    members: 0,
    membersTotal: 0,
    bytes: 0,
    bytesTotal: 0,
  };

  #told = Number.NEGATIVE_INFINITY;

  constructor(readonly emit: Emit) {}

  /** Members listed, bytes of archives read. */
  reading(members: number, bytes: number): void {
    const now = this.#now;
    this.#tell({ ...now, members: Math.max(members, now.members), bytes: Math.max(bytes, now.bytes) });
  }

  /** `sized`: whether the sizes are known; to ask for them would take longer than to wait. */
  compare(a: Side, b: Side, sized: boolean): void {
    // A's members stand for the pairs: their number is not known before the pairing.
    const membersTotal = Math.max(a.members.length, b.members.length);
    const bytesTotal = sized ? Math.max(bytesOf(a), bytesOf(b)) : 0;
    this.#tell({ type: 'progress', phase: 'comparing', members: 0, membersTotal, bytes: 0, bytesTotal });
  }

  decided(pair: MatchedPair): void {
    this.#step(pair);
  }

  describe(pairs: ReadonlySet<MatchedPair>): void {
    this.#begin('describing', [...pairs]);
  }

  described(pair: MatchedPair): void {
    this.#step(pair);
  }

  explain(pairs: readonly MatchedPair[]): void {
    this.#begin('explaining', pairs);
  }

  explained(pair: MatchedPair): void {
    this.#step(pair);
  }

  #begin(phase: ProgressEvent['phase'], pairs: readonly MatchedPair[]): void {
    let bytesTotal = 0;
    for (const { a } of pairs) bytesTotal += a.size;
    this.#tell({ type: 'progress', phase, members: 0, membersTotal: pairs.length, bytes: 0, bytesTotal });
  }

  #step({ a }: MatchedPair): void {
    this.#tell({ ...this.#now, members: this.#now.members + 1, bytes: this.#now.bytes + a.size });
  }

  #tell(event: ProgressEvent): void {
    const time = performance.now();
    const begins = event.phase !== this.#now.phase;
    this.#now = event;
    if (!begins && time - this.#told < INTERVAL) return;
    this.#told = time;
    this.emit(event);
  }
}

function bytesOf(side: Side): number {
  let bytes = 0;
  for (const member of side.members) bytes += member.size;
  return bytes;
}
