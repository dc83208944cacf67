import type { Elf } from '../elf.js';
import { type LineTable, readLineTables } from './dwarf-line.js';
import { DwarfSections, SHF_COMPRESSED } from './dwarf-section.js';
import { type CompileUnit, readCompileUnits } from './dwarf-unit.js';
import type { Section } from './section.js';
import { decodeText } from './string-table.js';

export type { LineTable } from './dwarf-line.js';
export type { DwarfString } from './dwarf-section.js';
export type { CompileUnit } from './dwarf-unit.js';

/** What the debug information says of who made a file, where, and from which sources. */
export interface DwarfStrings {
  /** Names of the debug sections that are compressed (SHF_COMPRESSED, or `.zdebug_*`) and were not read. */
  readonly compressed: readonly string[];
  readonly units: readonly CompileUnit[];
  readonly lineTables: readonly LineTable[];
}

/**
 * DWARF 2 to 5 as far as strings: producer, name and directory of each unit, and the tables of files.
 * @throws InputError where a unit cannot be read
 */
export function readDwarfStrings(elf: Elf): DwarfStrings {
  const sections = new DwarfSections(elf);
  const compressed = elf.sections
    .filter((s) => s.name.startsWith('.zdebug_') || isCompressedDebug(s))
    .map((s) => s.name);
  return { compressed, units: readCompileUnits(sections), lineTables: readLineTables(sections) };
}

/** The strings of `.debug_str` or `.debug_line_str`, one behind the other; one element a string. */
export interface StringSection {
  readonly section: Section;
  readonly content: Buffer;
  readonly length: number;
  /** Where each starts in `content`; it ends at the NUL in front of the next one. */
  readonly start: Float64Array;
  text(index: number): string;
}

/** @returns undefined where there is no such section, or it is compressed */
export function readStringSection(
  elf: Elf,
  name: '.debug_str' | '.debug_line_str',
): StringSection | undefined {
  const section = new DwarfSections(elf).find(name);
  if (section === undefined) return undefined;
  const content = Buffer.from(elf.bytes.read(section.sh_offset, section.fileSize));
  let length = content.at(-1) === 0 ? 0 : 1;
  for (let at = content.indexOf(0); at >= 0; at = content.indexOf(0, at + 1)) length += 1;
  const start = new Float64Array(length);
  for (let index = 1, at = 0; index < length; index += 1) {
    at = content.indexOf(0, at) + 1;
    start[index] = at;
  }
  const endOf = (index: number) =>
    index + 1 < length ? (start[index + 1] ?? 1) - 1 : content.length - (content.at(-1) === 0 ? 1 : 0);
  return {
    section,
    content,
    length,
    start,
    text: (index) => decodeText(content, start[index] ?? content.length, endOf(index)),
  };
}

function isCompressedDebug(section: Section): boolean {
  return section.name.startsWith('.debug_') && (section.sh_flags & SHF_COMPRESSED) !== 0n;
}
