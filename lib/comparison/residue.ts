import {
  BEHIND,
  type ClaimColumns,
  type ResidueSegment,
  rowsOf,
  type SegmentColumns,
} from '../explain/explanation.js';
import { nameClaims } from '../explain/file-name.js';
import type { MergedClaim, MergedClaims } from '../explain/merged-claims.js';
import type { MetadataDifference } from '../pair/metadata.js';
import { demangled } from '../report/symbol-text.js';
import type { ExplainedRow } from './explain.js';
import { inNoise, type Span } from './noise.js';

/** What of one pair has no confirmed cause. */
export interface Unexplained {
  /** Members, sections and functions it lies in. */
  readonly places: readonly string[];
  readonly bytes: number;
}

/** Places that are named. */
const MAX_PLACES = 5;

/** What of a pair has no confirmed cause; undefined where all of it has one. */
export function residueOf(
  { row, outcome, file }: ExplainedRow,
  claims: MergedClaims,
): Unexplained | undefined {
  const { confirmed, derived, masked, suspected, unexplained } = file.accounts;
  if (confirmed + derived + masked + suspected + unexplained === 0) return ALL_OF_IT.residue;
  const bytes = suspected + unexplained;
  if (bytes === 0) return undefined;
  const { residue, totals } = outcome.explanation;
  const doubtful = totals.filter(({ shares }) =>
    shares?.claim.some((claim) => !stands(claims.of(row, claim))),
  );
  return {
    places: placesOf([...residue.map(placeOf), ...doubtful.map(({ place }) => textOf(place))]),
    bytes,
  };
}

/**
 * What of a pair varies in no control, by its segments, and what of that has no confirmed cause. Undefined where all
 * varies, or where the rest only follows from what does.
 */
export function explainedOutside(
  { row, outcome, file }: ExplainedRow,
  regions: SegmentColumns,
  spansA: readonly Span[],
  spansB: readonly Span[],
  claims: MergedClaims,
): { readonly bytes: number; readonly residue: Unexplained | undefined } | undefined {
  const { explanation } = outcome;
  const inside = inNoise(regions, spansA, spansB);
  const bare = new Uint8Array(regions.count);
  // Where nothing else differs, nothing was derived (settle).
  const rootless = file.accounts.derived === 0;
  const doubtful = new Set<number>();
  let noisy = 0;
  let independent = 0;
  let bytes = 0;
  let residueBytes = 0;
  for (let i = 0; i < regions.count; i += 1) {
    if (inside[i] === true) {
      noisy += 1;
      continue;
    }
    const size = Math.max(regions.aLength[i] ?? 0, regions.bLength[i] ?? 0);
    const said = regions.behind[i] ?? BEHIND.nothing;
    // What the user declared does not count, whoever changed it.
    if (said === BEHIND.masked) continue;
    const behind = rootless && said === BEHIND.derived ? BEHIND.nothing : said;
    bytes += size;
    if (behind !== BEHIND.derived) independent += 1;
    if (behind === BEHIND.derived || behind === BEHIND.shown) continue;
    if (behind === BEHIND.nothing) bare[i] = 1;
    else if (stands(claims.of(row, behind))) continue;
    else doubtful.add(behind);
    residueBytes += size;
  }
  if (regions.count === 0) return ALL_OF_IT;
  if (bytes === 0 || (independent === 0 && noisy > 0)) return undefined;
  if (residueBytes === 0) return { bytes, residue: undefined };
  const places = [
    ...touched(explanation.residue, regions, bare).map(placeOf),
    ...[...doubtful].map((claim) => placeOfClaim(explanation.claims, claim)),
  ];
  return { bytes, residue: { places: placesOf(places), bytes: residueBytes } };
}

/** Where a ledger shows no difference of files that differ, nothing is shown. */
const ALL_OF_IT = { bytes: 1, residue: { places: ['all of it'], bytes: 1 } };

/** The residue segments in which one of the chosen regions lies. */
function touched(
  residue: readonly ResidueSegment[],
  { count, aStart, bStart }: SegmentColumns,
  chosen: Uint8Array,
): ResidueSegment[] {
  const sorted = [...residue].sort((x, y) => x.aStart - y.aStart);
  const found = new Set<ResidueSegment>();
  for (let i = 0; i < count; i += 1) {
    if (chosen[i] !== 1) continue;
    const a = aStart[i] ?? 0;
    const b = bStart[i] ?? 0;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle]?.aStart ?? 0) <= a) low = middle + 1;
      else high = middle;
    }
    // Segments that are only in B share one offset of A.
    for (let at = low - 1; at >= 0 && at >= low - NEAR; at -= 1) {
      const of = sorted[at];
      if (of === undefined) break;
      const inA = a < of.aStart + Math.max(1, of.aLength);
      const inB = b >= of.bStart && b < of.bStart + Math.max(1, of.bLength);
      if (inA && inB) {
        found.add(of);
        break;
      }
    }
  }
  return residue.filter((of) => found.has(of));
}

const NEAR = 8;

function placeOf({ place, symbolA, symbolB }: ResidueSegment): string {
  const symbol = symbolA ?? symbolB;
  return textOf(symbol === undefined ? place : [...place, demangled(symbol)]);
}

function placeOfClaim(claims: ClaimColumns, claim: number): string {
  const [row = -1] = rowsOf(claims, claim);
  return textOf(claims.paths[claims.place[row] ?? -1] ?? []);
}

function textOf(place: readonly string[]): string {
  return place.length === 0 ? 'the file' : place.join(' › ');
}

function placesOf(places: readonly string[]): string[] {
  const different = [...new Set(places)];
  const more = different.length - MAX_PLACES;
  return [...different.slice(0, MAX_PLACES), ...(more > 0 ? [`${more} more`] : [])];
}

/** What is no known claim stands no more than one that is doubtful. */
function stands(claim: MergedClaim | undefined): boolean {
  return claim !== undefined && claim.doubt === undefined;
}

/**
 * The fields that no cause covers. Times and owners in archive headers are compared value by value and say who packed
 * and when (`archive-metadata`), owners only where they are another packer's; a path may differ by hashes that are
 * confirmed. A mode, a type or a link never is.
 * @param packed whether the owner is another one since somebody else packed it
 */
export function unexplainedMetadata(
  differences: readonly MetadataDifference[],
  claims: MergedClaims,
  packed: boolean,
): MetadataDifference[] {
  return differences.filter(({ field, a, b }) => {
    if (field === 'mtime') return false;
    if (field === 'owner') return !packed;
    if (field !== 'path') return true;
    const made = nameClaims(a, b);
    return made === undefined || !made.every((claim) => stands(claims.find(claim)));
  });
}
