import { type Bytes, openBytes } from '../artefact/bytes.js';
import type { ContentRef } from '../artefact/member.js';
import { isRlib } from '../format/rlib.js';
import { Content } from '../ledger/content.js';
import type { Range } from '../ledger/ranges.js';
import { type DescribeOptions, type DifferenceOutcome, describeBytes, LAYOUT } from '../pair/difference.js';
import { type HexView, hexView } from '../report/hex.js';
import { collectLastGarbage, saveMemory } from '../thread/garbage.js';
import { explainWhole } from './explain.js';
import type { PairExplanation, ResidueSegment } from './explanation.js';
import { type MaskFile, masksOf } from './user-mask.js';

/** Two contents to explain, as they cross threads. */
export interface ExplainTask {
  /** The canonical path, for errors. */
  readonly path: string;
  readonly a: ContentRef;
  readonly b: ContentRef;
  readonly verify: boolean;
  /** Residue segments told one by one; all are counted. */
  readonly maxResidue: number;
  /** Of how many of them the bytes are shown, where there are no instructions. */
  readonly maxHex: number;
  /** Of how many changed functions the instructions are shown. */
  readonly maxInstructions: number;
  /** Every segment in columns, for controls. */
  readonly withRegions: boolean;
  readonly masks: MaskFile | undefined;
  /** This is the one pair to be explained: none that comes after it has to do without what is saved now. */
  readonly alone: boolean;
  /** Say too where the two differ, with these limits. */
  readonly describe?: Omit<DescribeOptions, 'path'> | undefined;
}

export interface ExplainOutcome {
  readonly explanation: PairExplanation;
  /** The bytes of residue segments, by their index; none of what lies in a compressed file. */
  readonly hex: ReadonlyMap<number, HexView>;
  /** Where it was asked for. */
  readonly described?: DifferenceOutcome | undefined;
}

/** Rows of one content that a residue segment shows. */
const HEX_ROWS = 4;
/** Bytes of which the first and the last row are enough. */
const LONG = 256;

/**
 * Explains one pair.
 * @throws InputError when one of the two can no longer be read
 */
export async function explainPair(task: ExplainTask): Promise<ExplainOutcome> {
  saveMemory(task.alone);
  const a = openContent(task.a);
  try {
    const b = openContent(task.b);
    try {
      const outcome = await explainOpen(a.content, b.content, task);
      collectLastGarbage();
      return outcome;
    } finally {
      b.close();
    }
  } finally {
    a.close();
  }
}

async function explainOpen(contentA: Content, contentB: Content, task: ExplainTask): Promise<ExplainOutcome> {
  const { path, verify, maxResidue, maxInstructions, withRegions, describe } = task;
  const { explanation, layout } = await explainWhole(contentA, contentB, {
    path,
    verify,
    maxResidue,
    maxInstructions,
    withRegions,
    masks: task.masks === undefined ? [] : masksOf(task.masks),
    ...(describe !== undefined && { layout: LAYOUT }),
  });
  const { source: a } = contentA;
  const { source: b } = contentB;
  const described =
    describe === undefined ? undefined : await describeBytes(a, b, { ...describe, path }, layout);
  // Offsets of what was decompressed are not those of the two files.
  const hex = explanation.decompressed === true ? new Map() : hexOf(a, b, explanation.residue, task.maxHex);
  return { explanation, hex, described };
}

/**
 * An archive is read as its members are asked for, and closed by the caller; all else is read at once.
 * @throws InputError, here or on closing, when the file is no longer the one that was listed
 */
function openContent(ref: ContentRef): { readonly content: Content; close(): void } {
  const bytes = openBytes(ref);
  let kept = false;
  try {
    kept = isRlib(bytes);
    if (kept) return { content: new Content(bytes), close: () => bytes.close() };
    return { content: Content.of(new Content(bytes).whole()), close() {} };
  } finally {
    if (!kept) bytes.close();
  }
}

/** Longest stretch whose bytes are held against each other for their marks. */
const MAX_MARKED = 4096;

/** The bytes that differ in a stretch of one length on both sides; it may have been joined from several. */
function partsOf(a: Bytes, b: Bytes, range: Range): Range[] | undefined {
  const { aStart, aLength, bStart, bLength } = range;
  if (aLength !== bLength || aLength > MAX_MARKED) return undefined;
  const bytesA = Buffer.from(a.read(aStart, aLength));
  const bytesB = b.read(bStart, bLength);
  const parts: Range[] = [];
  for (let at = 0; at < aLength; at += 1) {
    if (bytesA[at] === bytesB[at]) continue;
    let end = at + 1;
    while (end < aLength && bytesA[end] !== bytesB[end]) end += 1;
    parts.push({ aStart: aStart + at, aLength: end - at, bStart: bStart + at, bLength: end - at });
    at = end;
  }
  return parts;
}

function hexOf(a: Bytes, b: Bytes, residue: readonly ResidueSegment[], most: number): Map<number, HexView> {
  const views = new Map<number, HexView>();
  for (const [i, segment] of residue.entries()) {
    if (views.size === most) break;
    if (segment.instructions !== undefined) continue;
    const { aStart, aLength, bStart, bLength } = segment;
    const range = { aStart, aLength, bStart, bLength };
    const found = partsOf(a, b, range) ?? [];
    const parts = found.length > 0 ? found : [range];
    const changed = parts.reduce((sum, part) => sum + part.aLength, 0);
    const [changedA, changedB] = aLength === bLength ? [changed, changed] : [aLength, bLength];
    const joined = { ...range, parts: parts.length, changedA, changedB };
    views.set(
      i,
      hexView(a, b, joined, { context: 0, maxRows: Math.max(aLength, bLength) > LONG ? 2 : HEX_ROWS, parts }),
    );
  }
  return views;
}
