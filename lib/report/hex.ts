import type { Bytes } from '../artefact/bytes.js';
import type { Range } from '../ledger/ranges.js';

/** Bytes in a row. */
const ROW = 16;

export interface HexOptions {
  /** Rows around the range on each side; default 3. */
  readonly context?: number | undefined;
  /** Rows of one content at most, context included; default 24. From a longer range the middle is left out. */
  readonly maxRows?: number | undefined;
  /** The changes inside the range, where it is a joined one: only their bytes are marked. Default: all of the range. */
  readonly parts?: readonly Range[] | undefined;
}

/** `both`: a row that is the same, at the same offset, in A and in B. */
export type HexSide = 'a' | 'b' | 'both';

export interface HexBytes {
  readonly kind: 'bytes';
  readonly side: HexSide;
  /** Of the first byte; a multiple of `ROW`. */
  readonly offset: number;
  /** Up to `ROW` bytes as lower-case hex without spaces. */
  readonly hex: string;
  /**
   * What changed: bytes from index `start` up to, not including, index `end`. Where both are the same, the other
   * content has bytes between this one and the one before.
   */
  readonly marks: readonly HexMark[];
}

export interface HexMark {
  readonly start: number;
  readonly end: number;
}

/** Rows that are not shown. */
export interface HexOmitted {
  readonly kind: 'omitted';
  readonly side: HexSide;
  readonly offset: number;
  /** How many bytes. */
  readonly bytes: number;
}

export type HexRow = HexBytes | HexOmitted;

/** A changed range as rows of bytes: plain data, for JSON and for every renderer. */
export interface HexView {
  readonly range: Range;
  readonly rows: readonly HexRow[];
}

/**
 * The rows around one changed range. Where the range lies at the same offset and is of the same length on both sides,
 * rows of A and B alternate and rows that are equal stand once; else all of A comes first.
 * @throws InputError where a content cannot be read
 */
export function hexView(a: Bytes, b: Bytes, range: Range, options: HexOptions = {}): HexView {
  const parts = options.parts ?? [range];
  const marksA = parts.map((part) => ({ start: part.aStart, end: part.aStart + part.aLength }));
  const marksB = parts.map((part) => ({ start: part.bStart, end: part.bStart + part.bLength }));
  const rowsA = sideRows(a, 'a', range.aStart, range.aLength, marksA, options);
  const rowsB = sideRows(b, 'b', range.bStart, range.bLength, marksB, options);
  const inPlace = range.aStart === range.bStart && range.aLength === range.bLength;
  return { range, rows: inPlace ? alternate(rowsA, rowsB) : [...rowsA, ...rowsB] };
}

function sideRows(
  content: Bytes,
  side: HexSide,
  start: number,
  length: number,
  marks: readonly HexMark[],
  options: HexOptions,
): HexRow[] {
  const context = options.context ?? 3;
  const maxRows = Math.max(2, options.maxRows ?? 24);
  const firstRow = Math.max(0, Math.floor(start / ROW) - context);
  const lastChanged = Math.floor(Math.max(start, start + length - 1) / ROW);
  const rowsThere = Math.ceil(content.length / ROW);
  const endRow = Math.min(rowsThere, lastChanged + context + 1);
  if (endRow - firstRow <= maxRows) return bytesRows(content, side, firstRow, endRow, marks);
  const head = firstRow + Math.ceil(maxRows / 2);
  const tail = endRow - Math.floor(maxRows / 2);
  const bytes = (tail - head) * ROW;
  return [
    ...bytesRows(content, side, firstRow, head, marks),
    { kind: 'omitted', side, offset: head * ROW, bytes },
    ...bytesRows(content, side, tail, endRow, marks),
  ];
}

function bytesRows(
  content: Bytes,
  side: HexSide,
  firstRow: number,
  endRow: number,
  marks: readonly HexMark[],
): HexRow[] {
  const rows: HexRow[] = [];
  for (let row = firstRow; row < endRow; row++) {
    const offset = row * ROW;
    const size = Math.min(ROW, content.length - offset);
    const atEnd = offset + size === content.length;
    const hex = content.read(offset, size).toString('hex');
    rows.push({ kind: 'bytes', side, offset, hex, marks: marksWithin(marks, offset, size, atEnd) });
  }
  return rows;
}

function marksWithin(marks: readonly HexMark[], offset: number, size: number, atEnd: boolean): HexMark[] {
  const within: HexMark[] = [];
  for (const mark of marks) {
    const start = Math.max(0, mark.start - offset);
    const end = Math.min(size, mark.end - offset);
    const point = mark.start === mark.end && start === end && mark.start >= offset;
    // An insertion behind the last byte belongs to the last row; any other to the row it stands before.
    if (start < end || (point && (start < size || atEnd))) within.push({ start, end });
  }
  return within;
}

function alternate(rowsA: readonly HexRow[], rowsB: readonly HexRow[]): HexRow[] {
  const rows: HexRow[] = [];
  for (let i = 0; i < Math.max(rowsA.length, rowsB.length); i++) {
    const a = rowsA[i];
    const b = rowsB[i];
    if (a && b && sameRow(a, b)) rows.push({ ...a, side: 'both' });
    else rows.push(...(a ? [a] : []), ...(b ? [b] : []));
  }
  return rows;
}

function sameRow(a: HexRow, b: HexRow): boolean {
  if (a.kind === 'omitted' || b.kind === 'omitted') return a.kind === b.kind;
  return a.hex === b.hex && a.marks.length === 0 && b.marks.length === 0;
}

/** Colours a piece of a line: `mark` is a changed byte of that side, `row` anything else. */
export type HexPaint = (text: string, side: HexSide, part: 'mark' | 'row') => string;

/**
 * The rows as lines of at most 80 columns (offsets up to 2^40): sign, offset, bytes, printable ASCII. Changed
 * bytes stand in brackets, and `^` is where the other content has bytes and this one has none:
 *
 *     -00000010 00 00[de ad]00 00 …  |........|
 */
export function renderHex(view: HexView, paint: HexPaint = (text) => text): string[] {
  const last = view.rows.reduce((most, row) => Math.max(most, row.offset), 0);
  const digits = Math.max(8, last.toString(16).length);
  return view.rows.map((row) => {
    const sign = SIGNS[row.side];
    const offset = row.offset.toString(16).padStart(digits, '0');
    if (row.kind === 'omitted')
      return paint(`${sign}${offset} … ${row.bytes} bytes left out`, row.side, 'row');
    return paint(`${sign}${offset}`, row.side, 'row') + renderBytes(row, paint);
  });
}

const SIGNS = { a: '-', b: '+', both: ' ' } as const satisfies Record<HexSide, string>;

function renderBytes(row: HexBytes, paint: HexPaint): string {
  const bytes = Buffer.from(row.hex, 'hex');
  let cells = '';
  let text = '';
  for (let i = 0; i <= ROW; i++) {
    const marked = i < bytes.length && isMarked(row.marks, i);
    cells += paint(separator(row.marks, i), row.side, 'mark');
    if (i === ROW) break;
    const part = marked ? 'mark' : 'row';
    cells += paint(i < bytes.length ? row.hex.slice(i * 2, i * 2 + 2) : '  ', row.side, part);
    if (i < bytes.length) text += paint(printableByte(bytes[i] ?? 0), row.side, part);
  }
  return `${cells} |${text}|`;
}

/** What stands before byte `index`; two changes beside each other share one bracket. */
function separator(marks: readonly HexMark[], index: number): string {
  let mark = ' ';
  for (const { start, end } of marks) {
    if (start === end && start === index) return '^';
    if (start < end && start === index) mark = mark === ']' ? '|' : '[';
    else if (start < end && end === index) mark = mark === '[' ? '|' : ']';
  }
  return mark;
}

function isMarked(marks: readonly HexMark[], index: number): boolean {
  return marks.some(({ start, end }) => index >= start && index < end);
}

function printableByte(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
