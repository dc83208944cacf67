import type { BitcodeModule } from '../../format/bitcode/module.js';
import { nameAt, skeletonOf } from './text.js';

/** A stretch of the string table. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** The symbol table of a bitcode file (`irsymtab`), in 32-bit words, with where names stand in it. */
interface Symtab {
  readonly words: Uint32Array;
  /** Word index of the offset of each name; its size is in the next word. By what it belongs to, in order. */
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

/** What the symbol table of B is if it follows from that of A, and which names of the two stand for each other. */
export interface SymtabTranslation {
  /** The recomputed content; undefined where it does not follow. */
  readonly content?: Uint8Array | undefined;
  /** Stretches of A's and B's string table, in pairs. */
  readonly strings: readonly (readonly [Extent, Extent])[];
}

/**
 * The symbol table lists each global with its place in the string table. A's, said in B's order and with B's places of
 * the same names, must give B's.
 * @param globals value ids of A by those of B
 */
export function translateSymtab(
  a: BitcodeModule,
  b: BitcodeModule,
  globals: (idOfB: string) => string | undefined,
): SymtabTranslation {
  const tableA = readSymtab(a);
  const tableB = readSymtab(b);
  if (tableA === undefined || tableB === undefined) return { strings: [] };
  if (tableA.words.length !== tableB.words.length || tableA.strings.length !== tableB.strings.length) {
    return { strings: [] };
  }
  const out = Uint32Array.from(tableA.words);
  const strings: [Extent, Extent][] = [];
  let follows = true;
  const put = (from: number, to: number): void => {
    const extentA = { offset: tableA.words[from] ?? 0, length: tableA.words[from + 1] ?? 0 };
    const extentB = { offset: tableB.words[to] ?? 0, length: tableB.words[to + 1] ?? 0 };
    const nameA = nameAt(a, extentA.offset, extentA.length);
    const nameB = nameAt(b, extentB.offset, extentB.length);
    if (nameA === undefined || nameB === undefined || skeletonOf(nameA) !== skeletonOf(nameB))
      follows = false;
    strings.push([extentA, extentB]);
    out[to] = extentB.offset;
    out[to + 1] = extentB.length;
  };
  const inSymbols = (at: number, table: Symtab): boolean => {
    const first = table.symbols[0] ?? Number.POSITIVE_INFINITY;
    return at >= first && at < first + table.symbols.length * SYMBOL_WORDS;
  };
  tableA.strings.forEach((at, k) => {
    const to = tableB.strings[k] ?? 0;
    if (inSymbols(at, tableA) || inSymbols(to, tableB)) {
      if (inSymbols(at, tableA) !== inSymbols(to, tableB)) follows = false;
      return;
    }
    put(at, to);
  });
  const byName = new Map<string, number>();
  for (const at of tableA.symbols) byName.set(irName(a, tableA, at), at);
  for (const to of tableB.symbols) {
    const name = globals(irName(b, tableB, to));
    const at = name === undefined ? undefined : byName.get(name);
    if (at === undefined) {
      follows = false;
      continue;
    }
    out.set(tableA.words.subarray(at, at + SYMBOL_WORDS), to);
    put(at, to);
    put(at + IR_NAME, to + IR_NAME);
  }
  if (!follows) return { strings };
  const content = Buffer.alloc(out.length * 4);
  out.forEach((word, k) => {
    content.writeUInt32LE(word, k * 4);
  });
  return { content, strings };
}

function irName(module: BitcodeModule, table: Symtab, at: number): string {
  return nameAt(module, table.words[at + IR_NAME] ?? 0, table.words[at + IR_NAME + 1] ?? 0) ?? '\0';
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
  for (const at of found) {
    symbols.push(at);
    strings.push(at, at + IR_NAME);
  }
  // As for the names of the module: many symbols that share one long name would be read for ever.
  const total = strings.reduce((sum, at) => sum + (words[at + 1] ?? 0), 0);
  if (total > 16 * (module.strtab?.length ?? 0)) return undefined;
  return { words, strings, symbols };
}
