import { InputError } from '../../error.js';
import { type CompileUnit, readDwarfStrings } from '../../format/elf/dwarf-strings.js';
import type { Sink } from '../../ledger/sink.js';
import type { ElfView } from './view.js';

/** What a unit says of who made it and where. */
const FIELDS = [
  ['DW_AT_producer', 'producer'],
  ['DW_AT_comp_dir', 'compDir'],
] as const satisfies readonly (readonly [string, keyof CompileUnit])[];

/** Names that differ and are told. */
const MAX_TOLD = 3;

/** Tells what the debug information of the two does not agree on: producers, and the directories they ran in. */
export function noteDebug(a: ElfView, b: ElfView, sink: Sink): void {
  if (a.elf.debugSections().length === 0 || b.elf.debugSections().length === 0) return;
  try {
    const [of, other] = [readDwarfStrings(a.elf), readDwarfStrings(b.elf)];
    for (const [name, field] of FIELDS) {
      const inA = textsOf(of.units, field);
      const inB = textsOf(other.units, field);
      const onlyA = [...inA].filter((text) => !inB.has(text));
      const onlyB = [...inB].filter((text) => !inA.has(text));
      if (onlyA.length + onlyB.length > 0)
        sink.note(`${name}: ${told(onlyA)} only in A, ${told(onlyB)} only in B`);
    }
    const compressed = [...new Set([...of.compressed, ...other.compressed])];
    if (compressed.length > 0) sink.note(`compressed, not read: ${told(compressed)}`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    sink.note(`the debug information is not read: ${error.message}`);
  }
}

function textsOf(units: readonly CompileUnit[], field: 'producer' | 'compDir'): Set<string> {
  return new Set(units.flatMap((unit) => unit[field]?.text ?? []));
}

function told(texts: readonly string[]): string {
  if (texts.length === 0) return 'nothing';
  const more = texts.length > MAX_TOLD ? ` and ${texts.length - MAX_TOLD} more` : '';
  return `${texts.slice(0, MAX_TOLD).join(', ')}${more}`;
}
