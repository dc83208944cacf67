import type {
  Accounts,
  CauseReport,
  CausesReport,
  FileExplanation,
  OwnerReport,
  Standing,
} from '../report/explanation.js';
import type { HexView } from '../report/hex.js';
import type { FunctionCounts, OwnerTotal, PairExplanation } from './explanation.js';
import { isMaskable } from './maskable.js';
import { type MergedClaim, MergedClaims, type NameClaim } from './merged-claims.js';
import { originOf } from './origin.js';

/** One differing pair with its explanation. */
export interface ExplainedPair {
  readonly path: string;
  readonly explanation: PairExplanation;
  /** The bytes of residue segments, by their index there. */
  readonly hex?: ReadonlyMap<number, HexView> | undefined;
}

export interface SettleOptions {
  /** Claims that the names of files make. */
  readonly names?: readonly NameClaim[] | undefined;
  /** Pairs whose owners and residue are listed; of the others they are counted only. Default: all. */
  readonly detailed?: number | undefined;
  /** Rows of owners, and of residue, over all files; each file gets a fair share of them. */
  readonly rows?: number | undefined;
}

export interface Settled {
  readonly causes: CausesReport;
  /** In the order of the pairs. */
  readonly files: readonly FileExplanation[];
  /** How a claim of one pair stands over the whole comparison. */
  readonly claims: MergedClaims;
}

/** Rows of one file, whatever its share. */
const LEAST_ROWS = 8;
const MOST_ROWS = 300;
const DEFAULT_ROWS = 3000;

/** Decides over all pairs which reasons stand, and adds up what they come to. Pure. */
export function settle(pairs: readonly ExplainedPair[], options: SettleOptions = {}): Settled {
  const explanations = pairs.map(({ explanation }) => explanation);
  const claims = new MergedClaims(explanations, options.names ?? []);
  const detailed = Math.min(options.detailed ?? pairs.length, pairs.length);
  const share = Math.floor((options.rows ?? DEFAULT_ROWS) / Math.max(1, detailed));
  const rows = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, share));
  const tally = new CauseTally();
  const files = pairs.map((pair, i) => settleFile(pair, i, claims, tally, i < detailed ? rows : 0));
  for (const name of options.names ?? []) tally.addName(name, claims);
  const causes = tally.reports();
  const functions = sumFunctions(explanations);
  const origin = originOf(claims.list);
  return {
    causes: {
      causes,
      accounts: sumAccounts(files.map(({ accounts }) => accounts)),
      ...(origin !== undefined && { origin }),
      ...(functions !== undefined && { functions }),
    },
    files,
    claims,
  };
}

function settleFile(
  { explanation, hex }: ExplainedPair,
  index: number,
  claims: MergedClaims,
  tally: CauseTally,
  rows: number,
): FileExplanation {
  const { formatA, formatB, segments, equal, residue, residueLeftOut, functions } = explanation;
  const notes = [...explanation.notes];
  const accounts = { equal, confirmed: 0, derived: 0, masked: 0, suspected: 0, unexplained: 0 };
  const owners = new Map<string, Mutable<OwnerReport>>();
  // What follows from nothing was not derived: a byte at the end of a file and a size that tells of it, say.
  const rootless = explanation.totals.every(({ state }) => state === 'derived');
  if (rootless && explanation.totals.length > 0)
    notes.push('all that differs would follow from other differences, of which there are none');
  const add = (total: OwnerTotal, part: Part): void => {
    const { standing, segments, bytesA, bytesB } = part;
    accounts[standing] += bytesA + bytesB;
    tally.add(total, part, index);
    const { place, reason, field, from } = total;
    const key = JSON.stringify([place, reason, standing, field, from]);
    const owner = owners.get(key);
    if (owner === undefined) {
      owners.set(key, {
        place,
        cause: reason,
        standing,
        ...(field !== undefined && { field }),
        ...(from !== undefined && { from }),
        segments,
        bytesA,
        bytesB,
      });
    } else {
      owner.segments += segments;
      owner.bytesA += bytesA;
      owner.bytesB += bytesB;
    }
  };
  for (const total of explanation.totals) {
    if (rootless) add(total, { ...total, ...UNEXPLAINED, claims: [] });
    else for (const part of partsOf(total, index, claims)) add(total, part);
  }
  if (segments === 0 || explanation.totals.length === 0)
    notes.push('the ledger shows no difference: a fault of trustdiff');
  const lost = lostBytes(explanation);
  if (lost.bytesA !== 0 || lost.bytesB !== 0) {
    notes.push('the totals do not add up to the sizes of the files: a fault of trustdiff');
    const sums = { segments: 1, ...lost };
    add(
      { place: [], reason: 'unexplained', state: 'residue', ...sums },
      { ...UNEXPLAINED, ...sums, claims: [] },
    );
  }
  const sorted = [...owners.values()].sort((x, y) => sizeOf(y) - sizeOf(x));
  const shownResidue = residue.slice(0, rows).map((segment, i) => {
    const view = hex?.get(i);
    return view === undefined ? segment : { ...segment, hex: view };
  });
  return {
    formatA,
    formatB,
    segments,
    accounts,
    owners: sorted.slice(0, rows),
    ownersLeftOut: Math.max(0, sorted.length - rows),
    residue: shownResidue,
    residueLeftOut: residueLeftOut + residue.length - shownResidue.length,
    ...(functions !== undefined && { functions }),
    notes,
  };
}

/** Bytes that no total counts: none, if the ledger closes. */
function lostBytes({ lengthA, lengthB, equal, totals }: PairExplanation): { bytesA: number; bytesB: number } {
  let bytesA = lengthA - equal;
  let bytesB = lengthB - equal;
  for (const total of totals) {
    bytesA -= total.bytesA;
    bytesB -= total.bytesB;
  }
  return { bytesA: Math.abs(bytesA), bytesB: Math.abs(bytesB) };
}

interface Judged {
  readonly standing: Standing;
  readonly why?: string | undefined;
}

const UNEXPLAINED: Judged = { standing: 'unexplained' };

/** Reasons that say where bytes lie and not why they differ. */
const NO_CAUSE: ReadonlySet<string> = new Set(['code', 'padding', 'unexplained']);

/** What of a total stands in one way. */
interface Part extends Judged {
  readonly segments: number;
  readonly bytesA: number;
  readonly bytesB: number;
  readonly claims: readonly MergedClaim[];
}

/** A total by how what is behind it stands: of claims some may, and some not. */
function partsOf(total: OwnerTotal, pair: number, claims: MergedClaims): Iterable<Part> {
  const { reason, shares, state } = total;
  if (shares === undefined) return [{ ...total, ...standingOf(total), claims: [] }];
  const parts = new Map<string, Mutable<Part> & { readonly claims: MergedClaim[] }>();
  for (const [i, claim] of shares.claim.entries()) {
    const merged = claims.of(pair, claim);
    const judged = state === 'derived' ? restingStanding(merged) : claimedStanding(reason, merged);
    const key = `${judged.standing} ${judged.why ?? ''}`;
    let part = parts.get(key);
    if (part === undefined) {
      part = { ...judged, segments: 0, bytesA: 0, bytesB: 0, claims: [] };
      parts.set(key, part);
    }
    part.segments += shares.segments[i] ?? 0;
    part.bytesA += shares.bytesA[i] ?? 0;
    part.bytesB += shares.bytesB[i] ?? 0;
    // What rests on a claim does not attest it.
    if (merged !== undefined && state !== 'derived') part.claims.push(merged);
  }
  return parts.values();
}

function claimedStanding(reason: OwnerTotal['reason'], merged: MergedClaim | undefined): Judged {
  if (!isMaskable(reason)) return { standing: 'suspected', why: NO_MASK };
  if (merged === undefined) return UNEXPLAINED;
  return merged.doubt === undefined
    ? { standing: 'confirmed' }
    : { standing: 'suspected', why: merged.doubt };
}

/** What was recomputed from a token is what it is only where the token stands for the other. */
function restingStanding(merged: MergedClaim | undefined): Judged {
  if (merged === undefined) return UNEXPLAINED;
  return merged.doubt === undefined ? { standing: 'derived' } : { standing: 'suspected', why: merged.doubt };
}

function standingOf({ state, reason }: OwnerTotal): Judged {
  switch (state) {
    case 'derived':
      return { standing: 'derived' };
    case 'masked':
      return { standing: 'masked' };
    case 'moved':
    case 'shown':
      return isMaskable(reason) ? { standing: 'confirmed' } : { standing: 'suspected', why: NO_MASK };
    case 'claimed':
      // No claim is named that could stand.
      return UNEXPLAINED;
    case 'residue':
      return NO_CAUSE.has(reason) ? UNEXPLAINED : { standing: 'suspected', why: NO_MASK };
    default:
      return state satisfies never;
  }
}

const NO_MASK = 'no mask shows it';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface CauseRow {
  readonly cause: CauseReport['cause'];
  readonly standing: Standing;
  readonly why: string | undefined;
  readonly mask: string | undefined;
  files: number;
  lastFile: number;
  segments: number;
  bytesA: number;
  bytesB: number;
  /** A's token → its claim. */
  readonly tokens: Map<string, { readonly a: string; readonly b: string; readonly places: number }>;
}

/** Tokens of one cause that are shown. */
const EXAMPLES = 3;

const ORDER = { confirmed: 0, derived: 1, masked: 2, suspected: 3, unexplained: 4 } as const satisfies Record<
  Standing,
  number
>;

/** Adds up causes over all files. */
class CauseTally {
  readonly #rows = new Map<string, CauseRow>();

  add({ reason, from }: OwnerTotal, part: Part, file: number): void {
    const { standing, why, claims } = part;
    const row = this.#row(reason, standing, why, standing === 'masked' ? from : undefined);
    row.segments += part.segments;
    row.bytesA += part.bytesA;
    row.bytesB += part.bytesB;
    if (row.lastFile !== file) row.files += 1;
    row.lastFile = file;
    for (const claim of claims) row.tokens.set(`${claim.domain} ${claim.a}`, claim);
  }

  /** What a name says has no bytes in any file. */
  addName(name: NameClaim, claims: MergedClaims): void {
    const claim = claims.find(name);
    if (claim === undefined) return;
    const standing = claim.doubt === undefined ? 'confirmed' : 'suspected';
    this.#row(name.cause, standing, claim.doubt, undefined).tokens.set(`${claim.domain} ${claim.a}`, claim);
  }

  /** By standing, largest first. */
  reports(): CauseReport[] {
    const rows = [...this.#rows.values()];
    rows.sort((x, y) => ORDER[x.standing] - ORDER[y.standing] || sizeOf(y) - sizeOf(x));
    return rows.map(({ cause, standing, why, mask, files, segments, bytesA, bytesB, tokens }) => {
      const examples = [...tokens.values()].sort((x, y) => y.places - x.places || (x.a < y.a ? -1 : 1));
      return {
        cause,
        standing,
        files,
        segments,
        bytesA,
        bytesB,
        ...(tokens.size > 0 && {
          tokens: {
            count: tokens.size,
            examples: examples.slice(0, EXAMPLES).map(({ a, b, places }) => ({ a, b, places })),
          },
        }),
        ...(why !== undefined && { why }),
        ...(mask !== undefined && { mask }),
      };
    });
  }

  #row(
    cause: CauseReport['cause'],
    standing: Standing,
    why: string | undefined,
    mask: string | undefined,
  ): CauseRow {
    const key = `${cause} ${standing} ${why ?? ''} ${mask ?? ''}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = {
        cause,
        standing,
        why,
        mask,
        files: 0,
        lastFile: -1,
        segments: 0,
        bytesA: 0,
        bytesB: 0,
        tokens: new Map(),
      };
      this.#rows.set(key, row);
    }
    return row;
  }
}

function sizeOf({ bytesA, bytesB }: { readonly bytesA: number; readonly bytesB: number }): number {
  return bytesA + bytesB;
}

function sumAccounts(all: readonly Accounts[]): Accounts {
  const sum = { equal: 0, confirmed: 0, derived: 0, masked: 0, suspected: 0, unexplained: 0 };
  for (const accounts of all)
    for (const key of Object.keys(sum) as (keyof Accounts)[]) sum[key] += accounts[key];
  return sum;
}

/** Names of functions on one side only that are kept over all files. */
const MOST_NAMES = 50;

function sumFunctions(explanations: readonly PairExplanation[]): FunctionCounts | undefined {
  const all = explanations.flatMap(({ functions }) => functions ?? []);
  if (all.length === 0) return undefined;
  const sum = { a: 0, b: 0, paired: 0, equal: 0, moved: 0, relabelled: 0, hashes: 0, changed: 0 };
  const only = { a: 0, b: 0 };
  for (const functions of all) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += functions[key];
    only.a += functions.onlyA.length + functions.onlyALeftOut;
    only.b += functions.onlyB.length + functions.onlyBLeftOut;
  }
  const onlyA = all.flatMap((functions) => functions.onlyA).slice(0, MOST_NAMES);
  const onlyB = all.flatMap((functions) => functions.onlyB).slice(0, MOST_NAMES);
  return {
    ...sum,
    onlyA,
    onlyB,
    onlyALeftOut: only.a - onlyA.length,
    onlyBLeftOut: only.b - onlyB.length,
  };
}
