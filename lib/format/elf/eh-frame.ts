import { InputError } from '../../error.js';
import type { Elf } from '../elf.js';
import { type Cie, readCie } from './cie.js';
import { DwarfCursor } from './dwarf-cursor.js';
import type { Place } from './place.js';
import { DW_EH_PE_omit, type PointerBases, readPointer, readValue } from './pointer-encoding.js';
import type { Section } from './section.js';

export type { Cie } from './cie.js';

const ET_REL = 1;
/** CIEs of one file: linkers merge them, so that a real one has fewer than ten. */
const MOST_CIES = 1 << 16;

/**
 * The records of `.eh_frame` (LSB 5, "Exception Frames"): the CIEs as objects, being few, the FDEs as columns,
 * one element an FDE, in stored order.
 *
 * Offsets are in the file, addresses the file's own. An address is NaN where it is not known: in a relocatable
 * file (the relocation at the field's offset gives it), relative to text or function, or 2^53 and more.
 */
export interface EhFrame {
  readonly section: Section;
  readonly cies: readonly Cie[];
  /** How many FDEs there are. */
  readonly length: number;
  readonly offset: Float64Array;
  /** Of the whole record, its length field included. */
  readonly recordLength: Uint32Array;
  /** Where the CIE pointer (4 bytes) lies. */
  readonly ciePointer: Float64Array;
  /** Index in `cies`. */
  readonly cie: Uint32Array;
  readonly pcBegin: Float64Array;
  readonly pcBeginOffset: Float64Array;
  readonly pcBeginLength: Uint8Array;
  /** Bytes of code. */
  readonly pcRange: Float64Array;
  readonly pcRangeOffset: Float64Array;
  readonly pcRangeLength: Uint8Array;
  /** NaN where there is none. With DW_EH_PE_indirect (of the CIE's `lsdaEncoding`) the address of a pointer to it. */
  readonly lsda: Float64Array;
  readonly lsdaOffset: Float64Array;
  /** 0 where the FDE has no such field. */
  readonly lsdaLength: Uint8Array;
  /** The instructions, padding included, up to the end of the record. */
  readonly instructionsOffset: Float64Array;
  /** Words of zero, which end the section, and say so to a program that walks it. */
  readonly terminators: readonly Place[];
}

/**
 * @returns undefined where the file has no such section
 * @throws InputError where a record goes beyond the section, an FDE names what is no CIE before it, or a CIE has
 * an augmentation whose length is not told
 */
export function readEhFrame(elf: Elf, section = elf.section('.eh_frame')): EhFrame | undefined {
  if (section === undefined) return undefined;
  return new EhFrameReader(elf, section).read();
}

class EhFrameReader {
  private readonly cursor: DwarfCursor;
  private readonly cies: Cie[] = [];
  /** Position of a CIE in the section to its index. */
  private readonly cieAt = new Map<number, number>();
  private readonly bases: PointerBases;
  /** Where the section lies in the file. */
  private readonly start: number;

  constructor(
    elf: Elf,
    private readonly section: Section,
  ) {
    const stored = section.fileSize > 0 ? elf.bytes.read(section.sh_offset, section.fileSize) : [];
    const content = Buffer.from(stored);
    this.start = section.sh_offset;
    this.cursor = new DwarfCursor(content, elf.header, this.start, section.name);
    this.bases = { section: elf.header.e_type === ET_REL ? Number.NaN : Number(section.sh_addr) };
  }

  read(): EhFrame {
    const { cursor, start } = this;
    const size = cursor.content.length;
    const { count, terminators } = this.count();
    const frame = allocate(this.section, this.cies, terminators, count);
    let fde = 0;
    cursor.seek(0);
    while (cursor.at < size) {
      const at = cursor.at;
      const end = this.enter();
      if (end === cursor.at) continue;
      const idAt = cursor.at;
      const id = cursor.u32();
      if (id === 0) this.addCie(at, end);
      else {
        const cie = this.cieAt.get(idAt - id);
        if (cie === undefined) {
          throw new InputError(`an entry of ${this.section.name} names no CIE before it`, {
            offset: start + idAt,
          });
        }
        frame.offset[fde] = start + at;
        frame.recordLength[fde] = end - at;
        frame.ciePointer[fde] = start + idAt;
        frame.cie[fde] = cie;
        this.readFde(frame, fde, this.cies[cie] as Cie);
        fde += 1;
      }
      cursor.seek(end, size);
    }
    return frame;
  }

  /** How many FDEs there are, and the words of zero, without reading the records. */
  private count(): { count: number; terminators: Place[] } {
    const { cursor } = this;
    const size = cursor.content.length;
    const terminators: Place[] = [];
    let count = 0;
    while (cursor.at < size) {
      const at = cursor.at;
      const end = this.enter();
      const last = terminators.at(-1);
      if (end > cursor.at) count += cursor.u32() === 0 ? 0 : 1;
      else if (last !== undefined && last.offset + last.length === this.start + at) {
        terminators[terminators.length - 1] = { offset: last.offset, length: last.length + end - at };
      } else terminators.push({ offset: this.start + at, length: end - at });
      cursor.seek(end, size);
    }
    return { count, terminators };
  }

  /** Reads a record's length, and sets the limit to its end, which it returns. */
  private enter(): number {
    const { cursor } = this;
    cursor.limit = cursor.content.length;
    const short = cursor.u32();
    const length = short === 0xffffffff ? cursor.u64() : short;
    const end = cursor.at + length;
    if (!(end <= cursor.content.length)) throw cursor.error('a record goes beyond the end of the section');
    cursor.limit = end;
    return end;
  }

  private addCie(at: number, end: number): void {
    if (this.cies.length >= MOST_CIES) throw this.cursor.error(`there are more than ${MOST_CIES} CIEs`);
    this.cieAt.set(at, this.cies.length);
    this.cies.push(readCie(this.cursor, at, end, this.bases.section));
  }

  private readFde(frame: EhFrame, fde: number, cie: Cie): void {
    const { cursor, start } = this;
    const beginAt = cursor.at;
    frame.pcBegin[fde] = readPointer(cursor, cie.pointerEncoding, this.bases);
    const rangeAt = cursor.at;
    // Only the format counts for the range: it is a length, relative to nothing.
    frame.pcRange[fde] = readValue(cursor, cie.pointerEncoding & 0x07);
    frame.pcBeginOffset[fde] = start + beginAt;
    frame.pcBeginLength[fde] = rangeAt - beginAt;
    frame.pcRangeOffset[fde] = start + rangeAt;
    frame.pcRangeLength[fde] = cursor.at - rangeAt;
    frame.lsda[fde] = Number.NaN;
    if (cie.sized) {
      const length = cursor.uleb128();
      const dataEnd = cursor.at + length;
      if (!(dataEnd <= cursor.limit)) throw cursor.error('the augmentation of an FDE goes beyond its end');
      if (cie.lsdaEncoding !== DW_EH_PE_omit && length > 0) this.readLsdaField(frame, fde, cie, dataEnd);
      cursor.seek(dataEnd);
    }
    frame.instructionsOffset[fde] = start + cursor.at;
  }

  private readLsdaField(frame: EhFrame, fde: number, cie: Cie, dataEnd: number): void {
    const { cursor } = this;
    const at = cursor.at;
    const stored = readValue(cursor, cie.lsdaEncoding & 0x0f);
    const length = cursor.at - at;
    if (cursor.at > dataEnd) throw cursor.error('the LSDA of an FDE goes beyond the augmentation');
    frame.lsdaOffset[fde] = this.start + at;
    frame.lsdaLength[fde] = length;
    // A stored 0 says that the function has none, whatever it would be relative to.
    if (stored === 0) return;
    cursor.at = at;
    frame.lsda[fde] = readPointer(cursor, cie.lsdaEncoding, this.bases);
  }
}

function allocate(
  section: Section,
  cies: readonly Cie[],
  terminators: readonly Place[],
  length: number,
): EhFrame {
  return {
    section,
    cies,
    length,
    offset: new Float64Array(length),
    recordLength: new Uint32Array(length),
    ciePointer: new Float64Array(length),
    cie: new Uint32Array(length),
    pcBegin: new Float64Array(length),
    pcBeginOffset: new Float64Array(length),
    pcBeginLength: new Uint8Array(length),
    pcRange: new Float64Array(length),
    pcRangeOffset: new Float64Array(length),
    pcRangeLength: new Uint8Array(length),
    lsda: new Float64Array(length),
    lsdaOffset: new Float64Array(length),
    lsdaLength: new Uint8Array(length),
    instructionsOffset: new Float64Array(length),
    terminators,
  };
}
