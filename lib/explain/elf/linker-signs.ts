import { LINKER_LABELS } from '../../cause/linker.js';
import type { Elf } from '../../format/elf.js';

const PT_GNU_RELRO = 0x6474e552;
const DT_BIND_NOW = 24n;
const DT_FLAGS = 30n;
const DT_FLAGS_1 = 0x6ffffffbn;

/** Sections that are there or not as the linker was told. */
const CHOSEN = ['.relro_padding', '.hash', '.gnu.hash', '.note.gnu.build-id', '.eh_frame_hdr'] as const;

/** How a linker was run, as far as a linked file says it; one line a sign. */
function signs(elf: Elf): Set<string> {
  const out = new Set<string>();
  for (const { text } of elf.comments())
    for (const label of LINKER_LABELS) for (const match of text.matchAll(label)) out.add(match[0]);
  if (elf.segments.some(({ p_type }) => p_type === PT_GNU_RELRO)) out.add('PT_GNU_RELRO');
  for (const name of CHOSEN) if (elf.section(name) !== undefined) out.add(name);
  for (const { d_tag, d_val } of elf.dynamic()?.entries ?? []) {
    if (d_tag === DT_BIND_NOW) out.add('DT_BIND_NOW');
    if (d_tag === DT_FLAGS) out.add(`DT_FLAGS ${d_val}`);
    if (d_tag === DT_FLAGS_1) out.add(`DT_FLAGS_1 ${d_val}`);
  }
  return out;
}

/** What tells that two linked files were linked by another linker, or one with other options; empty where nothing does. */
export function linkedOtherwise(a: Elf, b: Elf): string[] {
  const [inA, inB] = [signs(a), signs(b)];
  const only = (of: Set<string>, not: Set<string>, side: string): string[] =>
    [...of].filter((sign) => !not.has(sign)).map((sign) => `${sign} only in ${side}`);
  return [...only(inA, inB, 'A'), ...only(inB, inA, 'B')];
}
