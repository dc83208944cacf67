import { memoryBytes } from '../artefact/bytes.js';
import { maskPair, readMasks, type SectionRange, type UserMask } from '../cause/mask.js';
import { InputError } from '../error.js';
import { isElf, openElf } from '../format/elf.js';
import { isRlib, readRlib } from '../format/rlib.js';
import type { Content } from '../ledger/content.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Owner } from '../ledger/owner.js';
import { SegmentList } from '../ledger/segment-list.js';

/** A file of masks as text, so that it crosses threads. */
export interface MaskFile {
  readonly text: string;
  /** What to call it in errors. */
  readonly file: string;
  /** `YYYY-MM-DD`: masks whose last day is before it mask nothing. */
  readonly today: string;
}

let last: { readonly of: MaskFile; readonly masks: readonly UserMask[] } | undefined;

/** The masks of a file. @throws InputError */
export function masksOf(of: MaskFile): readonly UserMask[] {
  if (last === undefined || last.of.text !== of.text || last.of.today !== of.today)
    last = { of, masks: readMasks(of.text, of.file, of.today) };
  return last.masks;
}

/**
 * The ledger with what the user's masks cover owned by them: only what has no cause that stands by itself, and only
 * where a mask covers as many stretches of A as of B, each laid beside its own.
 * @throws InputError where a pattern takes too many steps
 */
export function applyMasks(
  ledger: Ledger,
  masks: readonly UserMask[],
  a: Content,
  b: Content,
  path: string,
): Ledger {
  let of = ledger;
  for (const mask of masks) {
    if (mask.expired || !mask.matches(path)) continue;
    const bySection = mask.target.kind === 'section';
    const [inA, inB] = [a.whole(), b.whole()];
    const pairs = maskPair(
      mask,
      inA,
      inB,
      bySection ? sectionsOf(inA) : [],
      bySection ? sectionsOf(inB) : [],
    );
    if (pairs === undefined) continue;
    const stretches = pairs.a.map(({ start, length }, i): Stretch => {
      const other = pairs.b[i] ?? { start: 0, length: 0 };
      return { aStart: start, aEnd: start + length, bStart: other.start, bEnd: other.start + other.length };
    });
    of = masked(of, mask.id, stretches);
  }
  return of;
}

interface Stretch {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

function masked(ledger: Ledger, id: string, stretches: readonly Stretch[]): Ledger {
  const owners = ledger.owners.copy();
  const byPlace = new Map<number, number>();
  const maskOwner = (place: number): number => {
    const known = byPlace.get(place);
    if (known !== undefined) return known;
    const owner = owners.push({ place, reason: 'masked', state: 'masked', from: id });
    byPlace.set(place, owner);
    return owner;
  };
  const segments = new SegmentList();
  const add = (a: number, lengthA: number, b: number, lengthB: number, of: number): void => {
    if (lengthA > 0 || lengthB > 0) segments.add(a, lengthA, b, lengthB, of);
  };
  for (const at = ledger.segments.cursor(); at.next(); ) {
    const { aStart: a, aLength: lengthA, bStart: b, bLength: lengthB, owner: index } = at;
    const of = ledger.owners.at(index);
    if (index === 0 || of === undefined || !isMaskable(of)) {
      add(a, lengthA, b, lengthB, index);
      continue;
    }
    // In steps: what lies before a stretch, in it, behind it. Only where both sides keep step can it be cut.
    let from = 0;
    for (const [start, end] of coveredBy(a, lengthA, b, lengthB, stretches)) {
      if (lengthA !== lengthB) {
        add(a, lengthA, b, lengthB, maskOwner(of.place));
        from = Math.max(lengthA, lengthB);
        break;
      }
      add(a + from, start - from, b + from, start - from, index);
      add(a + start, end - start, b + start, end - start, maskOwner(of.place));
      from = end;
    }
    if (lengthA === lengthB) add(a + from, lengthA - from, b + from, lengthB - from, index);
    else if (from === 0) add(a, lengthA, b, lengthB, index);
  }
  return { ...ledger, segments, owners };
}

/** Whatever is not shown already; a claim may turn out not to stand. */
function isMaskable({ state, claim }: Owner): boolean {
  return state === 'residue' || state === 'claimed' || claim !== undefined;
}

/** The parts of a segment that stretches cover on both sides, in order; of uneven sides all of it or nothing. */
function coveredBy(
  a: number,
  lengthA: number,
  b: number,
  lengthB: number,
  stretches: readonly Stretch[],
): [number, number][] {
  const parts: [number, number][] = [];
  for (let i = firstEndingBehind(stretches, a); i < stretches.length; i += 1) {
    const of = stretches[i];
    if (of === undefined || of.aStart > a + lengthA) break;
    if (lengthA !== lengthB) {
      if (of.aStart <= a && a + lengthA <= of.aEnd && of.bStart <= b && b + lengthB <= of.bEnd)
        parts.push([0, Math.max(lengthA, lengthB)]);
      continue;
    }
    const start = Math.max(0, of.aStart - a, of.bStart - b);
    const end = Math.min(lengthA, of.aEnd - a, of.bEnd - b);
    if (start < end && start >= (parts.at(-1)?.[1] ?? 0)) parts.push([start, end]);
  }
  return parts;
}

function firstEndingBehind(stretches: readonly Stretch[], a: number): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle]?.aEnd ?? 0) < a) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The sections of an ELF file, or of every ELF member of an archive; none where they cannot be read. */
function sectionsOf(content: Uint8Array): SectionRange[] {
  try {
    const bytes = memoryBytes(content);
    if (isElf(bytes)) {
      return openElf(bytes).sections.map(({ name, sh_offset, fileSize }) => ({
        name,
        start: sh_offset,
        length: fileSize,
      }));
    }
    if (!isRlib(bytes)) return [];
    return readRlib(bytes).flatMap(({ offset, size }) =>
      sectionsOf(content.subarray(offset, offset + size)).map((section) => ({
        ...section,
        start: section.start + offset,
      })),
    );
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}
