import { OTHER, type Pieces } from './piece.js';
import type { Rows } from './row.js';
import type { RowAlignment } from './row-alignment.js';

/** Rows that one side alone has, behind rows that could as well be paired across them. */
interface Gap {
  readonly onlyIn: 'a' | 'b';
  /** The first row behind it in A and B, less its own rows. */
  readonly a: number;
  readonly b: number;
  readonly rows: number;
  /** How many rows further up it can lie. */
  readonly most: number;
}

/**
 * Moves gaps to where they belong. Rows are aligned without what they refer to, so in a row of calls any one can seem to
 * be the added one, and an alignment takes the last. Which it is, the targets tell: each gap goes as far up as leaves
 * the fewest rows with other targets.
 */
export class GapSlide {
  #gaps: Gap[] = [];
  #low = new Uint8Array(0);
  #high = new Uint8Array(0);
  #before = new Int32Array(0);

  /**
   * Begins with the pairs as they are and what was found with them: puts every gap as far up as it can go. False where
   * there is nothing to gain, and nothing was moved.
   */
  begin(alignment: RowAlignment, a: Rows, b: Rows, pieces: Pieces): boolean {
    this.#low = otherTargets(pieces, a, this.#low);
    this.#gaps = gapsOf(alignment, a, b).filter(({ a: end, most }) =>
      this.#low.subarray(end - most, end).includes(1),
    );
    if (this.#gaps.length === 0) return false;
    this.#before = alignment.pairs.slice(0, a.count);
    for (const gap of this.#gaps) move(gap, gap.most, alignment.pairs);
    alignment.pairBack();
    return true;
  }

  /** Goes on with what was found then, and puts every gap where it is best. */
  settle(alignment: RowAlignment, a: Rows, pieces: Pieces): void {
    this.#high = otherTargets(pieces, a, this.#high);
    alignment.pairs.set(this.#before);
    for (const gap of this.#gaps) move(gap, this.#best(gap), alignment.pairs);
    alignment.pairBack();
  }

  /** How far up a gap leaves the fewest rows with other targets; where it was if it is as good. */
  #best({ onlyIn, a, rows, most }: Gap): number {
    let gained = 0;
    let best = 0;
    let at = 0;
    for (let n = 1; n <= most; n++) {
      const high = onlyIn === 'a' ? a + rows - n : a - n;
      gained += (this.#low[a - n] as number) - (this.#high[high] as number);
      if (gained > best) {
        best = gained;
        at = n;
      }
    }
    return at;
  }
}

/** Which rows of A are paired and refer to something else. */
function otherTargets(
  pieces: Pieces,
  { count, starts }: Rows,
  flags: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const marked = flags.length < count ? new Uint8Array(count * 2) : flags.fill(0, 0, count);
  let row = 0;
  for (let i = 0; i < pieces.count; i++) {
    if (pieces.same[i] === 1 || pieces.kind[i] === OTHER) continue;
    while (row + 1 < count && (starts[row + 1] as number) <= (pieces.row[i] as number)) row += 1;
    marked[row] = 1;
  }
  return marked;
}

function gapsOf({ pairs }: RowAlignment, a: Rows, b: Rows): Gap[] {
  const gaps: Gap[] = [];
  let nextA = 0;
  let nextB = 0;
  for (let i = 0; i <= a.count; i++) {
    const j = i < a.count ? (pairs[i] as number) : b.count;
    if (j < 0) continue;
    const onlyInA = i - nextA;
    const onlyInB = j - nextB;
    if (onlyInA === 0 && onlyInB > 0) addGap(gaps, pairs, 'b', nextA, nextB, onlyInB, b.strict);
    if (onlyInB === 0 && onlyInA > 0) addGap(gaps, pairs, 'a', nextA, nextB, onlyInA, a.strict);
    nextA = i + 1;
    nextB = j + 1;
  }
  return gaps;
}

function addGap(
  gaps: Gap[],
  pairs: Int32Array,
  onlyIn: 'a' | 'b',
  a: number,
  b: number,
  rows: number,
  keys: Int32Array,
): void {
  const end = onlyIn === 'a' ? a : b;
  let most = 0;
  // The last row of the gap and the row before the gap look alike, so the gap can lie one row further up.
  while (
    most < Math.min(a, b) &&
    pairs[a - 1 - most] === b - 1 - most &&
    keys[end - 1 - most] === keys[end + rows - 1 - most]
  ) {
    most += 1;
  }
  if (most > 0) gaps.push({ onlyIn, a, b, rows, most });
}

function move({ onlyIn, a, b, rows }: Gap, by: number, pairs: Int32Array): void {
  for (let n = 1; n <= by; n++) {
    if (onlyIn === 'b') pairs[a - n] = b + rows - n;
    else pairs[a + rows - n] = b - n;
  }
  if (onlyIn === 'a') pairs.fill(-1, a - by, a - by + rows);
}
