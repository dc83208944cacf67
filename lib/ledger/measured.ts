import type { Content } from './content.js';
import type { OwnerTable } from './owner-table.js';
import { partitionPoint } from './partition-point.js';
import type { SegmentList } from './segment-list.js';

/** Longer texts are measured by nobody. Bytes. */
const LONGEST_TEXT = 4096;

/** Words that are looked at in one pair of files; more than a program has texts with a path. */
const MOST_WORDS = 2 ** 18;

/** Two stretches of the whole contents, in bytes. */
export interface TextPair {
  readonly a: number;
  readonly aLength: number;
  readonly b: number;
  readonly bLength: number;
}

/** Words that are said to tell how long a text is. Whether they do is known once all segments are. */
export class Measures<W> {
  readonly words: W[] = [];
  readonly #texts: TextPair[] = [];

  /** Whether the word is taken; it is not where its text cannot be one, or where there are too many. */
  add(word: W, text: TextPair, a: Content, b: Content): boolean {
    if (this.words.length === MOST_WORDS || !isWithin(text, a, b)) return false;
    this.words.push(word);
    this.#texts.push(text);
    return true;
  }

  /**
   * For each word the claims behind its text: those of the tokens by which the text of A became the one of B, none where
   * both are the same.
   * Undefined where anything else parts the two, or where not exactly the one stands beside the other. Call it when all
   * segments are there.
   */
  claims(segments: SegmentList, owners: OwnerTable): (ReadonlySet<number> | undefined)[] {
    if (this.words.length === 0) return [];
    const rows = rowsIn(segments, this.#texts);
    return this.#texts.map((text) => claimsBehind(rows, owners, text));
  }
}

function isWithin({ a, aLength, b, bLength }: TextPair, inA: Content, inB: Content): boolean {
  const fits = (start: number, length: number, of: Content): boolean =>
    start >= 0 && length > 0 && length <= LONGEST_TEXT && start + length <= of.length;
  return fits(a, aLength, inA) && fits(b, bLength, inB);
}

interface Row extends TextPair {
  readonly owner: number;
}

/** The segments that touch a text in A, in the order of A. */
function rowsIn(segments: SegmentList, texts: readonly TextPair[]): Row[] {
  const ranges = joined(texts);
  const ends = ranges.map(([, end]) => end);
  const rows: Row[] = [];
  for (const at = segments.cursor(); at.next(); ) {
    const { aStart: a, aLength, bStart: b, bLength, owner } = at;
    const range = ranges[partitionPoint(ends.length, (i) => (ends[i] as number) <= a)];
    if (aLength > 0 && range !== undefined && range[0] < a + aLength)
      rows.push({ a, aLength, b, bLength, owner });
  }
  return rows.sort((x, y) => x.a - y.a);
}

/** The texts of A as ranges that lie apart, in order. */
function joined(texts: readonly TextPair[]): [start: number, end: number][] {
  const out: [number, number][] = [];
  for (const { a, aLength } of [...texts].sort((x, y) => x.a - y.a)) {
    const last = out.at(-1);
    if (last !== undefined && a <= last[1]) last[1] = Math.max(last[1], a + aLength);
    else out.push([a, a + aLength]);
  }
  return out;
}

function claimsBehind(rows: readonly Row[], owners: OwnerTable, text: TextPair): Set<number> | undefined {
  const claims = new Set<number>();
  let [atA, atB] = [text.a, text.b];
  const [endA, endB] = [text.a + text.aLength, text.b + text.bLength];
  const behind = partitionPoint(rows.length, (i) => (rows[i] as Row).a <= text.a);
  for (let i = Math.max(0, behind - 1); atA < endA; i += 1) {
    const row = rows[i];
    if (row === undefined || row.a > atA) return undefined;
    const before = atA - row.a;
    if (row.owner === 0) {
      // Equal bytes may begin before the text and end behind it.
      const length = Math.min(row.aLength - before, endA - atA);
      if (row.b + before !== atB) return undefined;
      atA += length;
      atB += length;
      continue;
    }
    const claim = owners.state(row.owner) === 'claimed' ? owners.claim(row.owner) : undefined;
    const whole = before === 0 && row.b === atB && row.a + row.aLength <= endA && row.bLength > 0;
    if (claim === undefined || !whole) return undefined;
    claims.add(claim);
    atA += row.aLength;
    atB += row.bLength;
  }
  return atB === endB ? claims : undefined;
}
