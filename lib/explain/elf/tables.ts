import { memoryBytes } from '../../artefact/bytes.js';
import { recomputeBuildId } from '../../format/elf/build-id.js';
import { SHT_DYNAMIC, SHT_NOTE } from '../../format/elf/constant.js';
import { ehFrameHdrFollows, recomputeEhFrameHdr } from '../../format/elf/eh-frame-hdr.js';
import { gnuHashFollows, recomputeGnuHash } from '../../format/elf/gnu-hash.js';
import type { Section } from '../../format/elf/section.js';
import { sysvHashFollows } from '../../format/elf/sysv-hash.js';
import type { Sink } from '../../ledger/sink.js';
import { explainBitcode } from '../bitcode.js';
import { changedRanges, explainBytes } from '../bytes.js';
import { explainRmeta } from '../rmeta.js';
import { explainString, PathRoots } from '../string.js';
import { explainDynamic } from './dynamic.js';
import { explainField, sameBytes, Words } from './field.js';
import type { ElfPairing } from './pairing.js';
import { StringPairs } from './strings.js';
import type { ElfView } from './view.js';

export const SHT_HASH = 5;
export const SHT_GNU_HASH = 0x6ffffff6;
export const SHT_GNU_VERNEED = 0x6ffffffe;
export const SHT_GNU_VERDEF = 0x6ffffffd;
export const SHT_GNU_VERSYM = 0x6fffffff;
const SHF_STRINGS = 0x20n;
const SHF_COMPRESSED = 0x800n;

/** Sections with a format of their own that are neither code nor data: notes, comments, hash tables, metadata. */
export function explainTable(
  pairing: ElfPairing,
  section: Section,
  other: Section,
  a: Uint8Array,
  b: Uint8Array,
  sink: Sink,
): void {
  const { name, sh_type } = section;
  if (((section.sh_flags | other.sh_flags) & SHF_COMPRESSED) !== 0n) {
    sink.note(`${name} is compressed (SHF_COMPRESSED) and not opened`);
    explainBytes(a, b, sink);
  } else if (name === '.llvmbc' || name === '.llvm.lto') {
    if (!explainBitcode(a, b, sink)) explainBytes(a, b, sink);
  } else if (name === '.rmeta' || name === '.rustc') explainRmeta(memoryBytes(a), memoryBytes(b), sink);
  else if (sh_type === SHT_GNU_HASH) explainGnuHash(pairing, section, other, a, b, sink);
  else if (sh_type === SHT_HASH) explainSysvHash(pairing, section, other, a, b, sink);
  else if (name === '.gnu_debuglink') explainDebugLink(a, b, sink);
  else if (name === '.eh_frame_hdr') explainFrameHeader(pairing, a, b, sink);
  else if (sh_type === SHT_GNU_VERSYM) explainVersions(pairing, a, b, sink);
  else if (sh_type === SHT_GNU_VERNEED || sh_type === SHT_GNU_VERDEF)
    explainVersionRecords(pairing, section, a, b, sink);
  else if (sh_type === SHT_DYNAMIC) explainDynamic(pairing, section, a, b, sink);
  else if (sh_type === SHT_NOTE && name === '.note.gnu.build-id') explainBuildId(pairing, a, b, sink);
  else if ((section.sh_flags & SHF_STRINGS) !== 0n || name === '.comment' || name === '.llvmcmd')
    explainStrings(a, b, sink, name === '.comment' || name === '.llvmcmd');
  else explainBytes(a, b, sink);
}

/**
 * What the rest of either file makes of it, byte for byte; the changed ranges are derived then, and bytes that stayed
 * although they should have changed are a difference.
 */
function follows(a: Uint8Array, b: Uint8Array, recomputed: Uint8Array, from: string, sink: Sink): void {
  if (Buffer.compare(a, b) === 0 && Buffer.compare(b, recomputed) !== 0) {
    sink.change(0, a.length, 0, b.length, { field: 'stale' });
    return;
  }
  const { ranges, truncated } = changedRanges(a, b);
  let atA = 0;
  let atB = 0;
  for (const { aStart, aLength, bStart, bLength } of ranges) {
    sink.equal(atA, atB, aStart - atA);
    sink.derived(aStart, aLength, bStart, bLength, recomputed.subarray(bStart, bStart + bLength), from);
    atA = aStart + aLength;
    atB = bStart + bLength;
  }
  if (truncated) sink.derived(atA, a.length - atA, atB, b.length - atB, recomputed.subarray(atB), from);
  else sink.equal(atA, atB, a.length - atA);
}

function explainGnuHash(
  { a: viewA, b: viewB }: ElfPairing,
  section: Section,
  other: Section,
  a: Uint8Array,
  b: Uint8Array,
  sink: Sink,
): void {
  const recomputed = gnuHashFollows(viewA.elf, section) ? recomputeGnuHash(viewB.elf, other) : undefined;
  if (recomputed === undefined) {
    explainBytes(a, b, sink);
    return;
  }
  const parametersA = new Words(a, viewA.elf.header.littleEndian);
  const parametersB = new Words(b, viewB.elf.header.littleEndian);
  for (let at = 0; at < PARAMETERS; at += 4) {
    // The linker chose the others: nothing makes them follow.
    const known = at === SYMOFFSET && firstHashed(viewA) === parametersA.number(at, 4);
    const expected = known ? firstHashed(viewB) : undefined;
    explainField(parametersA, at, parametersB, at, 4, sink, 'parameter', 'the undefined symbols', expected);
  }
  const rest = sink.at(PARAMETERS, PARAMETERS);
  follows(
    a.subarray(PARAMETERS),
    b.subarray(PARAMETERS),
    recomputed.subarray(PARAMETERS),
    'the names of the dynamic symbols',
    rest,
  );
}

/** Bytes at the start of `.gnu.hash`: nbuckets, symoffset, bloom_size, bloom_shift. */
const PARAMETERS = 16;
const SYMOFFSET = 4;

/** Undefined dynamic symbols stand in front of those that are hashed. */
function firstHashed({ dynamic, symbols }: ElfView): number | undefined {
  const table = (dynamic ?? symbols)?.table;
  if (table === undefined) return undefined;
  let first = table.length;
  while (first > 1 && table.st_shndx[first - 1] !== 0) first -= 1;
  return first;
}

function explainSysvHash(
  { a: viewA, b: viewB }: ElfPairing,
  section: Section,
  other: Section,
  a: Uint8Array,
  b: Uint8Array,
  sink: Sink,
): void {
  if (sysvHashFollows(viewA.elf, section) && sysvHashFollows(viewB.elf, other))
    follows(a, b, b, 'the names of the dynamic symbols', sink);
  else explainBytes(a, b, sink);
}

/** The CRC is that of the file with the debug information, which is not at hand. */
function explainDebugLink(a: Uint8Array, b: Uint8Array, sink: Sink): void {
  const [atA, atB] = [Math.max(0, a.length - 4), Math.max(0, b.length - 4)];
  explainBytes(a.subarray(0, atA), b.subarray(0, atB), sink);
  if (Buffer.compare(a.subarray(atA), b.subarray(atB)) === 0) sink.equal(atA, atB, a.length - atA);
  else sink.change(atA, a.length - atA, atB, b.length - atB, { reason: 'build-id', field: 'crc' });
}

function explainFrameHeader(
  { a: viewA, b: viewB, framesA, framesB }: ElfPairing,
  a: Uint8Array,
  b: Uint8Array,
  sink: Sink,
): void {
  const recomputed =
    framesA !== undefined && framesB !== undefined && ehFrameHdrFollows(viewA.elf, framesA)
      ? recomputeEhFrameHdr(viewB.elf, framesB)
      : undefined;
  if (recomputed === undefined) explainBytes(a, b, sink);
  else follows(a, b, recomputed, '.eh_frame', sink);
}

/** One number of two bytes for each dynamic symbol. */
function explainVersions(pairing: ElfPairing, a: Uint8Array, b: Uint8Array, sink: Sink): void {
  const pairs = pairing.a.dynamic === undefined ? pairing.symbols : pairing.dynamic;
  const count = Math.floor(a.length / 2);
  const taken = new Uint8Array(Math.ceil(b.length / 2));
  for (let i = 0; i < count; i += 1) {
    const to = pairs[i] ?? -1;
    if (to < 0 || 2 * to + 2 > b.length) {
      sink.change(2 * i, 2, 0, 0);
      continue;
    }
    taken[to] = 1;
    if (sameBytes(a, 2 * i, b, 2 * to, 2)) sink.equal(2 * i, 2 * to, 2);
    else sink.change(2 * i, 2, 2 * to, 2);
  }
  for (let i = 0; i < taken.length; i += 1) {
    if (taken[i] === 0) sink.change(0, 0, 2 * i, Math.min(2, b.length - 2 * i));
  }
  sink.change(2 * count, a.length - 2 * count, b.length, 0);
}

/**
 * Version needs and definitions: records of words, some of which are offsets of names. An offset that stayed may lead to
 * another name now; all other words must be equal.
 */
function explainVersionRecords(
  pairing: ElfPairing,
  section: Section,
  a: Uint8Array,
  b: Uint8Array,
  sink: Sink,
): void {
  const strings = pairing.strings.get(section.sh_link);
  if (a.length !== b.length || a.length % 4 !== 0 || strings === undefined) {
    explainBytes(a, b, sink);
    return;
  }
  const wordsA = new Words(a, pairing.a.elf.header.littleEndian);
  const wordsB = new Words(b, pairing.b.elf.header.littleEndian);
  const names = versionNames(wordsA, section.sh_type);
  for (let at = 0; at < a.length; at += 4) {
    const name = wordsA.number(at, 4);
    const there = wordsB.number(at, 4);
    const offset = names.has(at) ? (strings.leadsTo(name, there) ? there : strings.offset(name)) : -1;
    const expected = offset < 0 ? undefined : offset;
    explainField(wordsA, at, wordsB, at, 4, sink, 'name', 'where the name is', expected);
  }
}

/** How a record of versions is laid out (the LSB, "Symbol Versioning"): where its fields lie. */
interface VersionLayout {
  readonly size: number;
  /** How many auxiliary records it has (two bytes), where the first is, and where the next record. */
  readonly count: number;
  readonly aux: number;
  readonly next: number;
  /** Offset of a name in the record itself, and in its auxiliary records. */
  readonly name: number | undefined;
  readonly auxName: number;
  readonly auxNext: number;
  readonly auxSize: number;
}

const VERNEED: VersionLayout = {
  size: 16,
  count: 2,
  name: 4,
  aux: 8,
  next: 12,
  auxName: 8,
  auxNext: 12,
  auxSize: 16,
};
const VERDEF: VersionLayout = {
  size: 20,
  count: 6,
  name: undefined,
  aux: 12,
  next: 16,
  auxName: 0,
  auxNext: 4,
  auxSize: 8,
};

/** Where the words are that lead to names. What does not fit the section ends the list. */
function versionNames(words: Words, type: number): Set<number> {
  const layout = type === SHT_GNU_VERNEED ? VERNEED : VERDEF;
  const { length } = words.bytes;
  const names = new Set<number>();
  for (let at = 0; at + layout.size <= length; ) {
    if (layout.name !== undefined) names.add(at + layout.name);
    let aux = at + words.number(at + layout.aux, 4);
    for (let i = words.number(at + layout.count, 2); i > 0 && aux + layout.auxSize <= length; i -= 1) {
      names.add(aux + layout.auxName);
      const next = words.number(aux + layout.auxNext, 4);
      if (next === 0) break;
      aux += next;
    }
    const next = words.number(at + layout.next, 4);
    if (next === 0) break;
    at += next;
  }
  return names;
}

/** The id is derived where it can be recomputed from the rest of either file; else only known for what it is. */
function explainBuildId({ a: viewA, b: viewB }: ElfPairing, a: Uint8Array, b: Uint8Array, sink: Sink): void {
  const madeA = recomputeBuildId(viewA.elf);
  const madeB = recomputeBuildId(viewB.elf);
  if (madeA?.result === 'matches' && madeB?.result === 'matches') {
    sink.note(`the build-id of both is that of their contents (${madeA.method}, ${madeB.method})`);
    follows(a, b, b, 'the contents of the file', sink);
    return;
  }
  sink.note(
    'the build-id could not be recomputed from the file: stripped after it was made, or drawn at random',
  );
  const { ranges } = changedRanges(a, b);
  let atA = 0;
  let atB = 0;
  for (const { aStart, aLength, bStart, bLength } of ranges) {
    sink.equal(atA, atB, aStart - atA);
    sink.change(aStart, aLength, bStart, bLength, { reason: 'build-id', field: 'desc' });
    atA = aStart + aLength;
    atB = bStart + bLength;
  }
  sink.equal(atA, atB, a.length - atA);
}

/**
 * Strings ended by NUL, as text: in order, or, where nothing refers to them and each stands for itself, those that both
 * have in whatever order and what is left in order.
 */
function explainStrings(a: Uint8Array, b: Uint8Array, sink: Sink, unordered: boolean): void {
  if (!unordered) {
    explainBytes(a, b, sink);
    return;
  }
  const pairs = new StringPairs(a, b);
  pairs.joinRest();
  pairs.joinPaths();
  pairs.joinInOrder();
  // One string may be the root of the paths in others.
  const roots = new PathRoots();
  pairs.explain(sink, (textA, textB, of) => explainString(textA, textB, of, roots));
}
