import { printableText } from '../artefact/name.js';
import { matchLines } from './line-match.js';

/** One line of a hunk, without its line feed; a carriage return stays. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
  /** Set on the last line of a text that does not end with a line feed. */
  readonly noNewline?: true;
}

/** Lines that changed, with their context. */
export interface Hunk {
  /** The first line on each side, counted from 1 (also where there are no lines: it is then the one that follows). */
  readonly aStart: number;
  readonly aCount: number;
  readonly bStart: number;
  readonly bCount: number;
  readonly lines: readonly DiffLine[];
}

export interface TextDiff {
  /** In order, not touching each other. */
  readonly hunks: readonly Hunk[];
  /** Changed lines in all. */
  readonly removed: number;
  readonly added: number;
}

export interface TextDiffOptions {
  /** Equal lines shown around a change; default 3. */
  readonly context?: number | undefined;
}

/**
 * The lines that differ between two texts. Lines end with a line feed and nothing else. Texts that differ always give
 * at least one hunk, and applying the hunks to A gives B. Bounded by edits, not by time (see `matchLines`): the same
 * texts give the same hunks on any machine. The shortest diff for texts of some thousand lines, a good one for longer ones.
 */
export function unifiedDiff(aText: string, bText: string, options: TextDiffOptions = {}): TextDiff {
  const numbers = new Map<string, number>();
  const a = numbered(aText, numbers);
  const b = numbered(bText, numbers);
  const builder = new HunkBuilder(a.lines, b.lines, Math.max(0, options.context ?? 3));
  matchLines(a.numbers, b.numbers, (x, xCount, y, yCount) => builder.change(x, xCount, y, yCount));
  return builder.finish();
}

interface NumberedLines {
  /** With their line feeds. */
  readonly lines: readonly string[];
  readonly numbers: Int32Array;
}

function numbered(text: string, numbers: Map<string, number>): NumberedLines {
  const lines: string[] = [];
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf('\n', at);
    const end = feed < 0 ? text.length : feed + 1;
    lines.push(text.slice(at, end));
    at = end;
  }
  const own = Int32Array.from(lines, (line) => {
    const known = numbers.get(line);
    if (known !== undefined) return known;
    numbers.set(line, numbers.size);
    return numbers.size - 1;
  });
  return { lines, numbers: own };
}

class HunkBuilder {
  readonly #hunks: Hunk[] = [];
  #lines: DiffLine[] = [];
  #aStart = 0;
  #bStart = 0;
  /** Where the last change ended; -1 before the first. */
  #a = -1;
  #b = -1;
  #removed = 0;
  #added = 0;

  constructor(
    readonly aLines: readonly string[],
    readonly bLines: readonly string[],
    readonly context: number,
  ) {}

  change(a: number, aCount: number, b: number, bCount: number): void {
    if (this.#a >= 0 && a - this.#a <= 2 * this.context) this.#equal(this.#a, a);
    else {
      this.#close();
      const before = Math.min(this.context, a);
      this.#aStart = a - before;
      this.#bStart = b - before;
      this.#equal(a - before, a);
    }
    for (let i = 0; i < aCount; i++) this.#lines.push(diffLine('-', this.aLines[a + i]));
    for (let j = 0; j < bCount; j++) this.#lines.push(diffLine('+', this.bLines[b + j]));
    this.#removed += aCount;
    this.#added += bCount;
    this.#a = a + aCount;
    this.#b = b + bCount;
  }

  finish(): TextDiff {
    this.#close();
    return { hunks: this.#hunks, removed: this.#removed, added: this.#added };
  }

  #equal(from: number, to: number): void {
    for (let i = from; i < to; i++) this.#lines.push(diffLine(' ', this.aLines[i]));
  }

  #close(): void {
    if (this.#a < 0) return;
    const after = Math.min(this.context, this.aLines.length - this.#a);
    this.#equal(this.#a, this.#a + after);
    this.#hunks.push({
      aStart: this.#aStart + 1,
      aCount: this.#a + after - this.#aStart,
      bStart: this.#bStart + 1,
      bCount: this.#b + after - this.#bStart,
      lines: removedFirst(this.#lines),
    });
    this.#lines = [];
    this.#a = -1;
  }
}

/** Puts the removed lines of each run of changes before the added ones, as readers and patch tools expect. */
function removedFirst(lines: readonly DiffLine[]): DiffLine[] {
  const out: DiffLine[] = [];
  let added: DiffLine[] = [];
  for (const line of lines) {
    if (line.sign === '+') added.push(line);
    else {
      if (line.sign === ' ') {
        for (const each of added) out.push(each);
        added = [];
      }
      out.push(line);
    }
  }
  for (const each of added) out.push(each);
  return out;
}

function diffLine(sign: DiffLine['sign'], line = ''): DiffLine {
  if (line.endsWith('\n')) return { sign, text: line.slice(0, -1) };
  return { sign, text: line, noNewline: true };
}

/** Hunks as they may be shown: whole up to the limit. */
export interface ShownDiff extends TextDiff {
  /** Lines of hunks that are not in `hunks`. The head of a hunk that was cut still counts all of its lines. */
  readonly leftOut: number;
}

/** The first `maxLines` lines of the hunks: what a report carries. */
export function cutDiff(diff: TextDiff, maxLines: number): ShownDiff {
  const hunks: Hunk[] = [];
  let room = Math.max(0, maxLines);
  let leftOut = 0;
  for (const hunk of diff.hunks) {
    const kept = Math.min(room, hunk.lines.length);
    if (kept > 0)
      hunks.push(kept === hunk.lines.length ? hunk : { ...hunk, lines: hunk.lines.slice(0, kept) });
    room -= kept;
    leftOut += hunk.lines.length - kept;
  }
  return { ...diff, hunks, leftOut };
}

/** Characters of a line that are shown. */
const MAX_WIDTH = 1000;

/**
 * Unified text, as lines. What a terminal would act on stands as an escape (see `printableText`): a carriage return
 * at a line's end as `\x0d`, a tab as `\t`. It is for reading: `hunks` has the exact lines.
 */
export function renderUnified(diff: ShownDiff, aName: string, bName: string): string[] {
  const lines = [`--- ${printableText(aName)}`, `+++ ${printableText(bName)}`];
  for (const hunk of diff.hunks) {
    lines.push(`@@ -${position(hunk.aStart, hunk.aCount)} +${position(hunk.bStart, hunk.bCount)} @@`);
    for (const { sign, text, noNewline } of hunk.lines) {
      lines.push(sign + shownText(text));
      if (noNewline) lines.push('\\ No newline at end of file');
    }
  }
  if (diff.leftOut > 0) lines.push(`… ${diff.leftOut} more lines`);
  return lines;
}

function shownText(text: string): string {
  if (text.length <= MAX_WIDTH) return printableText(text);
  return `${printableText(text.slice(0, MAX_WIDTH))} … ${text.length - MAX_WIDTH} more characters`;
}

/** As `diff -u` writes it: a side without lines names the line before; a single line has no count. */
function position(start: number, count: number): string {
  if (count === 0) return `${start - 1},0`;
  return count === 1 ? `${start}` : `${start},${count}`;
}
