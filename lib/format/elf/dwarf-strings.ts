import type { Elf } from '../elf.js';
import { type LineTable, readLineTables } from './dwarf-line.js';
import { DwarfSections, SHF_COMPRESSED } from './dwarf-section.js';
import { type CompileUnit, readCompileUnits } from './dwarf-unit.js';
import type { Section } from './section.js';

export type { LineTable } from './dwarf-line.js';
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

function isCompressedDebug(section: Section): boolean {
  return section.name.startsWith('.debug_') && (section.sh_flags & SHF_COMPRESSED) !== 0n;
}
