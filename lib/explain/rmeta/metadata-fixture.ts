import { readFileSync } from 'node:fs';
import { memoryBytes } from '../../artefact/bytes.js';
import { openElf } from '../../format/elf.js';
import { readRlib } from '../../format/rlib.js';

/** The crate metadata of an rlib of corpus/pairs, as they stand in section `.rmeta` of its `lib.rmeta`. */
export function corpusMetadata(path: string): Buffer {
  const rlib = readFileSync(`corpus/pairs/${path}`);
  const member = readRlib(memoryBytes(rlib)).find((m) => m.name === 'lib.rmeta');
  if (member === undefined) throw new Error(`${path} has no metadata`);
  const object = rlib.subarray(member.offset, member.offset + member.size);
  const section = openElf(memoryBytes(object)).section('.rmeta');
  if (section === undefined) throw new Error(`${path} has no section .rmeta`);
  return Buffer.from(object.subarray(section.sh_offset, section.sh_offset + section.fileSize));
}
