import type { Elf } from '../elf.js';
import { isRelocationSection } from './relocation.js';
import type { Section } from './section.js';

const DT_JMPREL = 23n;
const DT_BIND_NOW = 24n;
const DT_FLAGS = 30n;
const DF_BIND_NOW = 8n;
const DT_FLAGS_1 = 0x6ffffffbn;
const DF_1_NOW = 1n;

/**
 * The relocations of functions that are bound when they are first called, so that code tells them by their number: a
 * stub of the procedure linkage table pushes it, or it counts from the stub's slot. Undefined where there are none, and
 * where all are bound at the start, each by its own offset.
 * @throws InputError where the dynamic table does not fit the file
 */
export function lazyRelocations(elf: Elf): Section | undefined {
  const entries = elf.dynamic()?.entries ?? [];
  const isNow = entries.some(
    ({ d_tag, d_val }) =>
      d_tag === DT_BIND_NOW ||
      (d_tag === DT_FLAGS && (d_val & DF_BIND_NOW) !== 0n) ||
      (d_tag === DT_FLAGS_1 && (d_val & DF_1_NOW) !== 0n),
  );
  const start = isNow ? undefined : entries.find(({ d_tag }) => d_tag === DT_JMPREL)?.d_val;
  return start === undefined
    ? undefined
    : elf.sections.find((s) => s.sh_addr === start && isRelocationSection(s));
}
