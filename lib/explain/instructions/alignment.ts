import type { Code } from '../../machine/code.js';
import type { Machine } from '../../machine/machine.js';
import { Rows } from '../../machine/row.js';
import type { InstructionRow } from '../explanation.js';
import type { ChangedFunction, ChangedPair, CodeStretch } from './changed-functions.js';

/** One row by its number on each side; -1 where there is none. */
export interface AlignedRow {
  readonly mark: InstructionRow['mark'];
  readonly a: number;
  readonly b: number;
}

/** What is shown of a function: its rows on both sides, and which of them. */
export interface AlignedRows {
  readonly rowsA: Rows;
  readonly rowsB: Rows;
  readonly shown: readonly AlignedRow[];
  /** Rows that are not equal and not shown. */
  readonly leftOut: number;
}

/** Equal rows shown before and after a changed one. */
const AROUND = 3;
const MAX_SHOWN = 64;
/** Rows of a function that only one side has: enough to know it by. */
const MAX_ONE_SIDED = 8;

/** The changed rows of a function with some equal ones around them, as many as are shown. */
export function alignedRows(machine: Machine, function_: ChangedFunction): AlignedRows {
  const { a, b } = function_;
  const rowsA = rowsOf(machine, a);
  const rowsB = rowsOf(machine, b);
  if (a === undefined || b === undefined) {
    const mark = a === undefined ? 'only-b' : 'only-a';
    const count = Math.max(rowsA.count, rowsB.count);
    const shown = Array.from({ length: Math.min(count, MAX_ONE_SIDED) }, (_, row) => ({
      mark,
      a: a === undefined ? -1 : row,
      b: b === undefined ? -1 : row,
    })) satisfies AlignedRow[];
    return { rowsA, rowsB, shown, leftOut: count - shown.length };
  }
  const shown: AlignedRow[] = [];
  let changed = 0;
  let before: AlignedRow[] = [];
  let after = 0;
  for (const row of everyRow(function_, rowsA, rowsB)) {
    if (row.mark !== 'equal') {
      if (shown.length + before.length >= MAX_SHOWN) break;
      shown.push(...before, row);
      before = [];
      after = AROUND;
      changed += 1;
    } else if (after > 0) {
      shown.push(row);
      after -= 1;
    } else {
      if (changed >= function_.changedRows) break;
      before.push(row);
      if (before.length > AROUND) before.shift();
    }
  }
  return { rowsA, rowsB, shown, leftOut: Math.max(0, function_.changedRows - changed) };
}

function rowsOf(machine: Machine, stretch: CodeStretch | undefined): Rows {
  const rows = new Rows();
  const section = stretch?.view.section(stretch.section);
  if (stretch === undefined || section === undefined) return rows;
  const code: Code = {
    bytes: stretch.view.content(section),
    start: stretch.start,
    end: stretch.end,
    address: 0,
  };
  machine.rows.scan(code, rows);
  return rows;
}

/** Rows in order: paired ones side by side, and between them those without a counterpart, as far as both have some. */
function* everyRow(pair: ChangedPair, rowsA: Rows, rowsB: Rows): Generator<AlignedRow> {
  const { mapping, a, b } = pair;
  const changes = new Changes(pair.changes);
  let nextA = 0;
  let nextB = 0;
  const count = mapping === undefined ? Math.min(rowsA.count, rowsB.count) : mapping.a.length;
  for (let k = 0; k < count; k += 1) {
    const i = mapping === undefined ? k : rowsA.at(a.start + (mapping.a[k] ?? 0));
    const j = mapping === undefined ? k : rowsB.at(b.start + (mapping.b[k] ?? 0));
    yield* unpaired(nextA, i, nextB, j);
    const touched = changes.touch(rowsA.starts[i] ?? 0, rowsA.starts[i + 1] ?? 0);
    yield { mark: touched ? 'changed' : 'equal', a: i, b: j };
    nextA = i + 1;
    nextB = j + 1;
  }
  yield* unpaired(nextA, rowsA.count, nextB, rowsB.count);
}

function* unpaired(a: number, endA: number, b: number, endB: number): Generator<AlignedRow> {
  for (let k = 0; a + k < endA || b + k < endB; k += 1) {
    const hasA = a + k < endA;
    const hasB = b + k < endB;
    const mark = hasA && hasB ? 'changed' : hasA ? 'only-a' : 'only-b';
    yield { mark, a: hasA ? a + k : -1, b: hasB ? b + k : -1 };
  }
}

/** Walks what changed in A, which is in order. */
class Changes {
  #next = 0;

  constructor(readonly changes: readonly number[]) {}

  /** Whether something between `start` and `end` changed; the stretches asked for come in order. */
  touch(start: number, end: number): boolean {
    const { changes } = this;
    for (; this.#next < changes.length; this.#next += 4) {
      const from = changes[this.#next] ?? 0;
      const to = from + (changes[this.#next + 1] ?? 0);
      if (to > start) return from < end && to > from;
    }
    return false;
  }
}
