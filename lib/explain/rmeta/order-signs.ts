import type { CauseId } from '../../cause/cause-id.js';
import { ENTRY, isOccupied, KEY, readHashTable, valueAt } from '../../format/rmeta/hash-table.js';
import { leb128End } from '../../format/rmeta/leb128.js';
import { type CrateRoot, readCrateRoot } from '../../format/rmeta/root.js';

const CRATE_HASH = 16;
const CRATE_ID = 8;

/**
 * What a difference of two metadata looks like where the same things stand in another order. One crate with another
 * hash and the same definitions in another order was made from items in another order: a macro or build script that
 * walks a `HashMap` (`proc-macro-hash`). One hash, and the same bytes or texts in another order: the compiler walked a
 * table (`rmeta-order`). Neither is proved by it; it is a label for what is left over.
 */
export function orderSign(a: Uint8Array, b: Uint8Array): CauseId | undefined {
  const rootA = readCrateRoot(a);
  const rootB = readCrateRoot(b);
  if (rootA === undefined || rootB === undefined) return undefined;
  const same = (x: number, y: number, length: number): boolean =>
    Buffer.compare(a.subarray(x, x + length), b.subarray(y, y + length)) === 0;
  if (!same(rootA.stableCrateId, rootB.stableCrateId, CRATE_ID)) return undefined;
  if (!same(rootA.hash, rootB.hash, CRATE_HASH)) {
    const [keysA, keysB] = [definitions(a, rootA), definitions(b, rootB)];
    return keysA !== undefined && keysB !== undefined && isReordered(keysA, keysB)
      ? 'proc-macro-hash'
      : undefined;
  }
  return a.length === b.length && holdsTheSame(a, b) ? 'rmeta-order' : undefined;
}

/** The `DefPathHash` of each definition, in the order of definition. */
function definitions(bytes: Uint8Array, { defPathHashMap }: CrateRoot): string[] | undefined {
  const start = leb128End(bytes, defPathHashMap);
  const table = start < 0 ? undefined : readHashTable(bytes, start);
  if (table === undefined) return undefined;
  const found: [value: number, key: string][] = [];
  for (let slot = 0; slot < table.slots; slot += 1) {
    if (!isOccupied(bytes, table, slot)) continue;
    const at = table.entries + slot * ENTRY;
    found.push([valueAt(bytes, table, slot), Buffer.from(bytes.subarray(at, at + KEY)).toString('hex')]);
  }
  return found.sort(([x], [y]) => x - y).map(([, key]) => key);
}

/** The same things, not in the same order. */
function isReordered(a: readonly string[], b: readonly string[]): boolean {
  return a.join(' ') !== b.join(' ') && [...a].sort().join(' ') === [...b].sort().join(' ');
}

/** Between the first byte that differs and the last one: the same bytes, or the same texts, in another order. */
function holdsTheSame(a: Uint8Array, b: Uint8Array): boolean {
  let from = 0;
  let to = a.length;
  while (from < to && a[from] === b[from]) from += 1;
  while (to > from && a[to - 1] === b[to - 1]) to -= 1;
  const [inA, inB] = [Buffer.from(a.subarray(from, to)), Buffer.from(b.subarray(from, to))];
  if (Buffer.from(inA).sort().equals(Buffer.from(inB).sort())) return true;
  return isReordered(texts(a, from, to), texts(b, from, to));
}

/** Runs of printable characters that end in the stretch, as they are encoded: each with 0xc1 behind it. */
function texts(bytes: Uint8Array, from: number, to: number): string[] {
  const out: string[] = [];
  for (let end = bytes.indexOf(0xc1, from); end >= 0 && end < to; end = bytes.indexOf(0xc1, end + 1)) {
    let start = end;
    while (start > 0 && isPrintable(bytes[start - 1] ?? 0)) start -= 1;
    // What stands before it is its length, which may be printable too.
    const length = end - start;
    const told = bytes[start] === length - 1 ? start + 1 : start;
    if (length > 0) out.push(Buffer.from(bytes.subarray(told, end)).toString('latin1'));
  }
  return out;
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}
