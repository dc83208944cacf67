import type { Elf } from '../elf.js';
import type { EhFrame } from './eh-frame.js';
import { type Lsda, readLsda } from './lsda.js';
import { DW_EH_PE_indirect } from './pointer-encoding.js';
import type { Section } from './section.js';

/** `.gcc_except_table` of a linked file: one element an LSDA, sorted by place, each place once. */
export interface ExceptTable {
  readonly section: Section;
  /** The section's bytes: what `readLsda` positions count in. */
  readonly content: Uint8Array;
  readonly length: number;
  /** Where each LSDA starts in `content`. */
  readonly at: Uint32Array;
  /** The first FDE that names it. */
  readonly fde: Uint32Array;
  /** Reads one of them; nothing behind the next one's start is touched. */
  lsda(index: number): Lsda;
}

/**
 * Finds the LSDAs through the FDEs that name them, one table a section: BOLT leaves several. An address that lies in
 * no section of the file is left out. In a relocatable file only relocations say which function an LSDA is for, so
 * nothing is found there: call `readLsda` with what they give.
 */
export function readExceptTables(elf: Elf, frame: EhFrame): ExceptTable[] {
  const named = lsdaFdes(frame);
  const sections = elf.sections
    .filter((s) => s.fileSize > 0 && s.sh_addr > 0n && s.sh_addr < BigInt(Number.MAX_SAFE_INTEGER))
    .sort((a, b) => (a.sh_addr < b.sh_addr ? -1 : 1));
  const tables: ExceptTable[] = [];
  let next = 0;
  for (const section of sections) {
    const start = Number(section.sh_addr);
    while (next < named.length && addressOf(frame, named[next]) < start) next += 1;
    const from = next;
    while (next < named.length && addressOf(frame, named[next]) < start + section.fileSize) next += 1;
    if (next > from) tables.push(tableOf(elf, frame, section, named.subarray(from, next)));
  }
  return tables;
}

function tableOf(elf: Elf, frame: EhFrame, section: Section, named: Uint32Array): ExceptTable {
  const base = Number(section.sh_addr);
  const at = new Uint32Array(named.length);
  const fde = new Uint32Array(named.length);
  let length = 0;
  for (const which of named) {
    const place = addressOf(frame, which) - base;
    if (length > 0 && at[length - 1] === place) continue;
    at[length] = place;
    fde[length] = which;
    length += 1;
  }
  const content = Buffer.from(elf.bytes.read(section.sh_offset, section.fileSize));
  return {
    section,
    content,
    length,
    at: at.subarray(0, length),
    fde: fde.subarray(0, length),
    lsda(index) {
      const start = at[index] ?? content.length;
      const limit = index + 1 < length ? (at[index + 1] ?? 0) : content.length;
      return readLsda(content, elf.header, start, limit, section.sh_offset);
    },
  };
}

/** FDEs that have an LSDA, by its address. */
function lsdaFdes(frame: EhFrame): Uint32Array {
  const { cies, cie } = frame;
  const named = new Uint32Array(frame.length);
  let count = 0;
  for (let fde = 0; fde < frame.length; fde += 1) {
    const encoding = cies[cie[fde] ?? 0]?.lsdaEncoding ?? 0;
    if (Number.isNaN(addressOf(frame, fde)) || (encoding & DW_EH_PE_indirect) !== 0) continue;
    named[count] = fde;
    count += 1;
  }
  return named.subarray(0, count).sort((a, b) => addressOf(frame, a) - addressOf(frame, b) || a - b);
}

function addressOf(frame: EhFrame, fde: number | undefined): number {
  return frame.lsda[fde ?? -1] ?? Number.NaN;
}
