import { BRANCH_14, BRANCH_19, BRANCH_26, targetOf } from './aarch64.js';
import { INNER_TARGET, PAGE, type Pieces } from './piece.js';

/** What an `adrp` gave on each side, and what was made of it. */
interface Page {
  readonly a: number;
  readonly b: number;
  readonly piece: number;
  uses: number;
  differs: boolean;
}

/** Labels remembered in one function, so that a hostile one cannot grow without end. */
const MOST_LABELS = 4096;

/**
 * Which registers hold a page that an `adrp` gave, while the rows of two functions are walked in parallel. Where
 * control only comes in by a jump, the registers are those at the jump, if it stands before; where several
 * ways meet, what all known ones agree on. Ways from behind are not known: a loop's register is taken as it enters.
 */
export class PageRegisters {
  /** Registers that hold a page, as bits. */
  live = 0;
  /** Jumps whose target is still ahead. */
  labels = 0;
  readonly #page = new Int32Array(32);
  readonly #pages: Page[] = [];
  readonly #waiting = new Map<number, Int32Array>();
  /** Whether the row before can be followed by this one. */
  #reached = true;

  begin(): void {
    this.live = 0;
    this.labels = 0;
    this.#page.fill(-1);
    this.#pages.length = 0;
    this.#waiting.clear();
    this.#reached = true;
  }

  set(register: number, a: number, b: number, piece: number): void {
    this.kill(1 << register);
    this.#reached = true;
    this.#pages.push({ a, b, piece, uses: 0, differs: false });
    if (register === 31) return;
    this.#page[register] = this.#pages.length - 1;
    this.live |= 1 << register;
  }

  /** The page in a register, -1 for none. */
  at(register: number): number {
    return this.#page[register] ?? -1;
  }

  pageA(page: number): number {
    return this.#pages[page]?.a ?? 0;
  }

  pageB(page: number): number {
    return this.#pages[page]?.b ?? 0;
  }

  used(page: number, same: boolean): void {
    const entry = this.#pages[page];
    if (entry === undefined) return;
    entry.uses += 1;
    if (!same) entry.differs = true;
  }

  /** Forgets the registers given as bits. */
  kill(registers: number): void {
    let lost = this.live & registers;
    this.live &= ~registers;
    while (lost !== 0) {
      const register = 31 - Math.clz32(lost);
      this.#page[register] = -1;
      lost &= ~(1 << register);
    }
  }

  /** Before the row at `offset`. */
  enter(offset: number): void {
    const waiting = this.#waiting.get(offset);
    if (waiting === undefined) return;
    this.#waiting.delete(offset);
    this.labels = this.#waiting.size;
    if (this.#reached) this.#meet(this.#page, waiting);
    else this.#page.set(waiting);
    this.live = liveOf(this.#page);
  }

  /** After a branch at `offset` to somewhere: remembers the registers if that is ahead. */
  branch(word: number, field: number, offset: number): void {
    if (field !== BRANCH_26 && field !== BRANCH_19 && field !== BRANCH_14) return;
    // `bl` comes back.
    if (word >>> 31 === 1 && field === BRANCH_26) return;
    const target = targetOf(word, field, offset);
    if (target <= offset) return;
    const waiting = this.#waiting.get(target);
    if (waiting !== undefined) this.#meet(waiting, this.#page);
    else if (this.#waiting.size < MOST_LABELS && this.live !== 0) {
      this.#waiting.set(target, this.#page.slice());
      this.labels = this.#waiting.size;
    }
  }

  /** After a row: behind `b`, `br`, `ret` and their like nothing is known of the registers. */
  leave(word: number): void {
    const jump = word >>> 26 === 0b000101;
    const indirect = word >>> 25 === 0b1101011 && (word & 0x0020_0000) === 0;
    this.#reached = !jump && !indirect;
    if (!this.#reached) this.kill(-1);
  }

  /** Decides the pages: by their uses, or where none was seen by the page itself. */
  settle(pieces: Pieces, sameTarget: (a: number, b: number) => boolean): void {
    for (let i = 0; i < pieces.count; i++) {
      const page = pieces.page[i] as number;
      if (page >= 0 && pieces.kind[i] === INNER_TARGET) this.used(page, pieces.same[i] === 1);
    }
    for (const page of this.#pages) {
      if (pieces.kind[page.piece] !== PAGE) continue;
      const same = page.uses > 0 ? !page.differs : sameTarget(page.a, page.b);
      pieces.same[page.piece] = same ? 1 : 0;
    }
  }

  /** Keeps in `into` what both hold. */
  #meet(into: Int32Array, other: Int32Array): void {
    for (let r = 0; r < 32; r++) {
      const x = this.#pages[into[r] as number];
      const y = this.#pages[other[r] as number];
      if (x === undefined || y === undefined || x.a !== y.a || x.b !== y.b) into[r] = -1;
    }
  }
}

function liveOf(page: Int32Array): number {
  let live = 0;
  for (let r = 0; r < 31; r++) if ((page[r] as number) >= 0) live |= 1 << r;
  return live;
}
