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
export function explainHashMap(a: Uint8Array, tableA: HashTable, b: Uint8Array, tableB: HashTable, sink: Sink): void {
  const { slots, items } = tableA;
  const inA = slotsOf(a, tableA);
  const inB = slotsOf(b, tableB);
  const header = tableA.entries - tableA.start;
  const fits =
    tableB.slots === slots &&
    tableB.items === items &&
    sameBytes(a.subarray(tableA.start, tableA.entries), b.subarray(tableB.start, tableB.entries));
  if (!fits || inA === undefined || inB === undefined) {
    sink.change(tableA.start, tableA.end - tableA.start, tableB.start, tableB.end - tableB.start);
    return;
  }
  sink.equal(tableA.start, tableB.start, header);
  const placed = isPlaced(a, tableA, inA) && isPlaced(b, tableB, inB);
  if (!placed) sink.note('entries of def_path_hash_map do not stand where inserting them puts them');
  for (let value = 0; value < items; value++) {
    const x = tableA.entries + (inA[value] as number) * ENTRY;
    const y = tableB.entries + (inB[value] as number) * ENTRY;
    if (sameBytes(a.subarray(x, x + KEY), b.subarray(y, y + KEY))) sink.equal(x, y, KEY);
    else sink.token('crate-hash', 'le64', x, KEY, y, KEY, 'DefPathHash');
    sink.equal(x + KEY, y + KEY, VALUE);
  }
  emptySlots(a, tableA, b, tableB, sink);
  const control = slots + (tableA.end - tableA.control - slots);
  if (placed) {
    const recomputed = controlBytes(b, tableB);
    sink.derived(tableA.control, control, tableB.control, control, recomputed, 'the keys', 'EntryMetadata');
  } else {
    sink.change(tableA.control, control, tableB.control, control);
  }
}

/** The slot of each value; undefined unless the values are 0, 1, 2 and so on and free slots are empty. */
function slotsOf(bytes: Uint8Array, table: HashTable): Int32Array | undefined {
  const out = new Int32Array(table.items).fill(-1);
  let found = 0;
  for (let slot = 0; slot < table.slots; slot++) {
    if (!isOccupied(bytes, table, slot)) continue;
    const value = valueAt(bytes, table, slot);
    if (value >= table.items || out[value] !== -1) return undefined;
    out[value] = slot;
    found += 1;
  }
  return found === table.items ? out : undefined;
}

function isPlaced(bytes: Uint8Array, table: HashTable, slots: Int32Array): boolean {
  const expected = slotsByInsertion(bytes, table);
  if (expected === undefined || !expected.every((slot, value) => slot === slots[value])) return false;
  return sameBytes(bytes.subarray(table.control, table.end), controlBytes(bytes, table));
}

/** Free slots, the first of A beside the first of B: as many on both sides. */
function emptySlots(a: Uint8Array, tableA: HashTable, b: Uint8Array, tableB: HashTable, sink: Sink): void {
  let other = 0;
  for (let slot = 0; slot < tableA.slots; slot++) {
    if (isOccupied(a, tableA, slot)) continue;
    while (isOccupied(b, tableB, other)) other += 1;
    const x = tableA.entries + slot * ENTRY;
    const y = tableB.entries + other * ENTRY;
    if (sameBytes(a.subarray(x, x + ENTRY), b.subarray(y, y + ENTRY))) sink.equal(x, y, ENTRY);
    else sink.change(x, ENTRY, y, ENTRY);
    other += 1;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
