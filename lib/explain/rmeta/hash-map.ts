import {
  controlBytes,
  ENTRY,
  type HashTable,
  isOccupied,
  KEY,
  slotsByInsertion,
  VALUE,
  valueAt,
} from '../../format/rmeta/hash-table.js';
import type { Sink } from '../../ledger/sink.js';

/**
 * `def_path_hash_map` on both sides: entries of one `DefIndex` belong together, and their keys are claims. Where they
 * stand and what the control bytes are follows from the keys; that is shown by putting these into an empty table in the
 * order of definition, on both sides. Where that does not give the table that is there, the control bytes that differ
 * stay unexplained.
 */
export function explainHashMap(
  a: Uint8Array,
  tableA: HashTable,
  b: Uint8Array,
  tableB: HashTable,
  sink: Sink,
): void {
  const headA = a.subarray(tableA.start, tableA.entries);
  const headB = b.subarray(tableB.start, tableB.entries);
  if (Buffer.compare(headA, headB) !== 0) {
    sink.change(tableA.start, tableA.end - tableA.start, tableB.start, tableB.end - tableB.start);
    return;
  }
  sink.equal(tableA.start, tableB.start, headA.length);
  const inA = slotsOf(a, tableA);
  const inB = slotsOf(b, tableB);
  const pairedA = new Uint8Array(tableA.slots);
  const pairedB = new Uint8Array(tableB.slots);
  for (let value = 0; value < tableA.items; value++) {
    const slotA = inA[value] as number;
    const slotB = inB[value] as number;
    if (slotA < 0 || slotB < 0) continue;
    pairedA[slotA] = 1;
    pairedB[slotB] = 1;
    const x = tableA.entries + slotA * ENTRY;
    const y = tableB.entries + slotB * ENTRY;
    if (sameBytes(a, x, b, y, KEY)) sink.equal(x, y, KEY);
    else sink.token('crate-hash', 'le64', x, KEY, y, KEY, 'DefPathHash');
    sink.equal(x + KEY, y + KEY, VALUE);
  }
  remainingSlots(a, tableA, pairedA, b, tableB, pairedB, sink);
  const length = tableA.end - tableA.control;
  if (isPlaced(a, tableA, inA) && isPlaced(b, tableB, inB)) {
    const recomputed = controlBytes(b, tableB);
    sink.derived(tableA.control, length, tableB.control, length, recomputed, 'the keys', 'EntryMetadata');
  } else {
    sink.note('entries of def_path_hash_map do not stand where inserting them puts them');
    sink.change(tableA.control, length, tableB.control, length);
  }
}

/** The slot of each value below the number of items; -1 for none, and where two have the same. */
function slotsOf(bytes: Uint8Array, table: HashTable): Int32Array {
  const out = new Int32Array(table.items).fill(-1);
  const seen = new Uint8Array(table.items);
  for (let slot = 0; slot < table.slots; slot++) {
    if (!isOccupied(bytes, table, slot)) continue;
    const value = valueAt(bytes, table, slot);
    if (value >= table.items) continue;
    out[value] = seen[value] === 1 ? -1 : slot;
    seen[value] = 1;
  }
  return out;
}

function isPlaced(bytes: Uint8Array, table: HashTable, slots: Int32Array): boolean {
  const expected = slotsByInsertion(bytes, table);
  if (expected === undefined || !expected.every((slot, value) => slot === slots[value])) return false;
  const control = controlBytes(bytes, table);
  return sameBytes(bytes, table.control, control, 0, control.length);
}

/** Slots without an entry that has its like, free ones above all: the first of A beside the first of B, and so on. */
function remainingSlots(
  a: Uint8Array,
  tableA: HashTable,
  pairedA: Uint8Array,
  b: Uint8Array,
  tableB: HashTable,
  pairedB: Uint8Array,
  sink: Sink,
): void {
  for (let slot = 0, other = 0; slot < tableA.slots; slot++) {
    if (pairedA[slot] === 1) continue;
    while (pairedB[other] === 1) other += 1;
    const x = tableA.entries + slot * ENTRY;
    const y = tableB.entries + other * ENTRY;
    if (sameBytes(a, x, b, y, ENTRY)) sink.equal(x, y, ENTRY);
    else sink.change(x, ENTRY, y, ENTRY);
    other += 1;
  }
}

function sameBytes(a: Uint8Array, x: number, b: Uint8Array, y: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (a[x + k] !== b[y + k]) return false;
  return true;
}
