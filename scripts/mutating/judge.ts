import { ledgerOf } from '../../lib/explain/explain.js';
import type { PairExplanation } from '../../lib/explain/explanation.js';
import { nameClaims } from '../../lib/explain/file-name.js';
import { isMaskable } from '../../lib/explain/maskable.js';
import type { NameClaim } from '../../lib/explain/merged-claims.js';
import { type Settled, settle } from '../../lib/explain/settle.js';
import { summarise } from '../../lib/explain/summarise.js';
import type { Ledger } from '../../lib/ledger/ledger.js';
import type { Segment } from '../../lib/ledger/segment-list.js';
import { isOrderFree } from './order.js';
import { restoresSymbols } from './restoration.js';
import type { FilePair, Subject } from './subject.js';

/**
 * What became of a planted change. `restored`: it made the two sides equal where they differed, or its symbols say what
 * those of the other side say (`restoresSymbols`). `exempt`: it is one of
 * the two differences that count as explained whoever made them: time, user and group in the header of an archive's
 * member beside another member whose own differ, and the same records of a table in another order, where that means nothing.
 */
export type Outcome = 'caught' | 'missed' | 'restored' | 'exempt';

export interface Judgement {
  readonly outcome: Outcome;
  /** What the bytes that were changed were taken for. */
  readonly owners: readonly string[];
  /** Bytes that nothing stands behind: without the change, and with it. */
  readonly residue: readonly [number, number];
}

/** Where one file was changed: starts and lengths in the changed content. */
export interface Planted {
  readonly file: number;
  readonly content: Buffer;
  readonly places: readonly (readonly [start: number, length: number])[];
}

/** A change of one side, in one file or in several. */
export interface PlantedChange {
  readonly side: 'a' | 'b';
  readonly files: readonly Planted[];
  /** Whether records of a table changed places. */
  readonly reorders: boolean;
}

/** Accounts for a subject as the command does, with and without a change in one of its files. */
export class Judge {
  readonly #explanations: readonly PairExplanation[];
  /** For each file and side, which bytes nothing stands behind without any change. */
  readonly #open: readonly Readonly<Record<'a' | 'b', Uint8Array>>[];
  readonly #names: readonly NameClaim[];
  /** Bytes that nothing stands behind without any change. */
  readonly residue: number;

  constructor(readonly subject: Subject) {
    const explained = subject.files.map((file) => explain(file.a, file.b));
    this.#explanations = explained.map(({ explanation }) => explanation);
    this.#names = subject.files.flatMap(({ pathA, pathB }) => nameClaims(pathA, pathB) ?? []);
    const settled = this.#settled(this.#explanations);
    this.residue = residueOf(settled);
    this.#open = explained.map(({ ledger }, file) => ({
      a: openBytes(ledger, 'a', settled, file),
      b: openBytes(ledger, 'b', settled, file),
    }));
  }

  judge({ side, files, reorders }: PlantedChange): Judgement {
    const changed = files.map((planted) => this.#changed(side, planted));
    if (changed.every(({ a, b }) => a.equals(b)))
      return { outcome: 'restored', owners: [], residue: [this.residue, 0] };
    const explained = new Map(changed.map(({ file, a, b }) => [file, explain(a, b)]));
    const settled = this.#settled(
      this.#explanations.map((known, i) => explained.get(i)?.explanation ?? known),
    );
    const residue = [this.residue, residueOf(settled)] as const;
    const caught = { outcome: 'caught', owners: [], residue } as const;
    if (residue[1] > residue[0]) return caught;
    const owners: string[] = [];
    let [restored, exempt] = [true, true];
    for (const { file, a, b, places, before, after, other } of changed) {
      const ledger = explained.get(file)?.ledger;
      if (ledger === undefined || a.equals(b)) continue;
      const own = ownersAt(ledger, side, places);
      if (own.some((owner) => isOpen(ledger, owner, settled, file)) || this.#opens(ledger, file, settled))
        return caught;
      restored &&= own.every((owner) => owner === 0) || restoresSymbols({ before, after, other, places });
      const isFree = reorders && isOrderFree({ content: after, places });
      exempt &&= own.every((owner) => isExempt(ledger, owner, isFree));
      owners.push(...own.map((owner) => ownerText(ledger, owner)));
    }
    return { outcome: restored ? 'restored' : exempt ? 'exempt' : 'missed', owners, residue };
  }

  #changed(side: 'a' | 'b', { file, content, places }: Planted) {
    const pair = this.subject.files[file] as FilePair;
    const [a, b] = side === 'a' ? [content, pair.b] : [pair.a, content];
    const [before, other] = side === 'a' ? [pair.a, pair.b] : [pair.b, pair.a];
    return { file, a, b, places, before, after: content, other };
  }

  /** Whether anything is open that was not. Where a side has another length, the other one says it. */
  #opens(ledger: Ledger, file: number, settled: Settled): boolean {
    for (const side of ['a', 'b'] as const) {
      const before = this.#open[file]?.[side];
      const now = openBytes(ledger, side, settled, file);
      if (before?.length === now.length && now.some((open, at) => open > (before[at] ?? 0))) return true;
    }
    return false;
  }

  #settled(explanations: readonly PairExplanation[]): Settled {
    const pairs = explanations.map((explanation, i) => ({
      path: this.subject.files[i]?.pathA ?? '',
      explanation,
    }));
    return settle(pairs, { names: this.#names, detailed: 0 });
  }
}

function explain(a: Buffer, b: Buffer): { ledger: Ledger; explanation: PairExplanation } {
  const { ledger, tally } = ledgerOf(a, b);
  const of = { formatA: '', formatB: '', functions: tally.counts(), maxResidue: 0 };
  return { ledger, explanation: summarise(ledger, of) };
}

/** What keeps a comparison from being accounted for. */
function residueOf({ causes }: Settled): number {
  return causes.accounts.unexplained + causes.accounts.suspected;
}

function openBytes(ledger: Ledger, side: 'a' | 'b', settled: Settled, file: number): Uint8Array {
  const open = new Uint8Array(side === 'a' ? ledger.lengthA : ledger.lengthB);
  const isOpenOwner = Array.from({ length: ledger.owners.length }, (_, owner) =>
    isOpen(ledger, owner, settled, file),
  );
  for (const at = ledger.segments.cursor(); at.next(); ) {
    if (isOpenOwner[at.owner] === true) open.fill(1, ...rangeOf(at, side));
  }
  return open;
}

/** Where a segment starts and ends on one side. */
function rangeOf(
  { aStart, aLength, bStart, bLength }: Segment,
  side: 'a' | 'b',
): [start: number, end: number] {
  return side === 'a' ? [aStart, aStart + aLength] : [bStart, bStart + bLength];
}

/** The owners of the changed bytes; of removed ones, those of what stands around the place. */
function ownersAt(ledger: Ledger, side: 'a' | 'b', places: Planted['places']): number[] {
  const owners = new Set<number>();
  for (const at = ledger.segments.cursor(); at.next(); ) {
    const [start, end] = rangeOf(at, side);
    for (const [from, length] of places) {
      const touches = length > 0 ? start < from + length && from < end : start <= from && from <= end;
      if (touches) owners.add(at.owner);
    }
  }
  return [...owners];
}

function isOpen(ledger: Ledger, index: number, settled: Settled, file: number): boolean {
  const owner = ledger.owners.at(index);
  if (index === 0 || owner === undefined) return false;
  if (owner.state === 'residue') return true;
  if (owner.state === 'masked' || (owner.state === 'derived' && owner.claim === undefined)) return false;
  if (owner.state === 'derived') return settled.claims.of(file, owner.claim ?? -1)?.doubt !== undefined;
  if (!isMaskable(owner.reason)) return true;
  return owner.state === 'claimed' && settled.claims.of(file, owner.claim ?? -1)?.doubt !== undefined;
}

const PACKING: ReadonlySet<string | undefined> = new Set(['ar_date', 'ar_uid', 'ar_gid']);

function isExempt(ledger: Ledger, index: number, reorders: boolean): boolean {
  const owner = ledger.owners.at(index);
  if (index === 0 || owner === undefined) return true;
  if (owner.state === 'moved') return reorders;
  return owner.state === 'shown' && owner.reason === 'archive-metadata' && PACKING.has(owner.field);
}

function ownerText(ledger: Ledger, index: number): string {
  const owner = ledger.owners.at(index);
  if (index === 0 || owner === undefined) return 'equal';
  const { place, state, reason, field, from, claim } = owner;
  const names: string[] = [];
  for (let at = place; at !== 0; at = ledger.places.parent(at)) names.unshift(ledger.places.name(at));
  const told = claim === undefined ? '' : `${ledger.claims.a[claim]} ↔ ${ledger.claims.b[claim]}`;
  return [names.join(' › '), state, reason, field, from, told].filter(Boolean).join(', ');
}
