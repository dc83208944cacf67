import { InputError } from '../../lib/error.js';

/** A section of a 64-bit little-endian ELF file: where its bytes lie. */
export interface Place {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/**
 * The sections with content of an ELF object, in file order. Written for the objects that rustc makes for
 * x86_64 and nothing else; trustdiff's own reader is not used, so that the two can disagree.
 */
function sectionsOf(object: Buffer): Place[] {
  if (object.readUInt32BE(0) !== 0x7f454c46) throw new InputError('this is no ELF file');
  const tableAt = Number(object.readBigUInt64LE(0x28));
  const count = object.readUInt16LE(0x3c);
  const namesIndex = object.readUInt16LE(0x3e);
  const header = (index: number): Buffer => object.subarray(tableAt + index * 64, tableAt + index * 64 + 64);
  const fieldAt = (index: number, at: number): number => Number(header(index).readBigUInt64LE(at));
  const namesAt = fieldAt(namesIndex, 0x18);
  const places: Place[] = [];
  for (let index = 1; index < count; index += 1) {
    const SHT_NOBITS = 8;
    if (header(index).readUInt32LE(4) === SHT_NOBITS) continue;
    const at = namesAt + header(index).readUInt32LE(0);
    const name = object.toString('latin1', at, object.indexOf(0, at));
    places.push({ name, offset: fieldAt(index, 0x18), size: fieldAt(index, 0x20) });
  }
  return places.sort((x, y) => x.offset - y.offset);
}

export function sectionOf(object: Buffer, name: string): Place {
  const found = sectionsOf(object).find((place) => place.name === name);
  if (found === undefined) throw new InputError(`the object has no section ${name}`);
  return found;
}

/** The offset of the first byte that lies between two sections and in neither. */
export function gapOf(object: Buffer): number {
  let end = 64;
  for (const { offset, size } of sectionsOf(object)) {
    if (offset > end) return end;
    end = Math.max(end, offset + size);
  }
  throw new InputError('the object has no gap between its sections');
}

/** A copy with the byte at `offset` changed. */
export function patched(bytes: Buffer, offset: number, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(change(copy.readUInt8(offset)), offset);
  return copy;
}
