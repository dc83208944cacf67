import { SHT_NOBITS } from '../../format/elf/constant.js';
import type { Sink } from '../../ledger/sink.js';
import { explainField, sameBytes, Words } from './field.js';
import { NOWHERE, offsetOf, sectionOf } from './location.js';
import type { ElfPairing } from './pairing.js';
import { type Piece, startsString } from './piece.js';
import type { StringPairs } from './strings.js';
import type { SymbolPairs } from './symbol-pairs.js';
import type { NamedSymbols } from './view.js';

const STT_SECTION = 3;

type SymbolField = 'st_name' | 'st_value' | 'st_size' | 'st_info' | 'st_other' | 'st_shndx';

/** Where the fields of a symbol are, in stored order: start and length in bytes (gABI, "Symbol Table"). */
const FIELDS: Readonly<Record<32 | 64, readonly (readonly [SymbolField, number, number])[]>> = {
  32: [
    ['st_name', 0, 4],
    ['st_value', 4, 4],
    ['st_size', 8, 4],
    ['st_info', 12, 1],
    ['st_other', 13, 1],
    ['st_shndx', 14, 2],
  ],
  64: [
    ['st_name', 0, 4],
    ['st_info', 4, 1],
    ['st_other', 5, 1],
    ['st_shndx', 6, 2],
    ['st_value', 8, 8],
    ['st_size', 16, 8],
  ],
};

const FROM: Readonly<Record<SymbolField, string>> = {
  st_name: 'where the name is',
  st_value: 'where the thing it names is',
  st_size: 'the length of the thing it names',
  st_info: '',
  st_other: '',
  st_shndx: 'the numbers of sections',
};

/** Two symbol tables; `sink` is that of their section. */
export function explainSymbols(
  pairing: ElfPairing,
  tableA: NamedSymbols,
  tableB: NamedSymbols,
  pairs: SymbolPairs,
  strings: StringPairs | undefined,
  contentA: Uint8Array,
  contentB: Uint8Array,
  sink: Sink,
): void {
  const size = tableA.table.entrySize;
  if (size !== tableB.table.entrySize) {
    sink.change(0, contentA.length, 0, contentB.length);
    return;
  }
  const a = new Words(contentA, pairing.a.elf.header.littleEndian);
  const b = new Words(contentB, pairing.b.elf.header.littleEndian);
  const fields = FIELDS[pairing.a.elf.header.class];
  const taken = new Uint8Array(tableB.length);
  for (let i = 0; i < tableA.length; i += 1) {
    const other = pairs[i] ?? -1;
    const at = i * size;
    if (other < 0) {
      sink.change(at, size, 0, 0);
      continue;
    }
    taken[other] = 1;
    const to = other * size;
    for (const [field, start, length] of fields) {
      // A name that more symbols have now than before was given to one of them.
      const given =
        field === 'st_name' &&
        !tableA.table.isNamedAs(i, tableB.table, other) &&
        tableA.uses(i) !== tableB.uses(other);
      const nameB = tableB.table.st_name[other] ?? 0;
      const expected = given ? undefined : expectedValue(field, i, pairing, tableA, strings, nameB);
      explainField(a, at + start, b, to + start, length, sink, field, FROM[field], expected);
    }
    const last = fields.at(-1);
    const end = last === undefined ? 0 : last[1] + last[2];
    if (end < size && sameBytes(contentA, at + end, contentB, to + end, size - end))
      sink.equal(at + end, to + end, size - end);
    else sink.change(at + end, size - end, to + end, size - end, { reason: 'padding' });
  }
  for (let i = 0; i < tableB.length; i += 1) if (taken[i] === 0) sink.change(0, 0, i * size, size);
  const restA = tableA.length * size;
  const restB = tableB.length * size;
  sink.change(restA, contentA.length - restA, restB, contentB.length - restB, { reason: 'padding' });
}

/**
 * Whether a constant is as long in B. It begins there because a symbol says so: of one that begins elsewhere and is longer or
 * shorter, nothing else says where it should, unless it is a string of many, and begins where another one ends.
 */
function isMeasured({ a, b }: ElfPairing, piece: Piece | undefined): boolean {
  if (piece?.pair === undefined || piece.kind !== 'data' || piece.name === '') return true;
  if (piece.end - piece.start === piece.pair.end - piece.pair.start) return true;
  return startsString(a, piece) && startsString(b, piece.pair);
}

function expectedValue(
  field: SymbolField,
  symbol: number,
  pairing: ElfPairing,
  table: NamedSymbols,
  strings: StringPairs | undefined,
  nameB: number,
): number | undefined {
  const { a, b, correspondence } = pairing;
  switch (field) {
    case 'st_name': {
      return strings?.leadsTo(table.table.st_name[symbol] ?? 0, nameB) === true ? nameB : undefined;
    }
    case 'st_value': {
      // A section's own symbol stands for its start; one of A that does not explains nothing.
      if (table.table.type(symbol) === STT_SECTION && b.relocatable)
        return table.table.st_value[symbol] === 0 ? 0 : undefined;
      const there = correspondence.at(table.location(symbol, a));
      if (there === NOWHERE) return undefined;
      // Where there are no bytes, a piece begins where B's symbol says it does and nothing else does.
      if (
        b.section(sectionOf(there))?.sh_type === SHT_NOBITS &&
        offsetOf(there) !== offsetOf(table.location(symbol, a))
      )
        return undefined;
      if (!isMeasured(pairing, correspondence.pieceOfA(table.location(symbol, a)))) return undefined;
      return b.relocatable ? offsetOf(there) : b.address(sectionOf(there)) + offsetOf(there);
    }
    case 'st_size': {
      const location = table.location(symbol, a);
      const piece = correspondence.pieceOfA(location);
      if (piece?.pair === undefined || piece.start !== offsetOf(location)) return undefined;
      if (b.section(piece.pair.section)?.sh_type === SHT_NOBITS) return undefined;
      // The bytes of data are compared up to the next symbol, whatever this one's size says.
      const grown = piece.pair.end - piece.pair.start - (piece.end - piece.start);
      const asTold = piece.pair.body - piece.pair.start - (piece.body - piece.start);
      if (piece.kind === 'data' && grown !== asTold) return undefined;
      return piece.body - piece.start === table.table.st_size[symbol]
        ? piece.pair.body - piece.pair.start
        : undefined;
    }
    case 'st_shndx': {
      const section = correspondence.sections[table.table.st_shndx[symbol] ?? 0] ?? -1;
      return table.table.isReserved(symbol) || section < 0 ? undefined : section;
    }
    default:
      return undefined;
  }
}
