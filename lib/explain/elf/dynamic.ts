import type { Section } from '../../format/elf/section.js';
import type { Sink } from '../../ledger/sink.js';
import { explainBytes } from '../bytes.js';
import { explainField, Words } from './field.js';
import { NOWHERE, offsetOf, sectionOf } from './location.js';
import type { ElfPairing } from './pairing.js';

/**
 * Tags whose value is an offset in the string table: DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH; DT_CONFIG, DT_DEPAUDIT,
 * DT_AUDIT; DT_AUXILIARY, DT_FILTER.
 */
const NAMES = new Set([1, 14, 15, 29, 0x6ffffefa, 0x6ffffefb, 0x6ffffefc, 0x7ffffffd, 0x7fffffff]);
/**
 * Tags whose value is an address: DT_PLTGOT, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_RELA, DT_INIT, DT_FINI, DT_REL, DT_JMPREL,
 * the arrays, DT_RELR; DT_GNU_HASH, DT_TLSDESC_PLT, DT_TLSDESC_GOT, DT_VERSYM, DT_VERDEF, DT_VERNEED.
 */
const ADDRESSES = new Set([
  3, 4, 5, 6, 7, 12, 13, 17, 23, 25, 26, 32, 36, 0x6ffffef5, 0x6ffffef6, 0x6ffffef7, 0x6ffffff0, 0x6ffffffc,
  0x6ffffffe,
]);
/** Tags whose value is the size of a section, with the section's name. */
const SIZES: Readonly<Record<number, string>> = {
  2: '.rela.plt',
  8: '.rela.dyn',
  10: '.dynstr',
  18: '.rel.dyn',
  27: '.init_array',
  28: '.fini_array',
  33: '.preinit_array',
  35: '.relr.dyn',
};
const DT_RELACOUNT = 0x6ffffff9;

/** Two `.dynamic` sections, entry by entry: addresses, sizes and names follow from the sections they tell of. */
export function explainDynamic(
  pairing: ElfPairing,
  section: Section,
  a: Uint8Array,
  b: Uint8Array,
  sink: Sink,
): void {
  const { class: elfClass, littleEndian } = pairing.a.elf.header;
  const word = elfClass / 8;
  if (a.length !== b.length || a.length % (2 * word) !== 0) {
    explainBytes(a, b, sink);
    return;
  }
  const wordsA = new Words(a, littleEndian);
  const wordsB = new Words(b, littleEndian);
  for (let at = 0; at < a.length; at += 2 * word) {
    const tag = wordsA.number(at, word);
    const same = tag === wordsB.number(at, word);
    explainField(wordsA, at, wordsB, at, word, sink, 'd_tag', '', undefined);
    const value = wordsA.number(at + word, word);
    const expected = same ? expectedValue(pairing, section, tag, value) : undefined;
    explainField(
      wordsA,
      at + word,
      wordsB,
      at + word,
      word,
      sink,
      'd_val',
      'the sections it tells of',
      expected,
    );
  }
}

function expectedValue(
  pairing: ElfPairing,
  section: Section,
  tag: number,
  value: number,
): number | undefined {
  const { a, b, correspondence, strings } = pairing;
  if (NAMES.has(tag)) {
    const offset = strings.get(section.sh_link)?.offset(value) ?? -1;
    return offset < 0 ? undefined : offset;
  }
  const sized = SIZES[tag];
  if (sized !== undefined) {
    const from = a.elf.section(sized);
    return from?.fileSize === value ? b.elf.section(sized)?.fileSize : undefined;
  }
  if (tag === DT_RELACOUNT) return a.relativeCount() === value ? b.relativeCount() : undefined;
  // Numbers that are no addresses may well look like one.
  if (!ADDRESSES.has(tag)) return undefined;
  // The start of a section, or a place in one.
  const start = a.elf.sections.find(
    (s) => s.index > 0 && Number(s.sh_addr) === value && (s.sh_flags & 2n) !== 0n,
  );
  const other = start === undefined ? undefined : b.section(correspondence.sections[start.index] ?? -1);
  if (other !== undefined) return Number(other.sh_addr);
  const there = correspondence.at(a.locate(value));
  return there === NOWHERE ? undefined : b.address(sectionOf(there)) + offsetOf(there);
}
