import { memoryBytes } from '../artefact/bytes.js';
import { InputError } from '../error.js';
import { isElf, openElf } from '../format/elf.js';
import { type RlibMember, readRlib } from '../format/rlib.js';
import { LabelledSink } from '../ledger/labelled-sink.js';
import type { Sink, Why } from '../ledger/sink.js';
import { symbolTokens } from '../symbol/name.js';
import { explainBytes } from './bytes.js';
import { ArchiveFunctions } from './elf/archive-functions.js';
import { cCompiler } from './elf/c-compiler.js';
import { explainLoneObject } from './elf/lone-object.js';
import { Strays } from './elf/strays.js';
import type { InArchive } from './elf.js';
import type { FunctionTally } from './function-tally.js';
import { explainName } from './name.js';
import { explainString } from './string.js';

/** Explains the content of one member. */
export type ExplainMember = (a: Uint8Array, b: Uint8Array, sink: Sink, inside: InArchive) => void;

const MAGIC = 8;
const HEADER = 60;

/** Fields of a member's header, as ar(5) has them: start and length in bytes. */
const FIELDS = [
  ['ar_name', 0, 16],
  ['ar_date', 16, 12],
  ['ar_uid', 28, 6],
  ['ar_gid', 34, 6],
  ['ar_mode', 40, 8],
  ['ar_size', 48, 10],
  ['ar_fmag', 58, 2],
] as const;

/**
 * Two ar archives, an rlib or a static library: members by their names without hashes, duplicates by their order.
 * @throws InputError where one is damaged
 */
export function prepareArchive(
  a: Uint8Array,
  b: Uint8Array,
  tally: FunctionTally,
  member: ExplainMember,
): (sink: Sink) => void {
  const membersA = readRlib(memoryBytes(a));
  const membersB = readRlib(memoryBytes(b));
  const pairs = pairMembers(keyed(membersA, a), keyed(membersB, b));
  const longNames = new LongNames(
    contentOf('long-names', membersA, a),
    contentOf('long-names', membersB, b),
    pairs,
  );
  return (sink) => {
    const strays = new Strays(tally);
    explainArchive(
      {
        a,
        b,
        membersA,
        membersB,
        pairs,
        functions: new ArchiveFunctions(a, b),
        longNames,
        packing: countPacking(pairs),
      },
      sink,
      member,
      strays,
    );
    strays.explain(sink);
  };
}

interface ArchivePair {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  readonly membersA: readonly RlibMember[];
  readonly membersB: readonly RlibMember[];
  readonly pairs: ReadonlyMap<RlibMember, RlibMember>;
  readonly functions: ArchiveFunctions;
  readonly longNames: LongNames;
  /** In how many members each field of the packing differs. */
  readonly packing: Readonly<Record<PackingField, number>>;
}

type PackingField = 'ar_date' | 'ar_uid' | 'ar_gid';

function countPacking(pairs: ReadonlyMap<RlibMember, RlibMember>): Record<PackingField, number> {
  const out = { ar_date: 0, ar_uid: 0, ar_gid: 0 };
  for (const [of, other] of pairs) {
    for (const field of ['ar_date', 'ar_uid', 'ar_gid'] as const)
      if (of[field] !== other[field]) out[field] += 1;
  }
  return out;
}

function explainArchive(archive: ArchivePair, sink: Sink, member: ExplainMember, strays: Strays): void {
  const left = new Set(archive.membersB);
  sink.equal(0, 0, MAGIC);
  for (const of of archive.membersA) {
    const other = archive.pairs.get(of);
    if (other === undefined) loneMember('a', of, archive.a, sink, strays);
    else {
      left.delete(other);
      explainPair(archive, of, other, unitSink(archive, of, sink), member, strays);
    }
  }
  for (const of of left) loneMember('b', of, archive.b, sink, strays);
}

/** Units, and the index of what they define, where the crate was cut into another number of them. */
function unitSink({ membersA, membersB }: ArchivePair, { name, kind }: RlibMember, sink: Sink): Sink {
  const units = (members: readonly RlibMember[]) => members.filter((of) => UNIT.test(of.name)).length;
  const touched = UNIT.test(name) || kind === 'symbol-index' || kind === 'long-names';
  return touched && units(membersA) !== units(membersB) ? new LabelledSink(sink, 'codegen-units') : sink;
}

/** A member that only one side has. A codegen unit may hold functions that lie in other units on the other side. */
function loneMember(side: 'a' | 'b', of: RlibMember, archive: Uint8Array, sink: Sink, strays: Strays): void {
  const start = of.headerOffset;
  const end = endOf(of);
  const inner = sink.within(side === 'a' ? start : 0, side === 'a' ? 0 : start, 'member', of.name);
  const rest = (from: number, to: number, why: Why): void => {
    if (side === 'a') inner.change(from - start, to - from, 0, 0, why);
    else inner.change(0, 0, from - start, to - from, why);
  };
  const content = archive.subarray(of.offset, of.offset + of.size);
  if (!UNIT.test(of.name) || !isElf(memoryBytes(content))) {
    rest(start, end, loneReason(of, content));
    return;
  }
  const [a, b] = side === 'a' ? [of.offset - start, 0] : [0, of.offset - start];
  try {
    explainLoneObject(side, content, of.offset, of.name, strays, inner.at(a, b));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    rest(start, end, loneReason(of, content));
    return;
  }
  rest(start, of.offset, loneReason(of, content));
  rest(of.offset + of.size, end, loneReason(of, content));
}

/** A codegen unit: the crate was cut into another number of them. */
function loneReason({ name }: RlibMember, content: Uint8Array): Why {
  if (UNIT.test(name)) return { reason: 'codegen-units' };
  return isCObject(content) ? { reason: 'c-object' } : {};
}

function isCObject(content: Uint8Array): boolean {
  const bytes = memoryBytes(content);
  if (!isElf(bytes)) return false;
  try {
    return cCompiler(openElf(bytes)) !== undefined;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/**
 * Members by what they are called without hashes; those of one name are counted, so that a second one is never
 * another's. Codegen units are numbered by their names, which hashes change: an object is known by what it defines.
 */
function keyed(members: readonly RlibMember[], archive: Uint8Array): Map<string, RlibMember> {
  const out = new Map<string, RlibMember>();
  for (const member of members) {
    const unit = UNIT.exec(member.name);
    const name = symbolTokens(unit === null ? member.name : member.name.replace(UNIT, '-cgu')).skeleton;
    const defined =
      unit === null ? '' : definedIn(archive.subarray(member.offset, member.offset + member.size));
    const key = `${member.kind} ${name} ${defined}`;
    let rank = 0;
    while (out.has(`${key} ${rank}`)) rank += 1;
    out.set(`${key} ${rank}`, member);
  }
  return out;
}

/** The number of a codegen unit in a member's name. */
const UNIT = /-cgu\.\d+(?=\.)/;

/** The names that an object defines, without hashes. */
function definedIn(content: Uint8Array): string {
  const bytes = memoryBytes(content);
  if (!isElf(bytes)) return '';
  try {
    const symbols = openElf(bytes).symbols('full');
    const names: string[] = [];
    for (let i = 1; symbols !== undefined && i < symbols.length; i += 1) {
      const here =
        (symbols.st_shndx[i] ?? 0) !== 0 && !symbols.isReserved(i) && (symbols.st_size[i] ?? 0) > 0;
      if (here) names.push(symbolTokens(symbols.name(i)).skeleton);
    }
    return names.sort().join('\0');
  } catch (error) {
    // It is compared by its name then, and whoever reads it says what is wrong with it.
    if (error instanceof InputError) return '';
    throw error;
  }
}

/** What is left of both sides under other definitions, by the number of the unit. */
function pairMembers(
  a: ReadonlyMap<string, RlibMember>,
  b: ReadonlyMap<string, RlibMember>,
): Map<RlibMember, RlibMember> {
  const pairs = new Map<RlibMember, RlibMember>();
  const taken = new Set<RlibMember>();
  for (const [key, member] of a) {
    const other = b.get(key);
    if (other === undefined) continue;
    pairs.set(member, other);
    taken.add(other);
  }
  const byName = new Map<string, RlibMember[]>();
  for (const other of [...b.values()].reverse()) {
    if (taken.has(other)) continue;
    const name = symbolTokens(other.name).skeleton;
    byName.set(name, [...(byName.get(name) ?? []), other]);
  }
  for (const member of a.values()) {
    if (pairs.has(member)) continue;
    const other = byName.get(symbolTokens(member.name).skeleton)?.pop();
    if (other !== undefined) pairs.set(member, other);
  }
  return pairs;
}

function endOf(member: RlibMember): number {
  return member.offset + member.size + (member.paddingOffset === undefined ? 0 : 1);
}

function explainPair(
  archive: ArchivePair,
  of: RlibMember,
  other: RlibMember,
  sink: Sink,
  member: ExplainMember,
  strays: Strays,
): void {
  const { a, b } = archive;
  const inner = sink.within(of.headerOffset, other.headerOffset, 'member', of.name, other.name);
  explainHeader(archive, of, other, inner);
  const nameA = of.offset - of.headerOffset - HEADER;
  const nameB = other.offset - other.headerOffset - HEADER;
  // BSD stores a long name in front of the content.
  if (nameA > 0 || nameB > 0) {
    explainString(
      a.subarray(of.headerOffset + HEADER, of.offset),
      b.subarray(other.headerOffset + HEADER, other.offset),
      inner.at(HEADER, HEADER),
    );
  }
  const contentA = a.subarray(of.offset, of.offset + of.size);
  const contentB = b.subarray(other.offset, other.offset + other.size);
  const content = inner.at(HEADER + nameA, HEADER + nameB);
  // Names and numbers that stayed may lead to something else now.
  if (of.kind === 'long-names') archive.longNames.explain(contentA, contentB, content);
  else if (of.kind === 'symbol-index') explainIndex(archive, contentA, contentB, content);
  else if (Buffer.compare(contentA, contentB) === 0) content.equal(0, 0, contentA.length);
  else {
    const names = { nameA: of.name, nameB: other.name };
    const { functions } = archive;
    member(contentA, contentB, content, {
      strays,
      functions,
      ...names,
      offsetA: of.offset,
      offsetB: other.offset,
    });
  }
  const paddedA = of.paddingOffset !== undefined;
  const paddedB = other.paddingOffset !== undefined;
  const atA = HEADER + nameA + of.size;
  const atB = HEADER + nameB + other.size;
  if (paddedA && paddedB && a[of.paddingOffset] === b[other.paddingOffset]) inner.equal(atA, atB, 1);
  else if (paddedA && paddedB) inner.change(atA, 1, atB, 1, { reason: 'padding' });
  else if (paddedB) inner.derived(atA, 0, atB, 1, NEWLINE, 'the odd size of the member', 'padding');
  else if (paddedA && a[of.paddingOffset] === 0x0a)
    inner.derived(atA, 1, atB, 0, NOTHING, 'the even size of the member', 'padding');
  else if (paddedA) inner.change(atA, 1, atB, 0, { reason: 'padding' });
}

const NEWLINE = Buffer.from('\n');
const NOTHING = Buffer.alloc(0);

function explainHeader(archive: ArchivePair, of: RlibMember, other: RlibMember, sink: Sink): void {
  const { a, b } = archive;
  for (const [field, start, length] of FIELDS) {
    const fieldA = Buffer.from(a.buffer, a.byteOffset + of.headerOffset + start, length);
    const fieldB = Buffer.from(b.buffer, b.byteOffset + other.headerOffset + start, length);
    if (fieldA.equals(fieldB)) sink.equal(start, start, length);
    else if (field === 'ar_date' || field === 'ar_uid' || field === 'ar_gid') {
      // Whoever packs an archive writes them into every member; in one alone they are what somebody changed.
      if (archive.packing[field] >= 2) sink.shown('archive-metadata', start, length, start, length, field);
      else sink.change(start, length, start, length, { reason: 'archive-metadata', field });
    } else if (field === 'ar_size') {
      // The name in front of a content counts with it (BSD).
      const size = other.offset + other.size - other.headerOffset - HEADER;
      sink.derived(
        start,
        length,
        start,
        length,
        Buffer.from(String(size).padEnd(length)),
        'the size of the member',
        field,
      );
    } else if (field === 'ar_name' && archive.longNames.offset(of.ar_name) >= 0) {
      const expected = Buffer.from(`/${archive.longNames.offset(of.ar_name)}`.padEnd(length));
      sink.derived(start, length, start, length, expected, 'where the long name is', field);
    } else if (field === 'ar_name') explainString(fieldA, fieldB, sink.at(start, start));
    else sink.change(start, length, start, length, { field });
  }
}

/** The number says where the name begins; -1 where the name is in the header itself. */
function longName(ar_name: string): number {
  const found = /^\/([0-9]+)$/.exec(ar_name);
  return found === null ? -1 : Number(found[1]);
}

/** The tables of long names, line by line: two lines belong together whose members do. */
class LongNames {
  readonly #linesA: ReadonlyMap<number, number>;
  readonly #linesB: ReadonlyMap<number, number>;
  /** Where a line of A starts, and that of B. */
  readonly #pairs = new Map<number, number>();

  constructor(a: Uint8Array, b: Uint8Array, pairs: ReadonlyMap<RlibMember, RlibMember>) {
    this.#linesA = lines(a);
    this.#linesB = lines(b);
    const taken = new Set<number>();
    for (const [from, to] of pairs) {
      const startA = longName(from.ar_name);
      const startB = longName(to.ar_name);
      if (!this.#linesA.has(startA) || !this.#linesB.has(startB)) continue;
      if (this.#pairs.has(startA) || taken.has(startB)) continue;
      this.#pairs.set(startA, startB);
      taken.add(startB);
    }
  }

  /** Where the name begins in B that a header of A leads to; -1 where nothing says so. */
  offset(ar_name: string): number {
    return this.#pairs.get(longName(ar_name)) ?? -1;
  }

  /** `sink` is that of the table's content. */
  explain(a: Uint8Array, b: Uint8Array, sink: Sink): void {
    const left = new Map(this.#linesB);
    for (const [startA, endA] of this.#linesA) {
      const startB = this.#pairs.get(startA) ?? -1;
      const endB = left.get(startB);
      const other = [...left].at(-1);
      if (
        endB === undefined &&
        endA - startA === 1 &&
        endA === a.length &&
        other?.[1] === b.length &&
        b.length - other[0] === 1
      ) {
        left.delete(other[0]);
        sink.equal(startA, other[0], 1);
        continue;
      }
      if (endB === undefined && endA - startA === 1 && endA === a.length) {
        // What makes the length even.
        sink.derived(startA, 1, b.length, 0, NOTHING, 'the length of the names', 'padding');
        continue;
      }
      if (endB === undefined) {
        sink.change(startA, endA - startA, 0, 0);
        continue;
      }
      left.delete(startB);
      explainName(a.subarray(startA, endA), b.subarray(startB, endB), sink.at(startA, startB), false);
    }
    for (const [start, end] of left) {
      if (end - start === 1 && end === b.length)
        sink.derived(a.length, 0, start, 1, NEWLINE, 'the length of the names', 'padding');
      else sink.change(0, 0, start, end - start);
    }
  }
}

/** Where each line starts, and where it ends, its line feed included. */
function lines(bytes: Uint8Array): Map<number, number> {
  const out = new Map<number, number>();
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    const next = end < 0 ? bytes.length : end + 1;
    out.set(at, next);
    at = next;
  }
  return out;
}

function contentOf(
  kind: RlibMember['kind'],
  members: readonly RlibMember[],
  archive: Uint8Array,
): Uint8Array {
  const member = members.find((of) => of.kind === kind);
  return member === undefined ? NOTHING : archive.subarray(member.offset, member.offset + member.size);
}

/**
 * The symbol index of GNU ar: a count, the offset of a member's header for each symbol, their names; numbers are
 * big-endian. Entries belong together whose members do and whose names are one without hashes; an offset follows from
 * the member it leads to.
 */
function explainIndex({ pairs }: ArchivePair, a: Uint8Array, b: Uint8Array, sink: Sink): void {
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
  for (const entry of entriesA) {
    const member = toB.get(entry.member);
    const other = free.get(`${member} ${entry.skeleton}`)?.pop();
    if (other === undefined || member === undefined) {
      sink.change(entry.at, 4, 0, 0);
      sink.change(entry.start, entry.end - entry.start, 0, 0);
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
