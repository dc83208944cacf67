import type { Ledger } from '../ledger/ledger.js';
import type { Owner, Place } from '../ledger/owner.js';
import { symbolTokens } from '../symbol/name.js';
import type { ClaimRow, FunctionCounts, OwnerTotal, PairExplanation, ResidueSegment } from './explanation.js';
import { compareResidue } from './residue-order.js';

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
    claims: claimRows(ledger, places),
    kept: [...ledger.kept],
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

function countByOwner({ count, owner, owners, aLength, bLength }: Ledger): PerOwner {
  const segments = new Float64Array(owners.length);
  const bytesA = new Float64Array(owners.length);
  const bytesB = new Float64Array(owners.length);
  for (let i = 0; i < count; i += 1) {
    const of = owner.at(i);
    segments[of] = (segments[of] ?? 0) + 1;
    bytesA[of] = (bytesA[of] ?? 0) + aLength.at(i);
    bytesB[of] = (bytesB[of] ?? 0) + bLength.at(i);
  }
  return { segments, bytesA, bytesB };
}

function totalsOf(ledger: Ledger, perOwner: PerOwner, places: PlaceNames): OwnerTotal[] {
  const totals = new Map<string, { -readonly [K in keyof OwnerTotal]: OwnerTotal[K] }>();
  for (let i = 1; i < ledger.owners.length; i += 1) {
    const owner = ledger.owners[i] as Owner;
    if ((perOwner.segments[i] ?? 0) === 0) continue;
    const section = places.section(owner.place);
    const key = `${section} ${owner.reason} ${owner.state} ${owner.claim ?? ''} ${owner.field ?? ''} ${owner.from ?? ''}`;
    let total = totals.get(key);
    if (total === undefined) {
      const { reason, state, claim, field, from } = owner;
      total = {
        place: places.path(section),
        reason,
        state,
        ...(claim !== undefined && { claim }),
        ...(field !== undefined && { field }),
        ...(from !== undefined && { from }),
        segments: 0,
        bytesA: 0,
        bytesB: 0,
      };
      totals.set(key, total);
    }
    total.segments += perOwner.segments[i] ?? 0;
    total.bytesA += perOwner.bytesA[i] ?? 0;
    total.bytesB += perOwner.bytesB[i] ?? 0;
  }
  return [...totals.values()];
}

function claimRows({ claims }: Ledger, places: PlaceNames): ClaimRow[] {
  return claims.cause.map((cause, i) => ({
    cause,
    domain: claims.domain[i] ?? '',
    a: claims.a[i] ?? '',
    b: claims.b[i] ?? '',
    places: claims.places[i] ?? 0,
    place: places.path(claims.place[i] ?? 0),
  }));
}

/** Stretches without a reason that stands, those of one place joined where they are near each other. */
function residueOf(
  ledger: Ledger,
  places: PlaceNames,
  most: number,
): { readonly residue: ResidueSegment[]; readonly leftOut: number } {
  const rows: number[] = [];
  for (let i = 0; i < ledger.count; i += 1) {
    const owner = ledger.owner.at(i);
    if (owner !== 0 && ledger.owners[owner]?.state === 'residue') rows.push(i);
  }
  rows.sort((x, y) => ledger.aStart.at(x) - ledger.aStart.at(y) || ledger.bStart.at(x) - ledger.bStart.at(y));
  const joined: (Joined & { readonly owner: Owner })[] = [];
  for (const row of rows) {
    const owner = ledger.owners[ledger.owner.at(row)] as Owner;
    const aStart = ledger.aStart.at(row);
    const bStart = ledger.bStart.at(row);
    const aEnd = aStart + ledger.aLength.at(row);
    const bEnd = bStart + ledger.bLength.at(row);
    const last = joined.at(-1);
    const near =
      last !== undefined &&
      last.owner.place === owner.place &&
      last.owner.reason === owner.reason &&
      last.owner.field === owner.field &&
      aStart - last.aEnd <= JOIN &&
      bStart >= last.bEnd &&
      bStart - last.bEnd <= JOIN;
    if (near) {
      last.aEnd = aEnd;
      last.bEnd = bEnd;
      last.segments += 1;
    } else {
      joined.push({ owner, aStart, aEnd, bStart, bEnd, segments: 1 });
    }
  }
  const size = ({ aStart, aEnd, bStart, bEnd }: Joined) => Math.max(aEnd - aStart, bEnd - bStart);
  const ranked = joined.map((of) => ({
    ...of,
    reason: of.owner.reason,
    inSymbol: ledger.places[of.owner.place]?.kind === 'symbol',
    place: places.path(places.section(of.owner.place)),
    size: size(of),
  }));
  const largest = ranked.sort((x, y) => compareResidue(x, y) || x.aStart - y.aStart).slice(0, most);
  const residue = largest.map(({ owner, aStart, aEnd, bStart, bEnd, segments }): ResidueSegment => {
    const symbol = places.symbol(owner.place);
    return {
      place: places.path(places.section(owner.place)),
      ...(symbol !== undefined && { symbolA: symbol.name, symbolB: symbol.nameB ?? symbol.name }),
      ...(owner.field !== undefined && { field: owner.field }),
      reason: owner.reason,
      aStart,
      aLength: aEnd - aStart,
      bStart,
      bLength: bEnd - bStart,
      segments,
    };
  });
  return { residue, leftOut: joined.length - residue.length };
}

interface Joined {
  readonly aStart: number;
  aEnd: number;
  readonly bStart: number;
  bEnd: number;
  segments: number;
}

/** Places by number: their path, and the section they fold into. */
class PlaceNames {
  readonly #paths = new Map<number, readonly string[]>();

  constructor(readonly places: readonly Place[]) {}

  /** The innermost place around this one that is no symbol. */
  section(place: number): number {
    let at = place;
    while (this.places[at]?.kind === 'symbol') at = this.places[at]?.parent ?? 0;
    return at;
  }

  symbol(place: number): Place | undefined {
    const of = this.places[place];
    return of?.kind === 'symbol' ? of : undefined;
  }

  /** Names from the file inwards, without hashes. */
  path(place: number): readonly string[] {
    if (place === 0) return [];
    let path = this.#paths.get(place);
    if (path === undefined) {
      const { parent, name } = this.places[place] as Place;
      path = [...this.path(parent), withoutTokens(name)];
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
