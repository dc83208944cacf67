import { memoryBytes } from '../artefact/bytes.js';
import { type RlibMember, readRlib } from '../format/rlib.js';
import type { Sink } from '../ledger/sink.js';
import { symbolTokens } from '../symbol/name.js';
import { explainBytes } from './bytes.js';
import { Strays } from './elf/strays.js';
import type { InArchive } from './elf.js';
import type { FunctionTally } from './function-tally.js';
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
  const membersA = keyed(readRlib(memoryBytes(a)));
  const membersB = keyed(readRlib(memoryBytes(b)));
  return (sink) => {
    const strays = new Strays(tally);
    explainArchive(a, b, membersA, membersB, sink, member, strays);
    strays.explain(sink);
  };
}

function explainArchive(
  a: Uint8Array,
  b: Uint8Array,
  keysA: ReadonlyMap<string, RlibMember>,
  keysB: ReadonlyMap<string, RlibMember>,
  sink: Sink,
  member: ExplainMember,
  strays: Strays,
): void {
  const left = new Map(keysB);
  sink.equal(0, 0, MAGIC);
  for (const [key, of] of keysA) {
    const other = left.get(key);
    left.delete(key);
    if (other === undefined) {
      const inner = sink.within(of.headerOffset, 0, 'member', of.name);
      inner.change(0, endOf(of) - of.headerOffset, 0, 0);
    } else {
      explainPair(a, b, of, other, sink, member, strays);
    }
  }
  for (const of of left.values()) {
    const inner = sink.within(0, of.headerOffset, 'member', of.name);
    inner.change(0, 0, 0, endOf(of) - of.headerOffset);
  }
}

/** By name without hashes and number; members of that name are counted, so that a second one is never another's. */
function keyed(members: readonly RlibMember[]): Map<string, RlibMember> {
  const out = new Map<string, RlibMember>();
  for (const member of members) {
    const name = `${member.kind} ${symbolTokens(member.name).skeleton}`;
    let rank = 0;
    while (out.has(`${name} ${rank}`)) rank += 1;
    out.set(`${name} ${rank}`, member);
  }
  return out;
}

function endOf(member: RlibMember): number {
  return member.offset + member.size + (member.paddingOffset === undefined ? 0 : 1);
}

function explainPair(
  a: Uint8Array,
  b: Uint8Array,
  of: RlibMember,
  other: RlibMember,
  sink: Sink,
  member: ExplainMember,
  strays: Strays,
): void {
  const inner = sink.within(of.headerOffset, other.headerOffset, 'member', of.name, other.name);
  explainHeader(a, b, of, other, inner);
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
  if (Buffer.compare(contentA, contentB) === 0) content.equal(0, 0, contentA.length);
  else if (of.kind === 'long-names') explainNames(contentA, contentB, content);
  else if (of.kind === 'symbol-index') explainIndex(a, b, contentA, contentB, content);
  else {
    const names = { nameA: of.name, nameB: other.name };
    member(contentA, contentB, content, { strays, ...names, offsetA: of.offset, offsetB: other.offset });
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

function explainHeader(a: Uint8Array, b: Uint8Array, of: RlibMember, other: RlibMember, sink: Sink): void {
  for (const [field, start, length] of FIELDS) {
    const fieldA = Buffer.from(a.buffer, a.byteOffset + of.headerOffset + start, length);
    const fieldB = Buffer.from(b.buffer, b.byteOffset + other.headerOffset + start, length);
    if (fieldA.equals(fieldB)) sink.equal(start, start, length);
    else if (field === 'ar_date' || field === 'ar_uid' || field === 'ar_gid')
      sink.token('archive-metadata', 'text', start, length, start, length, field);
    else if (field === 'ar_size') {
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
    } else if (field === 'ar_name' && isLongName(of.ar_name) && isLongName(other.ar_name)) {
      sink.derived(
        start,
        length,
        start,
        length,
        Buffer.from(other.ar_name.padEnd(length)),
        'the long name',
        field,
      );
    } else if (field === 'ar_name') explainString(fieldA, fieldB, sink.at(start, start));
    else sink.change(start, length, start, length, { field });
  }
}

/** The number says where the name begins; that it leads to the name that was paired is how the two came together. */
function isLongName(ar_name: string): boolean {
  return /^(\/|#1\/)[0-9]+$/.test(ar_name);
}

/** Long names, each ended by `/\n`, in the order of their members. */
function explainNames(a: Uint8Array, b: Uint8Array, sink: Sink): void {
  const linesA = lines(a);
  const linesB = lines(b);
  if (linesA.length !== linesB.length) {
    explainBytes(a, b, sink);
    return;
  }
  for (const [i, [startA, endA]] of linesA.entries()) {
    const [startB, endB] = linesB[i] as readonly [number, number];
    const lineA = a.subarray(startA, endA);
    const lineB = b.subarray(startB, endB);
    if (Buffer.compare(lineA, lineB) === 0) sink.equal(startA, startB, lineA.length);
    else explainString(lineA, lineB, sink.at(startA, startB));
  }
}

function lines(bytes: Uint8Array): [number, number][] {
  const out: [number, number][] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    const next = end < 0 ? bytes.length : end + 1;
    out.push([at, next]);
    at = next;
  }
  return out;
}

/**
 * The symbol index of GNU ar: a count, the offset of a member's header for each symbol, their names; numbers are
 * big-endian. An offset follows from the member it leads to.
 */
function explainIndex(
  wholeA: Uint8Array,
  wholeB: Uint8Array,
  a: Uint8Array,
  b: Uint8Array,
  sink: Sink,
): void {
  const count = a.length >= 4 ? Buffer.from(a.buffer, a.byteOffset, 4).readUInt32BE(0) : 0;
  const same = b.length >= 4 && Buffer.from(b.buffer, b.byteOffset, 4).readUInt32BE(0) === count;
  const names = 4 + 4 * count;
  if (count === 0 || !same || names > a.length || names > b.length) {
    explainBytes(a, b, sink);
    return;
  }
  const toB = new Map<number, number>();
  const keysB = keyed(readRlib(memoryBytes(wholeB)));
  for (const [key, of] of keyed(readRlib(memoryBytes(wholeA)))) {
    const other = keysB.get(key);
    if (other !== undefined) toB.set(of.headerOffset, other.headerOffset);
  }
  sink.equal(0, 0, 4);
  const offsets = Buffer.from(a.buffer, a.byteOffset, names);
  const recomputed = Buffer.alloc(4);
  for (let i = 0; i < count; i += 1) {
    const at = 4 + 4 * i;
    const expected = toB.get(offsets.readUInt32BE(at));
    recomputed.writeUInt32BE(expected ?? 0);
    if (Buffer.compare(a.subarray(at, at + 4), b.subarray(at, at + 4)) === 0) sink.equal(at, at, 4);
    else if (expected === undefined) sink.change(at, 4, at, 4, { field: 'offset' });
    else sink.derived(at, 4, at, 4, recomputed, 'where the member is', 'offset');
  }
  explainStrings(a.subarray(names), b.subarray(names), sink.at(names, names));
}

/** Strings ended by NUL, by their order where there are equally many. */
function explainStrings(a: Uint8Array, b: Uint8Array, sink: Sink): void {
  let atA = 0;
  let atB = 0;
  while (atA < a.length && atB < b.length) {
    const endA = endOfString(a, atA);
    const endB = endOfString(b, atB);
    const stringA = a.subarray(atA, endA);
    const stringB = b.subarray(atB, endB);
    if (Buffer.compare(stringA, stringB) === 0) sink.equal(atA, atB, stringA.length);
    else explainString(stringA, stringB, sink.at(atA, atB));
    atA = endA;
    atB = endB;
  }
  sink.change(atA, a.length - atA, atB, b.length - atB);
}

function endOfString(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(0, from);
  return end < 0 ? bytes.length : end + 1;
}
