import type { BitcodeModule } from '../../format/bitcode/module.js';
import type { Sink } from '../../ledger/sink.js';
import type { NamePair, NamePairs } from './string-table.js';
import { nameAt, skeletonOf } from './text.js';

/** A stretch of the string table. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** The symbol table of a bitcode file (`irsymtab`), in 32-bit words, with where names stand in it. */
interface Symtab {
  readonly words: Uint32Array;
  /** Word index of the offset of each name that is no symbol's; its size is in the next word. */
  readonly strings: readonly number[];
  /** Word index of each symbol. */
  readonly symbols: readonly number[];
}

/** storage::Header of llvm/Object/IRSymtab.h: words and pairs of words. */
const PRODUCER = 1;
const MODULES = 3;
const COMDATS = 5;
const SYMBOLS = 7;
const UNCOMMONS = 9;
const TARGET_TRIPLE = 11;
const SOURCE_FILE_NAME = 13;
const COFF_LINKER_OPTS = 15;
const DEPENDENT_LIBRARIES = 17;
const HEADER_WORDS = 19;

const MODULE_WORDS = 3;
const COMDAT_WORDS = 3;
const SYMBOL_WORDS = 6;
const UNCOMMON_WORDS = 6;
/** Symbol: name, IR name, comdat, flags. */
const IR_NAME = 2;
const COMDAT = 4;
/** Names that every table has: producer, triple, source file, linker options. */
const HEADER_STRINGS = 4;

/** What the symbol table of B is if it follows from that of A, and which names of the two stand for each other. */
export interface SymtabTranslation {
  /** The recomputed content; where it does not follow, B's own. */
  readonly content: Uint8Array;
  /** By word, 1: it follows. */
  readonly follows: Uint8Array;
  /** Stretches of A's and B's string table, in pairs. */
  readonly strings: readonly NamePair[];
}

/**
 * The symbol table lists each global with its place in the string table. A's, said in B's order and with B's places of
 * the same names, must give B's.
 * @returns undefined where one of the tables is not of the form known here
 */
export function translateSymtab(
  a: BitcodeModule,
  b: BitcodeModule,
  { ofB: globals, counted }: Pick<NamePairs, 'ofB' | 'counted'>,
): SymtabTranslation | undefined {
  const tableA = readSymtab(a);
  const tableB = readSymtab(b);
  if (tableA === undefined || tableB === undefined) return undefined;
  const out = tableB.words.slice();
  const follows = new Uint8Array(out.length);
  const strings: NamePair[] = [];
  const word = (from: number, to: number): void => {
    out[to] = tableA.words[from] ?? 0;
    follows[to] = 1;
  };
  const string = (from: number, to: number, counts = false): void => {
    const extentA = { offset: tableA.words[from] ?? 0, length: tableA.words[from + 1] ?? 0 };
    const extentB = { offset: tableB.words[to] ?? 0, length: tableB.words[to + 1] ?? 0 };
    const nameA = nameAt(a, extentA.offset, extentA.length);
    const nameB = nameAt(b, extentB.offset, extentB.length);
    const paired = nameA !== undefined && nameB !== undefined && skeletonOf(nameA) === skeletonOf(nameB);
    // Where a name stands is for the string table to say; that it is this name is said here.
    follows.fill(paired ? 1 : 0, to, to + 2);
    if (paired) strings.push([extentA, extentB, counts ? 'counted' : undefined]);
  };
  const alike =
    tableA.words.length === tableB.words.length && tableA.strings.length === tableB.strings.length;
  const inSymbols = new Set(tableB.symbols);
  const end = Math.min(tableB.symbols[0] ?? out.length, tableA.symbols[0] ?? out.length);
  if (alike) for (let k = 0; k < end; k += 1) word(k, k);
  tableB.strings.forEach((to, k) => {
    const from = tableA.strings[k];
    if (from !== undefined && (alike || k < HEADER_STRINGS)) string(from, to);
  });
  if (alike && tableB.symbols.length > 0) {
    const behind = (tableB.symbols[0] ?? 0) + inSymbols.size * SYMBOL_WORDS;
    for (let k = behind; k < out.length; k += 1) if (follows[k] === 0) word(k, k);
  }
  const byName = new Map<string, number>();
  for (const at of tableA.symbols) byName.set(irName(a, tableA, at), at);
  for (const to of tableB.symbols) {
    const name = globals.get(irName(b, tableB, to));
    // Symbols of intrinsics and of assembly have no IR name: they stand in one order.
    const at = name === undefined ? (alike ? to : undefined) : byName.get(name);
    if (at === undefined) continue;
    const [ofA, ofB] = [prefixOf(a, tableA, at), prefixOf(b, tableB, to)];
    string(at, to, ofA !== undefined && ofA === ofB && counted.has(irName(b, tableB, to)));
    string(at + IR_NAME, to + IR_NAME);
    word(at + COMDAT, to + COMDAT);
    word(at + COMDAT + 1, to + COMDAT + 1);
  }
  const content = Buffer.alloc(out.length * 4);
  out.forEach((value, k) => {
    content.writeUInt32LE(value, k * 4);
  });
  return { content, follows, strings };
}

function irName(module: BitcodeModule, table: Symtab, at: number): string {
  return nameAt(module, table.words[at + IR_NAME] ?? 0, table.words[at + IR_NAME + 1] ?? 0) ?? '\0';
}

/** What a symbol's name has before its name in the module: `.L` for private ones. Undefined where it is another name. */
function prefixOf(module: BitcodeModule, table: Symtab, at: number): string | undefined {
  const name = nameAt(module, table.words[at] ?? 0, table.words[at + 1] ?? 0);
  const known = irName(module, table, at);
  return name?.endsWith(known) === true ? name.slice(0, name.length - known.length) : undefined;
}

/** @returns undefined where the table is not of the form known here (version 3) */
function readSymtab(module: BitcodeModule): Symtab | undefined {
  const { symtab, bitcode } = module;
  if (symtab === undefined || symtab.length % 4 !== 0 || symtab.length < HEADER_WORDS * 4) return undefined;
  const from = bitcode.start + symtab.offset;
  const bytes = Buffer.from(bitcode.content.buffer, bitcode.content.byteOffset + from, symtab.length);
  const words = new Uint32Array(symtab.length / 4);
  for (let k = 0; k < words.length; k += 1) words[k] = bytes.readUInt32LE(k * 4);
  const strings: number[] = [PRODUCER, TARGET_TRIPLE, SOURCE_FILE_NAME, COFF_LINKER_OPTS];
  const symbols: number[] = [];
  const range = (header: number, size: number): number[] | undefined => {
    const start = (words[header] ?? 0) / 4;
    const count = words[header + 1] ?? 0;
    if (!Number.isInteger(start) || start + count * size > words.length) return undefined;
    return Array.from({ length: count }, (_, k) => start + k * size);
  };
  const modules = range(MODULES, MODULE_WORDS);
  const comdats = range(COMDATS, COMDAT_WORDS);
  const found = range(SYMBOLS, SYMBOL_WORDS);
  const uncommons = range(UNCOMMONS, UNCOMMON_WORDS);
  const libraries = range(DEPENDENT_LIBRARIES, 2);
  if (!modules || !comdats || !found || !uncommons || !libraries) return undefined;
  strings.push(...comdats, ...libraries);
  for (const at of uncommons) strings.push(at + 2, at + 4);
  symbols.push(...found);
  // As for the names of the module: many symbols that share one long name would be read for ever.
  const sizes = [...strings, ...symbols, ...symbols.map((at) => at + IR_NAME)];
  const total = sizes.reduce((sum, at) => sum + (words[at + 1] ?? 0), 0);
  if (total > 16 * (module.strtab?.length ?? 0)) return undefined;
  return { words, strings, symbols };
}

/** Words that follow, and runs of those that do not. Both tables start where the sink does. */
export function explainSymtab(lengthA: number, symtab: SymtabTranslation, sink: Sink): void {
  const { content, follows } = symtab;
  let start = 0;
  for (let k = 1; k <= follows.length; k += 1) {
    if (k < follows.length && follows[k] === follows[start]) continue;
    const from = Math.min(start * 4, lengthA);
    const length = Math.min(k * 4, lengthA) - from;
    const bytes = content.subarray(start * 4, k * 4);
    if (follows[start] === 1) {
      sink.derived(
        from,
        length,
        start * 4,
        bytes.length,
        bytes,
        'the names in the string table',
        'SYMTAB_BLOB',
      );
    } else sink.change(from, length, start * 4, bytes.length, { field: 'SYMTAB_BLOB' });
    start = k;
  }
  const rest = Math.min(content.length, lengthA);
  sink.change(rest, lengthA - rest, content.length, 0, { field: 'SYMTAB_BLOB' });
}
