import type { Code, CodeSink } from './code.js';

export const TARGET = 0;
/** A target within both functions: whether it is the same row is known only when all rows are paired. */
export const INNER_TARGET = 1;
export const JUMP = 2;
export const INNER_JUMP = 3;
/** `adrp`: the same if what uses it is. `x` and `y` are the pages. */
export const PAGE = 4;
export const RELOCATION = 5;
export const IMMEDIATE = 6;
export const DISPLACEMENT = 7;
export const OTHER = 8;

/** Differences between two functions in order, as columns; what lies between two pieces is equal. */
export class Pieces {
  count = 0;
  kind = new Uint8Array(INITIAL);
  a = new Int32Array(INITIAL);
  aLength = new Int32Array(INITIAL);
  b = new Int32Array(INITIAL);
  bLength = new Int32Array(INITIAL);
  /** Targets or indices of relocations; for OTHER the rows, and of them padding. */
  x = new Float64Array(INITIAL);
  y = new Float64Array(INITIAL);
  same = new Uint8Array(INITIAL);
  /** Offset in A of the row that the piece is part of. */
  row = new Int32Array(INITIAL);
  /** On aarch64 the page that a target builds on; -1 for none. */
  page = new Int32Array(INITIAL);

  add(
    kind: number,
    row: number,
    a: number,
    aLength: number,
    b: number,
    bLength: number,
    x: number,
    y: number,
    same: boolean,
    page = -1,
  ): number {
    const at = this.count;
    if (at === this.kind.length) this.#grow();
    this.kind[at] = kind;
    this.row[at] = row;
    this.a[at] = a;
    this.aLength[at] = aLength;
    this.b[at] = b;
    this.bLength[at] = bLength;
    this.x[at] = x;
    this.y[at] = y;
    this.same[at] = same ? 1 : 0;
    this.page[at] = page;
    this.count = at + 1;
    return at;
  }

  #grow(): void {
    const size = this.kind.length * 2;
    const grown = <T extends Uint8Array | Int32Array | Float64Array>(old: T, column: T): T => {
      column.set(old);
      return column;
    };
    this.kind = grown(this.kind, new Uint8Array(size));
    this.row = grown(this.row, new Int32Array(size));
    this.a = grown(this.a, new Int32Array(size));
    this.aLength = grown(this.aLength, new Int32Array(size));
    this.b = grown(this.b, new Int32Array(size));
    this.bLength = grown(this.bLength, new Int32Array(size));
    this.x = grown(this.x, new Float64Array(size));
    this.y = grown(this.y, new Float64Array(size));
    this.same = grown(this.same, new Uint8Array(size));
    this.page = grown(this.page, new Int32Array(size));
  }
}

const INITIAL = 1024;

/** Reads the raw bits of a field that is a constant or a displacement. */
export type FieldReader = (bytes: Uint8Array, at: number, length: number) => bigint;

/** Gives the pieces, and the equal bytes between them, to the sink. */
export function emitPieces(pieces: Pieces, a: Code, b: Code, field: FieldReader, sink: CodeSink): void {
  let pa = a.start;
  let pb = b.start;
  for (let i = 0; i < pieces.count; i++) {
    const aAt = pieces.a[i] as number;
    const bAt = pieces.b[i] as number;
    const aLength = pieces.aLength[i] as number;
    const bLength = pieces.bLength[i] as number;
    const x = pieces.x[i] as number;
    const y = pieces.y[i] as number;
    const same = pieces.same[i] === 1;
    const kind = pieces.kind[i] as number;
    if (same && kind <= PAGE && sameBytes(a.bytes, aAt, aLength, b.bytes, bAt, bLength)) continue;
    if (aAt > pa) sink.equal(pa, pb, aAt - pa);
    switch (kind) {
      case JUMP:
      case INNER_JUMP:
        sink.jump(aAt, aLength, bAt, bLength, x, y, same);
        break;
      case RELOCATION:
        sink.relocation(aAt, bAt, aLength, x, y, same);
        break;
      case IMMEDIATE:
        sink.immediate(aAt, bAt, aLength, field(a.bytes, aAt, aLength), field(b.bytes, bAt, bLength));
        break;
      case DISPLACEMENT:
        sink.displacement(aAt, bAt, aLength, field(a.bytes, aAt, aLength), field(b.bytes, bAt, bLength));
        break;
      case OTHER:
        sink.other(aAt, aLength, bAt, bLength);
        break;
      default:
        sink.target(aAt, bAt, aLength, x, y, same);
    }
    pa = aAt + aLength;
    pb = bAt + bLength;
  }
  if (a.end > pa) sink.equal(pa, pb, a.end - pa);
}

export function sameBytes(
  a: Uint8Array,
  aAt: number,
  aLength: number,
  b: Uint8Array,
  bAt: number,
  bLength: number,
): boolean {
  if (aLength !== bLength) return false;
  for (let i = 0; i < aLength; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}
