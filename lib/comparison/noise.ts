import type { MetadataField } from '../pair/metadata.js';

/** Changed regions in columns: aligned ranges (`Regions`) or segments of a ledger (`SegmentColumns`). */
export interface RegionColumns {
  readonly count: number;
  readonly aStart: ArrayLike<number>;
  readonly aLength: ArrayLike<number>;
  readonly bStart: ArrayLike<number>;
  readonly bLength: ArrayLike<number>;
  /** Whether there were more than could be kept. */
  readonly truncated?: boolean | undefined;
}

/** What varies between builds from one root, gathered from its controls, by the canonical path of that side. */
export class Noise {
  /** Path → for each control in which the file differs, where it does. */
  readonly #regions = new Map<string, Region[][]>();
  readonly #metadata = new Set<string>();
  readonly #unpaired = new Set<string>();

  /** Changed regions of one file in one control, in the offsets of the side that the control belongs to (its A). */
  addRegions(path: string, { count, aStart, aLength, bLength }: RegionColumns): void {
    const regions: Region[] = [];
    for (let i = 0; i < count; i++) {
      const start = aStart[i] ?? 0;
      const length = aLength[i] ?? 0;
      regions.push({ start, end: start + length, growth: (bLength[i] ?? 0) - length });
    }
    this.#regions.set(path, [...(this.#regions.get(path) ?? []), regions]);
  }

  /** `value`: what the control has there. */
  addMetadata(path: string, field: MetadataField, value: string): void {
    this.#metadata.add(JSON.stringify([path, field]));
    this.#metadata.add(JSON.stringify([path, field, value]));
  }

  addUnpaired(path: string): void {
    this.#unpaired.add(path);
  }

  /**
   * Whether a field varies so: a time takes any value, but that a mode or a link target was once another one says
   * nothing of a third.
   */
  hasMetadata(path: string, field: MetadataField, value: string): boolean {
    return this.#metadata.has(JSON.stringify(field === 'mtime' ? [path, field] : [path, field, value]));
  }

  hasUnpaired(path: string): boolean {
    return this.#unpaired.has(path);
  }

  /** Where one file varies over all controls, in order; regions with fewer than `JOIN` equal bytes between them are one. */
  spansOf(path: string): readonly Span[] {
    const controls = this.#regions.get(path) ?? [];
    const spans: Span[] = [];
    for (const { start, end } of controls.flat().sort((x, y) => x.start - y.start)) {
      const last = spans.at(-1);
      if (last !== undefined && start - last.end < JOIN) last.end = Math.max(last.end, end);
      else spans.push({ start, end, growth: 0, loss: 0 });
    }
    for (const regions of controls) {
      for (const [span, growth] of growthBySpan(spans, regions)) {
        span.growth = Math.max(span.growth, growth);
        span.loss = Math.max(span.loss, -growth);
      }
    }
    return spans;
  }
}

interface Region {
  readonly start: number;
  readonly end: number;
  /** Bytes that the other side has more there; negative where it has fewer. */
  readonly growth: number;
}

export interface Span {
  start: number;
  end: number;
  /** The most bytes that any one control has more there: a cross pair that has still more is not noise. */
  growth: number;
  /** The most that any has fewer. */
  loss: number;
}

/**
 * A random token of 8 or 16 bytes may agree in a byte by chance, and of pointers beside each other only low bytes vary: these
 * are one region. What lies farther apart may change for another reason.
 */
const JOIN = 8;

/**
 * The bytes of the cross pair's changed regions that lie in no varying region of A's controls, nor of B's.
 * Counted on the side that has more of them.
 * `undefined` when the regions were too many to be kept: nothing is then shown to be noise.
 */
export function bytesOutsideNoise(
  regions: RegionColumns,
  a: readonly Span[],
  b: readonly Span[],
): number | undefined {
  if (regions.truncated === true) return undefined;
  const inside = inNoise(regions, a, b);
  let outsideA = 0;
  let outsideB = 0;
  for (let i = 0; i < regions.count; i++) {
    if (inside[i] === true) continue;
    outsideA += regions.aLength[i] ?? 0;
    outsideB += regions.bLength[i] ?? 0;
  }
  return Math.max(outsideA, outsideB);
}

/** For each region of a cross pair whether it lies in a varying region of A's controls, or of B's. */
export function inNoise(
  { count, aStart, aLength, bStart, bLength }: RegionColumns,
  a: readonly Span[],
  b: readonly Span[],
): boolean[] {
  const column = (start: ArrayLike<number>, length: ArrayLike<number>, other: ArrayLike<number>): Region[] =>
    Array.from({ length: count }, (_, i) => ({
      start: start[i] ?? 0,
      end: (start[i] ?? 0) + (length[i] ?? 0),
      growth: (other[i] ?? 0) - (length[i] ?? 0),
    }));
  const inA = noisy(a, column(aStart, aLength, bLength));
  const inB = noisy(b, column(bStart, bLength, aLength));
  return inA.map((inside, i) => inside || inB[i] === true);
}

/** For each region whether it lies in a span, and all regions of that span together grow or shrink it by no more than noise did. */
function noisy(spans: readonly Span[], regions: readonly Region[]): boolean[] {
  const growth = growthBySpan(spans, regions);
  return regions.map((region) => {
    const span = spanOf(spans, region);
    if (span === undefined) return false;
    const own = growth.get(span) ?? 0;
    return own <= span.growth && -own <= span.loss;
  });
}

function growthBySpan(spans: readonly Span[], regions: readonly Region[]): Map<Span, number> {
  const growths = new Map<Span, number>();
  for (const region of regions) {
    const span = spanOf(spans, region);
    if (span !== undefined) growths.set(span, (growths.get(span) ?? 0) + region.growth);
  }
  return growths;
}

/** The span that holds the whole region; an insertion between two bytes has length 0 and a place all the same. */
function spanOf(spans: readonly Span[], { start, end }: Region): Span | undefined {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.start ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const span = spans[low - 1];
  return span !== undefined && end <= span.end ? span : undefined;
}
