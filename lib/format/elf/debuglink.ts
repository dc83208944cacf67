import { InputError } from '../../error.js';
import type { Elf } from '../elf.js';
import type { PlacedString } from './comment.js';
import type { Place } from './place.js';
import { decodeText } from './string-table.js';

/**
 * `.gnu_debuglink`: the name of the file with the debug information, and that file's CRC-32 (GDB manual, "Separate
 * Debug Files"). The CRC is of the other file, so this one alone cannot show where it comes from.
 */
export interface DebugLink {
  readonly name: PlacedString;
  /** Zeros up to the next multiple of four. */
  readonly padding: Place;
  readonly crc: Place & { readonly value: number };
}

/** @throws InputError where the section is not a name, zeros and four bytes */
export function readDebugLink(elf: Elf): DebugLink | undefined {
  const section = elf.section('.gnu_debuglink');
  if (section === undefined || section.fileSize === 0) return undefined;
  const offset = section.sh_offset;
  const content = Buffer.from(elf.bytes.read(offset, section.fileSize));
  const end = content.indexOf(0);
  const crcAt = (end + 4) & ~3;
  if (end < 0 || content.length !== crcAt + 4 || content.subarray(end, crcAt).some((byte) => byte !== 0)) {
    throw new InputError('.gnu_debuglink is not a name and a checksum', { offset });
  }
  return {
    name: { text: decodeText(content, 0, end), offset },
    padding: { offset: offset + end + 1, length: crcAt - end - 1 },
    crc: {
      offset: offset + crcAt,
      length: 4,
      value: elf.header.littleEndian ? content.readUInt32LE(crcAt) : content.readUInt32BE(crcAt),
    },
  };
}
