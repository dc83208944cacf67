import type { Content } from '../ledger/content.js';
import type { Ledger } from '../ledger/ledger.js';
import { BEHIND, type SegmentColumns } from './explanation.js';
import { isMaskable } from './maskable.js';

/** Equal bytes in a changed stretch of one length that part it in two. */
const APART = 8;

/**
 * Every segment of a ledger that is not equal. What nothing stands behind is told as narrowly as the bytes allow: a
 * stretch that varies in a control must not be wider than what does, or it would hide a change beside it.
 */
export function segmentsOf(ledger: Ledger, a: Content, b: Content): SegmentColumns {
  const rows = new Rows();
  for (const at = ledger.segments.cursor(); at.next(); ) {
    const { aStart, aLength, bStart, bLength, owner: index } = at;
    const owner = ledger.owners.at(index);
    if (index === 0 || owner === undefined) continue;
    switch (owner.state) {
      case 'claimed':
        rows.add(
          aStart,
          aLength,
          bStart,
          bLength,
          isMaskable(owner.reason) ? (owner.claim ?? BEHIND.nothing) : BEHIND.nothing,
        );
        break;
      case 'derived':
        rows.add(aStart, aLength, bStart, bLength, owner.claim ?? BEHIND.derived);
        break;
      case 'shown':
      case 'moved':
        rows.add(aStart, aLength, bStart, bLength, isMaskable(owner.reason) ? BEHIND.shown : BEHIND.nothing);
        break;
      case 'masked':
        rows.add(aStart, aLength, bStart, bLength, BEHIND.masked);
        break;
      case 'residue':
        if (aLength === bLength) addNarrow(rows, a, aStart, b, bStart, aLength);
        else rows.add(aStart, aLength, bStart, bLength, BEHIND.nothing);
        break;
    }
  }
  return rows.columns();
}

function addNarrow(rows: Rows, a: Content, aStart: number, b: Content, bStart: number, length: number): void {
  const atA = a.hold(aStart, aStart + length);
  const atB = b.hold(bStart, bStart + length);
  let start = -1;
  let end = -1;
  for (let at = 0; at < length; at += 1) {
    if (a.bytes[atA + at] === b.bytes[atB + at]) continue;
    if (start >= 0 && at - end >= APART) {
      rows.add(aStart + start, end - start, bStart + start, end - start, BEHIND.nothing);
      start = at;
    }
    if (start < 0) start = at;
    end = at + 1;
  }
  if (start >= 0) rows.add(aStart + start, end - start, bStart + start, end - start, BEHIND.nothing);
  // Equal bytes that lead to something else differ as a whole.
  else if (length > 0) rows.add(aStart, length, bStart, length, BEHIND.nothing);
}

const COLUMNS = 5;

class Rows {
  #values = new Float64Array(COLUMNS * 1024);
  #count = 0;

  add(aStart: number, aLength: number, bStart: number, bLength: number, behind: number): void {
    const at = this.#count * COLUMNS;
    if (at === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[at] = aStart;
    this.#values[at + 1] = aLength;
    this.#values[at + 2] = bStart;
    this.#values[at + 3] = bLength;
    this.#values[at + 4] = behind;
    this.#count += 1;
  }

  columns(): SegmentColumns {
    const column = <T extends Uint32Array | Int32Array>(into: T, of: number): T => {
      for (let i = 0; i < this.#count; i += 1) into[i] = this.#values[i * COLUMNS + of] ?? 0;
      return into;
    };
    const count = this.#count;
    return {
      count,
      aStart: column(new Uint32Array(count), 0),
      aLength: column(new Uint32Array(count), 1),
      bStart: column(new Uint32Array(count), 2),
      bLength: column(new Uint32Array(count), 3),
      behind: column(new Int32Array(count), 4),
    };
  }
}
