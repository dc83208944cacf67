import { createHash } from 'node:crypto';
import { type Digester, digester } from '../../artefact/digest.js';
import type { Elf } from '../elf.js';
import { SHT_NOBITS, SHT_SYMTAB } from './constant.js';
import { EHDR } from './header.js';
import { SHDR } from './section.js';
import { tableLength } from './table.js';

/** How a linker made a build-id of the rest of the file. */
export type BuildIdMethod =
  /** GNU ld: headers without file offsets, and what sections hold. */
  | 'gnu-ld'
  /** gold, and lld before 5: the file with the id as zeros. */
  | 'whole-file'
  /** lld: the digest of the digests of each MiB of the file with the id as zeros. */
  | 'lld'
  /** lld 15 and later: the same with BLAKE3, cut to the length of an MD5 or SHA-1. */
  | 'lld-blake3';

export type BuildIdCheck =
  | { readonly result: 'matches'; readonly method: BuildIdMethod }
  /** No known method gives it: drawn at random (`--build-id=uuid`), or the file was changed after it was linked. */
  | { readonly result: 'differs' }
  /** It has a length that none of the methods gives: told on the command line, or 8 bytes of lld's `fast`. */
  | { readonly result: 'unknown-method' };

const SHT_STRTAB = 3;
const SHF_ALLOC = 2n;
/** Bytes read at a time; also what lld takes the digest of in its first step. */
const CHUNK = 1 << 20;

/**
 * Whether the build-id is the digest of this very file, so that it says nothing that the rest does not say.
 *
 * `strip`, `objcopy`, BOLT and `patchelf` keep the id of the file they started from: such a file `differs`. Bootstrap
 * strips librustc_driver and rustc that way, but not libstd.
 * @returns undefined where the file has no build-id
 */
export function recomputeBuildId(elf: Elf): BuildIdCheck | undefined {
  const id = elf.buildId();
  if (id === undefined) return undefined;
  const algorithm = id.length === 20 ? 'sha1' : id.length === 16 ? 'md5' : undefined;
  if (algorithm === undefined) return { result: 'unknown-method' };
  for (const method of likelyFirst(elf)) {
    if (digestBy(method, elf, algorithm, id) === id.hex) return { result: 'matches', method };
  }
  return { result: 'differs' };
}

interface StoredId {
  readonly offset: number;
  readonly length: number;
}

function likelyFirst(elf: Elf): readonly BuildIdMethod[] {
  const byLld = elf.comments().some(({ text }) => text.startsWith('Linker: LLD'));
  return byLld
    ? ['lld-blake3', 'lld', 'whole-file', 'gnu-ld']
    : ['gnu-ld', 'whole-file', 'lld', 'lld-blake3'];
}

function digestBy(
  method: BuildIdMethod,
  elf: Elf,
  algorithm: 'sha1' | 'md5',
  id: StoredId,
): string | undefined {
  switch (method) {
    case 'gnu-ld':
      return gnuDigest(elf, algorithm, id);
    case 'whole-file': {
      const hash = createHash(algorithm);
      for (const chunk of chunks(elf, id)) hash.update(chunk);
      return hash.digest('hex');
    }
    case 'lld':
      return treeDigest(elf, id, nodeDigester(algorithm));
    case 'lld-blake3':
      return treeDigest(elf, id, digester('blake3'));
  }
}

/** lld splits the file to digest it on several threads. */
function treeDigest(elf: Elf, id: StoredId, digest: Digester): string {
  const leaves: Buffer[] = [];
  for (const chunk of chunks(elf, id)) {
    digest.update(chunk);
    leaves.push(Buffer.from(digest.take(), 'hex').subarray(0, id.length));
  }
  digest.update(Buffer.concat(leaves));
  return digest.take().slice(0, 2 * id.length);
}

function nodeDigester(algorithm: 'sha1' | 'md5'): Digester {
  let hash = createHash(algorithm);
  return {
    update(chunk) {
      hash.update(chunk);
    },
    take() {
      const hex = hash.digest('hex');
      hash = createHash(algorithm);
      return hex;
    },
  };
}

/** The whole file, with the id as zeros. */
function* chunks(elf: Elf, id: StoredId): Generator<Buffer, void, undefined> {
  for (let at = 0; at < elf.bytes.length; at += CHUNK) {
    const chunk = Buffer.from(elf.bytes.read(at, Math.min(CHUNK, elf.bytes.length - at)));
    const from = Math.max(id.offset - at, 0);
    const to = Math.min(id.offset + id.length - at, chunk.length);
    if (from < to) chunk.fill(0, from, to);
    yield chunk;
  }
}

/**
 * What bfd digests: the ELF header without e_phoff and e_shoff, the program headers, and of each section its header
 * without sh_offset and its content. The note's section is still all zeros then, and the symbol and string tables,
 * which only the linker's last step makes, are not there yet. Seen with GNU ld 2.40.
 */
function gnuDigest(elf: Elf, algorithm: 'sha1' | 'md5', id: StoredId): string | undefined {
  const { header, bytes } = elf;
  if (elf.sectionTable.count === 0 || elf.sectionTable.entrySize !== SHDR[header.class].size)
    return undefined;
  const hash = createHash(algorithm);
  const slots = EHDR[header.class].slots;
  const ehdr = Buffer.from(bytes.read(0, header.size));
  for (const slot of [slots.e_phoff, slots.e_shoff]) ehdr.fill(0, slot.at, slot.at + slot.length);
  hash.update(ehdr);
  hash.update(bytes.read(elf.segmentTable.offset, tableLength(elf.segmentTable)));
  const { sh_offset } = SHDR[header.class].slots;
  for (const section of elf.sections) {
    const shdr = Buffer.from(bytes.read(section.headerOffset, elf.sectionTable.entrySize));
    shdr.fill(0, sh_offset.at, sh_offset.at + sh_offset.length);
    hash.update(shdr);
    const { sh_type, fileSize, sh_offset: start } = section;
    const loaded = (section.sh_flags & SHF_ALLOC) !== 0n;
    if (fileSize === 0 || sh_type === SHT_NOBITS) continue;
    if (sh_type === SHT_SYMTAB || (sh_type === SHT_STRTAB && !loaded)) continue;
    if (id.offset >= start && id.offset < start + fileSize) hash.update(Buffer.alloc(fileSize));
    else {
      for (let at = start; at < start + fileSize; at += CHUNK) {
        hash.update(bytes.read(at, Math.min(CHUNK, start + fileSize - at)));
      }
    }
  }
  return hash.digest('hex');
}
