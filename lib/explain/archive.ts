import { memoryBytes } from '../artefact/bytes.js';
import { InputError } from '../error.js';
import { isElf, openElf } from '../format/elf.js';
import { type RlibMember, readRlib } from '../format/rlib.js';
import { type Content, sameBytes } from '../ledger/content.js';
import { LabelledSink } from '../ledger/labelled-sink.js';
import type { Sink, Why } from '../ledger/sink.js';
import { countPacking, explainHeader, HEADER, type Packing } from './archive/header.js';
import { LongNames } from './archive/long-names.js';
import { keyed, pairMembers, UNIT } from './archive/member.js';
import { orderedMembers } from './archive/order.js';
import { explainSymbolIndex } from './archive/symbol-index.js';
import { ArchiveFunctions } from './elf/archive-functions.js';
import { cCompiler } from './elf/c-compiler.js';
import { explainLoneObject } from './elf/lone-object.js';
import { Strays } from './elf/strays.js';
import type { InArchive } from './elf.js';
import type { FunctionTally } from './function-tally.js';
import { explainString } from './string.js';

/** Explains the content of one member. */
export type ExplainMember = (a: Uint8Array, b: Uint8Array, sink: Sink, inside: InArchive) => void;

const MAGIC = 8;
/**
 * Two ar archives, an rlib or a static library: members by their names without hashes, duplicates by their order.
 * @throws InputError where one is damaged
 */
export function prepareArchive(
  a: Content,
  b: Content,
  tally: FunctionTally,
  member: ExplainMember,
): (sink: Sink) => void {
  const membersA = readRlib(a.source);
  const membersB = readRlib(b.source);
  a.divide(membersA.map(({ headerOffset }) => headerOffset));
  b.divide(membersB.map(({ headerOffset }) => headerOffset));
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
        ordered: orderedMembers(pairs, a),
      },
      sink,
      member,
      strays,
    );
    // They lie in one unit here and in another there.
    a.scatter();
    b.scatter();
    strays.explain(sink);
  };
}

interface ArchivePair {
  readonly a: Content;
  readonly b: Content;
  readonly membersA: readonly RlibMember[];
  readonly membersB: readonly RlibMember[];
  readonly pairs: ReadonlyMap<RlibMember, RlibMember>;
  readonly functions: ArchiveFunctions;
  readonly longNames: LongNames;
  readonly packing: Packing;
  readonly ordered: ReadonlySet<RlibMember>;
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
function loneMember(side: 'a' | 'b', of: RlibMember, archive: Content, sink: Sink, strays: Strays): void {
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
  else if (of.kind === 'symbol-index') explainSymbolIndex(archive.pairs, contentA, contentB, content);
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
  if (paddedA && paddedB && sameBytes(a, of.paddingOffset, b, other.paddingOffset, 1))
    inner.equal(atA, atB, 1);
  else if (paddedA && paddedB) inner.change(atA, 1, atB, 1, { reason: 'padding' });
  else if (paddedB) inner.derived(atA, 0, atB, 1, NEWLINE, 'the odd size of the member', 'padding');
  else if (paddedA && a.subarray(of.paddingOffset, of.paddingOffset + 1)[0] === 0x0a)
    inner.derived(atA, 1, atB, 0, NOTHING, 'the even size of the member', 'padding');
  else if (paddedA) inner.change(atA, 1, atB, 0, { reason: 'padding' });
}

const NEWLINE = Buffer.from('\n');
const NOTHING = Buffer.alloc(0);

function contentOf(kind: RlibMember['kind'], members: readonly RlibMember[], archive: Content): Uint8Array {
  const member = members.find((of) => of.kind === kind);
  return member === undefined ? NOTHING : archive.subarray(member.offset, member.offset + member.size);
}
