import type { Regions } from '../pair/difference.js';

/** What varies between builds from one root, gathered from its controls, by the canonical path of that side. */
export class Noise {
  readonly #regions = new Map<string, Span[]>();
  readonly #metadata = new Set<string>();
  readonly #unpaired = new Set<string>();

  /** Changed regions of one file, in the offsets of the side that the control belongs to (A of the comparison). */
  addRegions(path: string, regions: Regions): void {
    const spans = this.#regions.get(path) ?? [];
    for (let i = 0; i < regions.count; i++) {
      const start = regions.aStart[i] ?? 0;
      spans.push({ start, end: start + (regions.aLength[i] ?? 0), other: regions.bLength[i] ?? 0 });
    }
    this.#regions.set(path, spans);
  }

  addMetadata(path: string, field: string): void {
    this.#metadata.add(`${path}\0${field}`);
  }

  addUnpaired(path: string): void {
    this.#unpaired.add(path);
  }

  hasMetadata(path: string, field: string): boolean {
    return this.#metadata.has(`${path}\0${field}`);
  }

  hasUnpaired(path: string): boolean {
    return this.#unpaired.has(path);
  }

  /** The regions of one file joined where fewer than `JOIN` equal bytes lie between them, for fast look-up. */
  spansOf(path: string): readonly Span[] {
    const spans = [...(this.#regions.get(path) ?? [])].sort((x, y) => x.start - y.start);
    const joined: Span[] = [];
    for (const span of spans) {
      const last = joined.at(-1);
      if (last !== undefined && span.start - last.end < JOIN) {
        last.end = Math.max(last.end, span.end);
        last.other += span.other;
      } else {
        joined.push({ ...span });
      }
    }
    return joined;
  }
}

interface Span {
  start: number;
  end: number;
  /** Bytes that stood there in the control instead: more of them in the cross pair is more than noise. */
  other: number;
}

/** A random token of 8 or 16 bytes may agree in a byte by chance: its parts are one region. */
const JOIN = 16;

/**
 * The bytes of the cross pair's changed regions that lie in no varying region of A's controls, nor of B's.
 * `undefined` when the regions were too many to be kept: nothing is then shown to be noise.
 */
export function bytesOutsideNoise(
  regions: Regions,
  a: readonly Span[],
  b: readonly Span[],
): number | undefined {
  if (regions.truncated) return undefined;
  let outside = 0;
  for (let i = 0; i < regions.count; i++) {
    const aStart = regions.aStart[i] ?? 0;
    const aLength = regions.aLength[i] ?? 0;
    const bStart = regions.bStart[i] ?? 0;
    const bLength = regions.bLength[i] ?? 0;
    if (!within(a, aStart, aLength, bLength) && !within(b, bStart, bLength, aLength))
      outside += Math.max(aLength, bLength);
  }
  return outside;
}

/** Whether one span holds the whole region; an insertion between two bytes has length 0 and a place all the same. */
function within(spans: readonly Span[], start: number, length: number, other: number): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.start ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const span = spans[low - 1];
  return span !== undefined && start >= span.start && start + length <= span.end && other <= span.other;
}
