import type { RlibMember } from '../../format/rlib.js';
import type { Sink } from '../../ledger/sink.js';
import { symbolTokens } from '../../symbol/name.js';
import { explainBytes } from '../bytes.js';
import { explainName } from '../name.js';

/**
 * The symbol index of GNU ar: a count, the offset of a member's header for each symbol, their names; numbers are
 * big-endian. Entries belong together whose members do and whose names are one without hashes; an offset follows from
 * the member it leads to. Their order is that of the members, or the same on both sides.
 */
export function explainSymbolIndex(
  pairs: ReadonlyMap<RlibMember, RlibMember>,
  a: Uint8Array,
  b: Uint8Array,
  sink: Sink,
): void {
  const entriesA = indexEntries(a);
  const entriesB = indexEntries(b);
  if (entriesA === undefined || entriesB === undefined) {
    explainBytes(a, b, sink);
    return;
  }
  const recomputed = Buffer.alloc(4);
  recomputed.writeUInt32BE(entriesB.length);
  sink.derived(0, 4, 0, 4, recomputed, 'the number of symbols', 'count');
  const toB = new Map<number, number>();
  for (const [from, to] of pairs) toB.set(from.headerOffset, to.headerOffset);
  const free = new Map<string, IndexEntry[]>();
  for (const entry of [...entriesB].reverse()) {
    const key = `${entry.member} ${entry.skeleton}`;
    const list = free.get(key);
    if (list === undefined) free.set(key, [entry]);
    else list.push(entry);
  }
  const entries = new Map<IndexEntry, IndexEntry>();
  for (const entry of entriesA) {
    const other = free.get(`${toB.get(entry.member)} ${entry.skeleton}`)?.pop();
    if (other !== undefined) entries.set(entry, other);
  }
  const outOfOrder =
    followsMembers(entriesA) && followsMembers(entriesB) ? new Set() : entriesOutOfOrder(entries);
  for (const entry of entriesA) {
    const member = toB.get(entry.member);
    const other = entries.get(entry);
    if (other === undefined || member === undefined) {
      sink.change(entry.at, 4, 0, 0);
      sink.change(entry.start, entry.end - entry.start, 0, 0);
      continue;
    }
    if (outOfOrder.has(entry)) {
      sink.change(entry.at, 4, other.at, 4, { field: 'order' });
      sink.change(entry.start, entry.end - entry.start, other.start, other.end - other.start, {
        field: 'order',
      });
      continue;
    }
    recomputed.writeUInt32BE(member);
    sink.derived(entry.at, 4, other.at, 4, recomputed, 'where the member is', 'offset');
    explainName(
      a.subarray(entry.start, entry.end),
      b.subarray(other.start, other.end),
      sink.at(entry.start, other.start),
      false,
    );
  }
  for (const list of free.values()) {
    for (const entry of list) {
      sink.change(0, 0, entry.at, 4);
      sink.change(0, 0, entry.start, entry.end - entry.start);
    }
  }
  const endA = entriesA.at(-1)?.end ?? 4;
  const endB = entriesB.at(-1)?.end ?? 4;
  const restA = a.subarray(endA);
  const restB = b.subarray(endB);
  if (Buffer.compare(restA, restB) === 0) sink.equal(endA, endB, restA.length);
  else if (
    restA.every((byte) => byte === 0) &&
    restB.every((byte) => byte === 0) &&
    restA.length + restB.length < 16
  )
    sink.derived(
      endA,
      restA.length,
      endB,
      restB.length,
      restB,
      'the alignment of what follows',
      undefined,
      'padding',
    );
  else sink.change(endA, restA.length, endB, restB.length, { reason: 'padding' });
}

/** Whether the entries stand in the order of the members, as archivers write them: then that order is judged by the members. */
function followsMembers(entries: readonly IndexEntry[]): boolean {
  return entries.every(({ member }, i) => i === 0 || member >= (entries[i - 1]?.member ?? 0));
}

/**
 * Entries of A that stand in another order in B. A linker goes through the index, not through the members: it takes the
 * first of two definitions, and links what it takes in that order.
 */
function entriesOutOfOrder(pairs: ReadonlyMap<IndexEntry, IndexEntry>): Set<IndexEntry> {
  const sorted = [...pairs.values()].sort((x, y) => x.at - y.at);
  const out = new Set<IndexEntry>();
  for (const [i, [entry, other]] of [...pairs].entries()) if (other !== sorted[i]) out.add(entry);
  return out;
}

interface IndexEntry {
  /** Where the number is, and what it says. */
  readonly at: number;
  readonly member: number;
  /** Where the name is, its NUL included. */
  readonly start: number;
  readonly end: number;
  readonly skeleton: string;
}

function indexEntries(index: Uint8Array): IndexEntry[] | undefined {
  if (index.length < 4) return undefined;
  const bytes = Buffer.from(index.buffer, index.byteOffset, index.byteLength);
  const count = bytes.readUInt32BE(0);
  const entries: IndexEntry[] = [];
  let start = 4 + 4 * count;
  for (let i = 0; i < count; i += 1) {
    const end = bytes.indexOf(0, start) + 1;
    if (end <= 0 || start >= bytes.length) return undefined;
    const at = 4 + 4 * i;
    const { skeleton } = symbolTokens(bytes.toString('latin1', start, end - 1));
    entries.push({ at, member: bytes.readUInt32BE(at), start, end, skeleton });
    start = end;
  }
  return entries;
}
