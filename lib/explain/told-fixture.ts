import { type Ledger, replay } from '../ledger/ledger.js';
import type { PlaceTable } from '../ledger/place-table.js';
import { ledgerOf } from './explain.js';
import type { FunctionCounts } from './explanation.js';
import { settle } from './settle.js';
import { summarise } from './summarise.js';

/** One segment of a ledger that is not equal, as tests look at it. */
export interface ToldSegment {
  /** Names from the file inwards: `.symtab`, `x.o › .text › main`. */
  readonly place: string;
  readonly reason: string;
  readonly state: string;
  readonly field: string | undefined;
  readonly from: string | undefined;
  readonly aStart: number;
  readonly aLength: number;
  readonly bStart: number;
  readonly bLength: number;
}

export interface Told {
  readonly ledger: Ledger;
  /** In the order of A, then of B. */
  readonly segments: readonly ToldSegment[];
  /** `place: reason state field`, each once, sorted; what most tests look at. */
  readonly lines: readonly string[];
  /** Those of segments that nothing stands behind. */
  readonly residue: readonly ToldSegment[];
  /** `cause a ↔ b`. */
  readonly claims: readonly string[];
  readonly notes: readonly string[];
  readonly functions: FunctionCounts | undefined;
  /** Bytes of both sides that are unexplained or only suspected, once claims are settled. */
  readonly open: number;
}

/**
 * Accounts for two contents and holds the ledger to what every ledger promises: it closes, it replays, two contents
 * that differ have a segment that says so, and the fault is never trustdiff's.
 */
export function tellLedger(a: Uint8Array, b: Uint8Array): Told {
  const { ledger, tally } = ledgerOf(a, b);
  const fault = ledger.notes.find((note) => note.includes('fault of trustdiff'));
  if (fault !== undefined) throw new Error(fault);
  assertClosed(ledger);
  if (Buffer.compare(replay(ledger, a, b), b) !== 0) throw new Error('the ledger does not replay');
  const segments = segmentsOf(ledger);
  if (segments.length === 0 && Buffer.compare(a, b) !== 0) throw new Error('the ledger hides the difference');
  return {
    ledger,
    segments,
    lines: [...new Set(segments.map(lineOf))].sort(),
    residue: segments.filter(({ state }) => state === 'residue'),
    claims: ledger.claims.cause.map((cause, i) => `${cause} ${ledger.claims.a[i]} ↔ ${ledger.claims.b[i]}`),
    notes: ledger.notes,
    functions: tally.counts(),
    open: openBytes(ledger),
  };
}

function openBytes(ledger: Ledger): number {
  const explanation = summarise(ledger, { formatA: '', formatB: '', maxResidue: 0 });
  const { accounts } = settle([{ path: '', explanation }]).causes;
  return accounts.unexplained + accounts.suspected;
}

/** Throws unless each byte of A and each of B lies in exactly one segment: counted here byte by byte, unlike there. */
export function assertClosed(ledger: Ledger): void {
  const hitsA = new Uint8Array(ledger.lengthA);
  const hitsB = new Uint8Array(ledger.lengthB);
  for (const { aStart, aLength, bStart, bLength, owner } of ledger.segments) {
    if (ledger.owners.at(owner) === undefined) throw new Error(`the segment at ${aStart} has no owner`);
    count(hitsA, aStart, aLength);
    count(hitsB, bStart, bLength);
  }
  if (hitsA.some((hits) => hits !== 1)) throw new Error('A is not covered exactly once');
  if (hitsB.some((hits) => hits !== 1)) throw new Error('B is not covered exactly once');
}

function count(hits: Uint8Array, start: number, length: number): void {
  for (let at = start; at < start + length; at += 1) hits[at] = (hits[at] ?? 2) + 1;
}

function segmentsOf(ledger: Ledger): ToldSegment[] {
  const out: ToldSegment[] = [];
  for (const { owner: index, ...stretch } of ledger.segments) {
    const owner = ledger.owners.at(index);
    if (index === 0 || owner === undefined) continue;
    const { reason, state, field, from } = owner;
    out.push({ place: placeName(ledger.places, owner.place), reason, state, field, from, ...stretch });
  }
  return out.sort((x, y) => x.aStart - y.aStart || x.bStart - y.bStart);
}

function lineOf({ place, reason, state, field }: ToldSegment): string {
  return `${place}: ${reason} ${state}${field === undefined ? '' : ` ${field}`}`;
}

function placeName(places: PlaceTable, index: number): string {
  const names: string[] = [];
  for (let at = index; at > 0; at = places.parent(at)) names.unshift(places.name(at));
  return names.join(' › ');
}
