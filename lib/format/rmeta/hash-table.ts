import { littleEndian } from './leb128.js';

/**
 * A hash table as the crate odht keeps it in memory and in `def_path_hash_map`: a header of 32 bytes, the slots (key and
 * value), and a control byte for each slot with the first 16 once more at the end. Offsets are in the bytes given.
 */
export interface HashTable {
  readonly start: number;
  readonly slots: number;
  readonly items: number;
  /** `max_load_factor`: of 65535. */
  readonly loadFactor: number;
  /** Where slot 0 starts; each has `ENTRY` bytes. */
  readonly entries: number;
  /** Where the control byte of slot 0 stands. */
  readonly control: number;
  readonly end: number;
}

export const KEY = 8;
export const VALUE = 4;
export const ENTRY = KEY + VALUE;
/** Slots looked at together, and control bytes repeated at the end. */
const GROUP = 16;
const EMPTY = 0xff;
const HEADER = 32;
const FORMAT = [0, 0, 0, 2];
const SMALLEST = 16;

/** @returns undefined where no table of eight-byte keys and four-byte values of format version 2 starts here */
export function readHashTable(bytes: Uint8Array, start: number): HashTable | undefined {
  const is = (at: number, values: readonly number[]) => values.every((v, i) => bytes[start + at + i] === v);
  if (!is(0, [0x4f, 0x44, 0x48, 0x54]) || !is(4, [1, KEY, VALUE, HEADER]) || !is(24, FORMAT))
    return undefined;
  const items = littleEndian(bytes, start + 8, 8);
  const slots = littleEndian(bytes, start + 16, 8);
  const entries = start + HEADER;
  const control = entries + slots * ENTRY;
  const end = control + slots + GROUP;
  const power = slots >= SMALLEST && Number.isInteger(Math.log2(slots));
  if (!power || !(end <= bytes.length) || items > slots) return undefined;
  return { start, slots, items, loadFactor: littleEndian(bytes, start + 28, 2), entries, control, end };
}

export function isOccupied(bytes: Uint8Array, table: HashTable, slot: number): boolean {
  return (bytes[table.control + slot] as number) < 0x80;
}

export function valueAt(bytes: Uint8Array, table: HashTable, slot: number): number {
  return littleEndian(bytes, table.entries + slot * ENTRY + KEY, VALUE);
}

/** The control byte of a key: the upper seven bits of its hash, which is its last four bytes. */
function controlByte(bytes: Uint8Array, table: HashTable, slot: number): number {
  return (bytes[table.entries + slot * ENTRY + KEY - 1] as number) >> 1;
}

/**
 * In which slot each value ends up, when the keys are put in by ascending value into a table that starts small and
 * doubles when it is full, as rustc does. Undefined where the values are not 0, 1, 2 and so on.
 */
export function slotsByInsertion(bytes: Uint8Array, table: HashTable): Int32Array | undefined {
  const hashes = new Uint32Array(table.items);
  const seen = new Uint8Array(table.items);
  for (let slot = 0, found = 0; slot < table.slots; slot++) {
    if (!isOccupied(bytes, table, slot)) continue;
    const value = valueAt(bytes, table, slot);
    if (value >= table.items || seen[value] === 1 || found++ >= table.items) return undefined;
    seen[value] = 1;
    hashes[value] = littleEndian(bytes, table.entries + slot * ENTRY + KEY - 4, 4);
  }
  if (seen.includes(0)) return undefined;
  let filled = new Filled(SMALLEST);
  for (let value = 0; value < table.items; value++) {
    if (value === Math.floor((filled.slots.length * table.loadFactor) / 65536)) {
      if (filled.slots.length >= table.slots) return undefined;
      const larger = new Filled(filled.slots.length * 2);
      for (const old of filled.slots) if (old >= 0) larger.insert(old, hashes[old] as number);
      filled = larger;
    }
    filled.insert(value, hashes[value] as number);
  }
  if (filled.slots.length !== table.slots) return undefined;
  const out = new Int32Array(table.items);
  filled.slots.forEach((value, slot) => {
    if (value >= 0) out[value] = slot;
  });
  return out;
}

/** The repeated control bytes and the empty ones included. */
export function controlBytes(bytes: Uint8Array, table: HashTable): Uint8Array {
  const out = new Uint8Array(table.slots + GROUP);
  for (let slot = 0; slot < table.slots; slot++) {
    out[slot] = isOccupied(bytes, table, slot) ? controlByte(bytes, table, slot) : EMPTY;
  }
  out.copyWithin(table.slots, 0, GROUP);
  return out;
}

class Filled {
  readonly slots: Int32Array;

  constructor(count: number) {
    this.slots = new Int32Array(count).fill(-1);
  }

  /** The first free slot of the group that starts where the hash says; then of groups ever further away. */
  insert(value: number, hash: number): void {
    const mask = this.slots.length - 1;
    let index = (hash & mask) >>> 0;
    for (let stride = 0; stride <= this.slots.length; ) {
      for (let i = 0; i < GROUP; i++) {
        const slot = (index + i) & mask;
        if (this.slots[slot] === -1) {
          this.slots[slot] = value;
          return;
        }
      }
      stride += GROUP;
      index = (index + stride) & mask;
    }
  }
}
