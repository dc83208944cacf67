import { type Bytes, openBytes } from '../artefact/bytes.js';
import type { DigestAlgorithm } from '../artefact/digest.js';
import type { Limits } from '../artefact/limits.js';
import type { ContentRef } from '../artefact/member.js';
import { InputError, LimitError, TrustdiffError } from '../error.js';
import { isRlib } from '../format/rlib.js';
import { type Alignment, alignBytes } from '../ledger/align.js';
import type { Layout, LayoutOptions } from '../ledger/layout.js';
import { type CoarseRanges, coarseRanges, type Range, rangeAt } from '../ledger/ranges.js';
import { cutDiff, type ShownDiff, unifiedDiff } from '../ledger/text-diff.js';
import { decodeTexts, textKind } from '../ledger/text-kind.js';
import { type HexView, hexView } from '../report/hex.js';
import type { SideTrouble } from '../report/model.js';
import { type Inside, lookInside } from './inside.js';

/** Where two contents differ and how it looks there. Offsets and counts are in bytes. */
export interface Difference {
  /** The offset of the first difference; the shorter length where one content begins with the other. */
  readonly first: number;
  /**
   * Bytes that align with equal bytes on the other side, and bytes of each side that do not. Where the pair is explained
   * the alignment is that of its ledger: what stands in another order counts as changed.
   */
  readonly equal: number;
  readonly changedA: number;
  readonly changedB: number;
  /** The changed ranges, neighbours joined; the largest of them, in order. */
  readonly ranges: ChangedRanges;
  readonly kind: 'text' | 'binary';
  /** By which rule it was taken as text or not. */
  readonly rule: string;
  readonly text?: ShownDiff | undefined;
  readonly hex?: readonly HexView[] | undefined;
  /** What an archive or compressed file shows when it is opened. */
  readonly inside?: Inside | undefined;
  /** What could not be shown, and why. */
  readonly notes: readonly string[];
}

export interface ChangedRanges {
  /** Changed ranges before any were joined. */
  readonly total: number;
  readonly shown: readonly (Range & { readonly parts: number })[];
  /** Joined ranges that are not shown. */
  readonly leftOut: number;
}

/** Changed ranges in columns, for comparing them with those of controls. */
export interface Regions {
  readonly count: number;
  readonly aStart: Float64Array;
  readonly aLength: Float64Array;
  readonly bStart: Float64Array;
  readonly bLength: Float64Array;
  /** Whether there were more than could be kept. */
  readonly truncated: boolean;
}

export interface DifferenceTask extends DescribeOptions {
  readonly a: ContentRef;
  readonly b: ContentRef;
}

export interface DescribeOptions {
  /** The canonical path, for errors. */
  readonly path: string;
  readonly limits: Limits;
  readonly digest: DigestAlgorithm;
  readonly tmpdir: string;
  readonly withRegions: boolean;
  /** Explained elsewhere by its members: no `ar` archive is opened. */
  readonly explained?: boolean | undefined;
  /** How many archives this pair already lies in. */
  readonly depth?: number | undefined;
}

export interface DifferenceOutcome {
  readonly difference: Difference;
  readonly regions?: Regions | undefined;
  /** Limits that were passed on the way: the difference stands, but what explains it is not whole. */
  readonly troubles: readonly SideTrouble[];
}

/** Neighbouring changes with no more equal bytes between them are shown as one range. */
const JOIN = 16;
const SHOWN_RANGES = 32;
const SHOWN_HEX = 3;
const HEX_ROWS = 8;
const SHOWN_LINES = 60;
/** Regions kept of one pair, for controls and to choose from what is shown. */
const MAX_REGIONS = 500_000;
/** What is to be known of the layout of a ledger. */
export const LAYOUT: LayoutOptions = {
  gap: JOIN,
  largest: SHOWN_RANGES,
  first: SHOWN_HEX,
  maxRanges: MAX_REGIONS,
};
/** Bytes of a text that is compared line by line; a larger one is shown as bytes. */
const MAX_TEXT = 16 * 2 ** 20;

/**
 * Says where two contents differ.
 * @throws InputError when one of them can no longer be read
 */
export async function describeDifference(task: DifferenceTask): Promise<DifferenceOutcome> {
  const bytesA = openBytes(task.a);
  try {
    const bytesB = openBytes(task.b);
    try {
      return await describeBytes(bytesA, bytesB, task);
    } finally {
      bytesB.close();
    }
  } finally {
    bytesA.close();
  }
}

/**
 * As `describeDifference`, of contents that are open.
 * @param layout how the two lie beside each other, where that is known: else their bytes are aligned
 */
export async function describeBytes(
  a: Bytes,
  b: Bytes,
  task: DescribeOptions,
  layout?: Layout,
): Promise<DifferenceOutcome> {
  const alignment = layout ?? alignBytes(a, b, { maxRanges: MAX_REGIONS });
  const joined = layout?.coarse ?? coarseRanges(alignment.ranges, JOIN, SHOWN_RANGES);
  const notes: string[] = [];
  const troubles: SideTrouble[] = [];
  let inside: Inside | undefined;
  try {
    const skipped = task.explained === true && isRlib(a) && isRlib(b);
    const looked = skipped ? undefined : await lookInside(a, b, task);
    inside = looked?.inside;
    for (const trouble of looked?.troubles ?? []) troubles.push(trouble);
  } catch (error) {
    // Bytes have decided already: a damaged archive inside an artefact only stays unexplained.
    if (!(error instanceof TrustdiffError)) throw error;
    for (const failure of [error, ...error.also]) {
      const note = notOpened(failure);
      if (!notes.includes(note)) notes.push(note);
      if (failure instanceof LimitError) troubles.push(limitTrouble(failure, task.path));
      else if (!(failure instanceof InputError)) throw failure;
    }
  }
  const view = inside === undefined ? viewOf(a, b, alignment) : { ...kindOf(a, b) };
  const { first, equal, changedA, changedB } = alignment;
  return {
    difference: {
      first,
      equal,
      changedA,
      changedB,
      ranges: changedRanges(alignment.total, joined),
      ...view,
      inside,
      notes,
    },
    troubles,
    ...(task.withRegions && { regions: regionsOf(alignment) }),
  };
}

function notOpened({ what, where }: TrustdiffError): string {
  const at = where.offset === undefined ? '' : ` at offset ${where.offset}`;
  return `not opened: ${[...(where.member ?? []), what].join(' › ')}${at}`;
}

/** Of a content that was being opened: its side stands where a file does. */
function limitTrouble({ what, where, hint }: LimitError, path: string): SideTrouble {
  return { side: where.file ?? 'a', kind: 'limit', what, member: [path], hint };
}

function kindOf(a: Bytes, b: Bytes): Pick<Difference, 'kind' | 'rule'> {
  for (const content of [a, b]) {
    const { kind, rule } = textKind(content);
    if (kind === 'binary') return { kind: 'binary', rule };
  }
  if (a.length > MAX_TEXT || b.length > MAX_TEXT)
    return { kind: 'binary', rule: 'too long to be compared by lines' };
  return { kind: 'text', rule: textKind(a.length > 0 ? a : b).rule };
}

function viewOf(
  a: Bytes,
  b: Bytes,
  alignment: Alignment,
): Pick<Difference, 'kind' | 'rule' | 'text' | 'hex'> {
  const kind = kindOf(a, b);
  if (kind.kind === 'binary') return { ...kind, hex: hexViews(a, b, alignment) };
  const textA = Buffer.from(a.read(0, a.length));
  const [linesA, linesB] = decodeTexts(textA, b.read(0, b.length));
  return { ...kind, text: cutDiff(unifiedDiff(linesA, linesB), SHOWN_LINES) };
}

function hexViews(a: Bytes, b: Bytes, { ranges }: Alignment): HexView[] {
  const { ranges: shown } = coarseRanges(ranges, JOIN, SHOWN_HEX, 'first');
  return shown.map((range) =>
    hexView(a, b, range, { context: 1, maxRows: HEX_ROWS, parts: partsOf(range, ranges) }),
  );
}

/** The single changes inside a joined range, so that the equal bytes between them are not marked. */
function partsOf(joined: Range, ranges: Alignment['ranges']): Range[] {
  const parts: Range[] = [];
  for (let i = 0; i < ranges.count; i++) {
    const part = rangeAt(ranges, i);
    if (part.aStart > joined.aStart + joined.aLength) break;
    if (part.aStart >= joined.aStart) parts.push(part);
  }
  return parts;
}

function changedRanges(total: number, { ranges: joined, leftOut }: CoarseRanges): ChangedRanges {
  const shown = joined.map(({ aStart, aLength, bStart, bLength, parts }) => ({
    aStart,
    aLength,
    bStart,
    bLength,
    parts,
  }));
  return { total, shown, leftOut };
}

function regionsOf({ ranges, truncated }: Alignment): Regions {
  return {
    count: ranges.count,
    aStart: Float64Array.from(ranges.aStart.subarray(0, ranges.count)),
    aLength: Float64Array.from(ranges.aLength.subarray(0, ranges.count)),
    bStart: Float64Array.from(ranges.bStart.subarray(0, ranges.count)),
    bLength: Float64Array.from(ranges.bLength.subarray(0, ranges.count)),
    truncated,
  };
}
