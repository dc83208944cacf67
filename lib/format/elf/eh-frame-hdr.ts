import type { Elf } from '../elf.js';
import { type EhFrame, readEhFrame } from './eh-frame.js';
import { DW_EH_PE_omit } from './pointer-encoding.js';
import type { Section } from './section.js';

/** `version`, `eh_frame_ptr_enc`, `fde_count_enc`, `table_enc`. */
const HEADER = 4;
/** pcrel | sdata4, datarel | sdata4, udata4: what every linker writes. */
const [POINTER, TABLE, COUNT] = [0x1b, 0x3b, 0x03];

/** One part of `.eh_frame_hdr`, for naming its bytes. Offsets are in the file. */
export interface EhFrameHdr {
  readonly section: Section;
  readonly pointerOffset: number;
  readonly countOffset: number | undefined;
  readonly count: number;
  /** Pairs of function address and FDE address, each 4 bytes, relative to the section. */
  readonly tableOffset: number | undefined;
}

/**
 * The layout of `.eh_frame_hdr` (LSB 5, "The .eh_frame_hdr section").
 * @returns undefined where there is none, its encodings are not those every linker writes, or it is too short
 */
export function readEhFrameHdr(elf: Elf): EhFrameHdr | undefined {
  const section = elf.section('.eh_frame_hdr');
  if (section === undefined || section.fileSize < HEADER + 4) return undefined;
  const head = Buffer.from(elf.bytes.read(section.sh_offset, Math.min(section.fileSize, HEADER + 8)));
  if (head[0] !== 1 || head[1] !== POINTER) return undefined;
  const pointerOffset = section.sh_offset + HEADER;
  if (head[2] === DW_EH_PE_omit && head[3] === DW_EH_PE_omit) {
    return { section, pointerOffset, countOffset: undefined, count: 0, tableOffset: undefined };
  }
  if (head[2] !== COUNT || head[3] !== TABLE || head.length < HEADER + 8) return undefined;
  const count = elf.header.littleEndian ? head.readUInt32LE(8) : head.readUInt32BE(8);
  if (HEADER + 8 + 8 * count > section.fileSize) return undefined;
  return { section, pointerOffset, countOffset: pointerOffset + 4, count, tableOffset: pointerOffset + 8 };
}

/**
 * Whether `.eh_frame_hdr` is, byte for byte, what the FDEs of `.eh_frame` and the addresses of both sections make it.
 * @throws InputError where `.eh_frame` cannot be read
 */
export function ehFrameHdrFollows(elf: Elf, frame: EhFrame | undefined = readEhFrame(elf)): boolean {
  const section = elf.section('.eh_frame_hdr');
  const made = frame === undefined ? undefined : recomputeEhFrameHdr(elf, frame);
  if (section === undefined || made === undefined) return false;
  return elf.bytes.read(section.sh_offset, section.fileSize).equals(made);
}

/**
 * The section made anew: one pair an FDE, sorted by function, or, where that is what the stored count says, one a
 * function (lld keeps the first of several FDEs for one address).
 * @returns undefined where an address is not known or does not fit, or the section's size is another
 */
export function recomputeEhFrameHdr(elf: Elf, frame: EhFrame): Buffer | undefined {
  const header = readEhFrameHdr(elf);
  if (header === undefined) return undefined;
  const { section, tableOffset } = header;
  const base = Number(section.sh_addr);
  const frameAt = Number(frame.section.sh_addr);
  const made = Buffer.alloc(section.fileSize);
  const put = (at: number, value: number) => {
    // Callers see to it that the value fits.
    if (elf.header.littleEndian) made.writeInt32LE(value, at);
    else made.writeInt32BE(value, at);
  };
  made.set(elf.bytes.read(section.sh_offset, HEADER));
  const toFrame = frameAt - (base + HEADER);
  if (!fits(toFrame)) return undefined;
  put(HEADER, toFrame);
  if (tableOffset === undefined) return made;
  const fdes = sortedFdes(frame, header.count);
  if (fdes.length !== header.count || section.fileSize !== HEADER + 8 + 8 * fdes.length) return undefined;
  put(8, fdes.length | 0);
  for (const [index, fde] of fdes.entries()) {
    const code = (frame.pcBegin[fde] ?? Number.NaN) - base;
    const record = (frame.offset[fde] ?? 0) - frame.section.sh_offset + frameAt - base;
    if (!fits(code) || !fits(record)) return undefined;
    put(HEADER + 8 + 8 * index, code);
    put(HEADER + 12 + 8 * index, record);
  }
  return made;
}

function sortedFdes(frame: EhFrame, count: number): Uint32Array {
  const { pcBegin } = frame;
  const all = Uint32Array.from({ length: frame.length }, (_, fde) => fde);
  all.sort((a, b) => (pcBegin[a] ?? 0) - (pcBegin[b] ?? 0) || a - b);
  if (count === frame.length) return all;
  return all.filter((fde, index) => index === 0 || pcBegin[fde] !== pcBegin[all[index - 1] ?? 0]);
}

function fits(value: number): boolean {
  return value === (value | 0);
}
