import { Column } from '../ledger/columns.js';
import type { Ledger } from '../ledger/ledger.js';
import { sortedBy } from '../ledger/moved.js';
import type { Owner, Place } from '../ledger/owner.js';
import type { OwnerKind, OwnerTable } from '../ledger/owner-table.js';
import type { PlaceTable } from '../ledger/place-table.js';
import type { SegmentList } from '../ledger/segment-list.js';
import { symbolTokens } from '../symbol/name.js';
import type {
  ClaimColumns,
  ClaimKind,
  ClaimShares,
  FunctionCounts,
  OwnerTotal,
  PairExplanation,
  ResidueSegment,
} from './explanation.js';
import { compareResidue, type Ranked } from './residue-order.js';

/** Equal bytes between two stretches of residue in one place that are told as one. */
const JOIN = 16;

export interface Summarised {
  readonly formatA: string;
  readonly formatB: string;
  readonly functions?: FunctionCounts | undefined;
  /** Residue segments that are kept. */
  readonly maxResidue: number;
}

/** What a ledger comes to. */
export function summarise(ledger: Ledger, of: Summarised): PairExplanation {
  const places = new PlaceNames(ledger.places);
  const perOwner = countByOwner(ledger);
  const { residue, leftOut } = residueOf(ledger, places, of.maxResidue);
  let segments = 0;
  for (let owner = 1; owner < perOwner.segments.length; owner += 1) segments += perOwner.segments[owner] ?? 0;
  return {
    formatA: of.formatA,
    formatB: of.formatB,
    lengthA: ledger.lengthA,
    lengthB: ledger.lengthB,
    segments,
    equal: perOwner.bytesA[0] ?? 0,
    totals: totalsOf(ledger, perOwner, places),
    claims: claimColumns(ledger, places),
    kept: [...ledger.kept],
    typed: [...ledger.typed],
    residue,
    residueLeftOut: leftOut,
    ...(of.functions !== undefined && { functions: of.functions }),
    notes: [...new Set(ledger.notes)],
  };
}

interface PerOwner {
  readonly segments: Float64Array;
  readonly bytesA: Float64Array;
  readonly bytesB: Float64Array;
}

function countByOwner(ledger: Ledger): PerOwner {
  const segments = new Float64Array(ledger.owners.length);
  const bytesA = new Float64Array(ledger.owners.length);
  const bytesB = new Float64Array(ledger.owners.length);
  for (const at = ledger.segments.cursor(); at.next(); ) {
    const of = at.owner;
    segments[of] = (segments[of] ?? 0) + 1;
    bytesA[of] = (bytesA[of] ?? 0) + at.aLength;
    bytesB[of] = (bytesB[of] ?? 0) + at.bLength;
  }
  return { segments, bytesA, bytesB };
}

/** Owners of one kind in one section are one total. Time is linear in the number of owners. */
function totalsOf({ owners }: Ledger, perOwner: PerOwner, places: PlaceNames): OwnerTotal[] {
  const groups = new Map<number, number[]>();
  for (let i = 1; i < owners.length; i += 1) {
    if (perOwner.segments[i] === 0) continue;
    const key = places.section(owners.place(i)) * owners.kinds + owners.kind(i);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [i]);
    else group.push(i);
  }
  return Array.from(groups.values(), (group): OwnerTotal => {
    const [first = 0] = group;
    const { reason, state, field, from } = owners.ofKind(owners.kind(first)) as OwnerKind;
    const sum = (of: Float64Array): number => group.reduce((all, owner) => all + (of[owner] ?? 0), 0);
    return {
      place: places.path(places.section(owners.place(first))),
      reason,
      state,
      ...(field !== undefined && { field }),
      ...(from !== undefined && { from }),
      segments: sum(perOwner.segments),
      bytesA: sum(perOwner.bytesA),
      bytesB: sum(perOwner.bytesB),
      ...((state === 'claimed' || owners.claim(first) !== undefined) && {
        shares: sharesOf(owners, group, perOwner),
      }),
    };
  });
}

/** No row has this number, so that nothing stands behind it. */
const NO_CLAIM = 2 ** 32 - 1;

/** What each claim has of a group of owners, in the order in which it first has some. */
function sharesOf(owners: OwnerTable, group: readonly number[], perOwner: PerOwner): ClaimShares {
  const rows = new Map<number, number>();
  for (const owner of group) {
    const claim = owners.claim(owner) ?? NO_CLAIM;
    if (!rows.has(claim)) rows.set(claim, rows.size);
  }
  const shares = {
    claim: Uint32Array.from(rows.keys()),
    segments: new Uint32Array(rows.size),
    bytesA: new Uint32Array(rows.size),
    bytesB: new Uint32Array(rows.size),
  };
  for (const owner of group) {
    const row = rows.get(owners.claim(owner) ?? NO_CLAIM) ?? 0;
    for (const of of ['segments', 'bytesA', 'bytesB'] as const)
      shares[of][row] = (shares[of][row] ?? 0) + (perOwner[of][owner] ?? 0);
  }
  return shares;
}

function claimColumns({ claims }: Ledger, places: PlaceNames): ClaimColumns {
  const kinds: ClaimKind[] = [];
  const numbers = new Map<string, number>();
  const paths: (readonly string[])[] = [];
  const rowOf = new Map<number, number>();
  const kind = new Uint16Array(claims.a.length);
  const place = new Uint32Array(claims.a.length);
  for (const [i, cause] of claims.cause.entries()) {
    const domain = claims.domain[i] ?? '';
    const key = `${cause} ${domain}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = kinds.push({ cause, domain }) - 1;
      numbers.set(key, number);
    }
    kind[i] = number;
    const at = claims.place[i] ?? 0;
    let row = rowOf.get(at);
    if (row === undefined) {
      row = paths.push(places.path(at)) - 1;
      rowOf.set(at, row);
    }
    place[i] = row;
  }
  const vouched = Uint8Array.from(claims.vouched, Number);
  return {
    a: claims.a,
    b: claims.b,
    kind,
    kinds,
    places: Uint32Array.from(claims.places),
    vouched,
    place,
    paths,
    ...(claims.joint.length > 0 && { joint: claims.joint }),
  };
}

/** Stretches without a reason that stands, those of one place joined where they are near each other. */
function residueOf(
  ledger: Ledger,
  places: PlaceNames,
  most: number,
): { readonly residue: ResidueSegment[]; readonly leftOut: number } {
  const stretches = joinedResidue(ledger);
  const ranked = new Map<number, Ranked>();
  const rankedOf = (index: number): Omit<Ranked, 'size'> => {
    let rank = ranked.get(index);
    const owner = ledger.owners.at(index) as Owner;
    if (rank === undefined) {
      rank = {
        reason: owner.reason,
        inSymbol: ledger.places.kind(owner.place) === 'symbol',
        place: places.path(places.section(owner.place)),
        size: 0,
      };
      ranked.set(index, rank);
    }
    return rank;
  };
  const largest = new Largest(most);
  for (let i = 0; i < stretches.count; i += 1) {
    const size = Math.max(stretches.aLength.at(i), stretches.bLength.at(i));
    largest.offer({ ...rankedOf(stretches.owner.at(i)), size, row: i, aStart: stretches.aStart.at(i) });
  }
  const residue = largest.finish().map(({ row }): ResidueSegment => {
    const owner = ledger.owners.at(stretches.owner.at(row)) as Owner;
    const symbol = places.symbol(owner.place);
    return {
      place: places.path(places.section(owner.place)),
      ...(symbol !== undefined && { symbolA: symbol.name, symbolB: symbol.nameB ?? symbol.name }),
      ...(owner.field !== undefined && { field: owner.field }),
      reason: owner.reason,
      aStart: stretches.aStart.at(row),
      aLength: stretches.aLength.at(row),
      bStart: stretches.bStart.at(row),
      bLength: stretches.bLength.at(row),
      segments: stretches.segments.at(row),
    };
  });
  return { residue, leftOut: stretches.count - residue.length };
}

interface Stretches {
  readonly count: number;
  readonly owner: Column;
  readonly aStart: Column;
  readonly aLength: Column;
  readonly bStart: Column;
  readonly bLength: Column;
  readonly segments: Column;
}

/** There may be millions of segments: columns, and no object for any of them. */
function joinedResidue({ segments, owners }: Ledger): Stretches {
  const { owner, aStart, aLength, bStart, bLength } = residueColumns(segments, owners);
  const out = {
    owner: new Column(),
    aStart: new Column(),
    aLength: new Column(),
    bStart: new Column(),
    bLength: new Column(),
    segments: new Column(),
  };
  let last = -1;
  const rows = Uint32Array.from(owner.keys());
  for (const row of sortedBy(sortedBy(rows, bStart), aStart)) {
    const [a, b, index] = [aStart[row] as number, bStart[row] as number, owner[row] as number];
    const [aEnd, bEnd] = [a + (aLength[row] as number), b + (bLength[row] as number)];
    const before = last < 0 ? 0 : out.owner.at(last);
    const lastA = last < 0 ? 0 : out.aStart.at(last) + out.aLength.at(last);
    const lastB = last < 0 ? 0 : out.bStart.at(last) + out.bLength.at(last);
    const near =
      last >= 0 &&
      owners.place(before) === owners.place(index) &&
      owners.kind(before) === owners.kind(index) &&
      a - lastA <= JOIN &&
      b >= lastB &&
      b - lastB <= JOIN;
    if (near) {
      out.aLength.set(last, aEnd - out.aStart.at(last));
      out.bLength.set(last, bEnd - out.bStart.at(last));
      out.segments.add(last, 1);
      continue;
    }
    out.owner.push(index);
    out.aStart.push(a);
    out.aLength.push(aEnd - a);
    out.bStart.push(b);
    out.bLength.push(bEnd - b);
    out.segments.push(1);
    last += 1;
  }
  return { count: last + 1, ...out };
}

/** The segments that nothing stands behind, one row each. */
function residueColumns(segments: SegmentList, owners: OwnerTable) {
  const isResidue = new Uint8Array(owners.length);
  for (let i = 1; i < owners.length; i += 1) if (owners.state(i) === 'residue') isResidue[i] = 1;
  let count = 0;
  for (const at = segments.cursor(); at.next(); ) count += isResidue[at.owner] ?? 0;
  const out = {
    owner: new Uint32Array(count),
    aStart: new Uint32Array(count),
    aLength: new Uint32Array(count),
    bStart: new Uint32Array(count),
    bLength: new Uint32Array(count),
  };
  let row = 0;
  for (const at = segments.cursor(); at.next(); ) {
    if (isResidue[at.owner] !== 1) continue;
    out.owner[row] = at.owner;
    out.aStart[row] = at.aStart;
    out.aLength[row] = at.aLength;
    out.bStart[row] = at.bStart;
    out.bLength[row] = at.bLength;
    row += 1;
  }
  return out;
}

interface Candidate extends Ranked {
  readonly row: number;
  readonly aStart: number;
}

/** Keeps up to twice as many as are wanted, and cuts them back when full. */
class Largest {
  #kept: Candidate[] = [];
  #last: Candidate | undefined;

  constructor(readonly most: number) {}

  offer(candidate: Candidate): void {
    if (this.#last !== undefined && compareCandidates(candidate, this.#last) >= 0) return;
    if (this.#kept.push(candidate) >= 2 * this.most + 64) this.#cut();
  }

  finish(): readonly Candidate[] {
    this.#cut();
    return this.#kept;
  }

  #cut(): void {
    this.#kept.sort(compareCandidates);
    this.#kept.length = Math.min(this.#kept.length, this.most);
    if (this.#kept.length === this.most) this.#last = this.#kept.at(-1);
  }
}

function compareCandidates(x: Candidate, y: Candidate): number {
  return compareResidue(x, y) || x.aStart - y.aStart || x.row - y.row;
}

/** Places by number: their path, and the section they fold into. */
class PlaceNames {
  readonly #paths = new Map<number, readonly string[]>();

  constructor(readonly places: PlaceTable) {}

  /** The innermost place around this one that is no symbol. */
  section(place: number): number {
    let at = place;
    while (this.places.kind(at) === 'symbol') at = this.places.parent(at);
    return at;
  }

  symbol(place: number): Place | undefined {
    return this.places.kind(place) === 'symbol' ? this.places.at(place) : undefined;
  }

  /** Names from the file inwards, without hashes. */
  path(place: number): readonly string[] {
    if (place === 0) return [];
    let path = this.#paths.get(place);
    if (path === undefined) {
      path = [...this.path(this.places.parent(place)), withoutTokens(this.places.name(place))];
      this.#paths.set(place, path);
    }
    return path;
  }
}

/** A name as it is shown where hashes do not matter: `*` for each of them. */
function withoutTokens(name: string): string {
  let out = '';
  let last = 0;
  for (const { start, end } of symbolTokens(name).tokens) {
    out += `${name.slice(last, start)}*`;
    last = end;
  }
  return out + name.slice(last);
}
