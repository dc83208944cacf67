import { type Bytes, memoryBytes, sliceBytes } from '../artefact/bytes.js';
import { InputError } from '../error.js';
import { isElf, openElf } from './elf.js';
import { isRlib, readRlib } from './rlib.js';
import { leb128End, leb128Value } from './rmeta/leb128.js';
import { snappyStart } from './snappy.js';

/** What a crate's metadata says in front of everything else. Offsets are in the file that was given. */
export interface Rmeta {
  /** The format's version: 6 in rustc 1.63, 9 in 1.84 and 1.85, 10 in 1.95 to 1.97. */
  readonly version: number;
  /** What the compiler that wrote it calls itself: `rustc 1.85.0 (4d91de4e4 2025-02-17)`. */
  readonly rustc: string;
  /** Where it lies: `lib.rmeta, section .rmeta`, `section .rustc`, or empty for a bare file. */
  readonly place: string;
  /** Where the metadata start in the file; of compressed metadata, where the compressed stream starts. */
  readonly offset: number;
  /** Bytes of the metadata, or of the compressed stream; without what a linker put behind them. */
  readonly length: number;
  readonly compressed: boolean;
  /** Position of the crate root, from the start of the (decoded) metadata. */
  readonly rootPosition: number;
  /** From the crate root; only versions 9 and 10, uncompressed, put it there. */
  readonly crate?: CrateHeader | undefined;
}

/** `CrateHeader` of rustc_metadata: the first fields of the crate root since rust-lang/rust #113695. */
export interface CrateHeader {
  /** The target the crate was compiled for. */
  readonly triple: string;
  /** The SVH (crate hash), lower-case hex as `rustc -Zls=root` prints it: the last stored byte first. */
  readonly hash: string;
  /** Absent where the name is a number in the compiler's own list of symbols (`core`, `std`), or is not to be read. */
  readonly name?: string | undefined;
}

const MAGIC = Buffer.from('rust\0\0\0', 'latin1');
/** Magic, position, length of the string, and the string: real ones have fewer than 100 bytes. */
const START = 4096;
const LONGEST_VERSION = 1024;
/** Bytes of a compressed stream that hold its first chunk, whatever it was compressed to. */
const FIRST_CHUNK = 1 << 17;

/**
 * The metadata header of an rlib, an .rmeta file, or a Rust dylib.
 *
 * Versions and what they changed: 6 (1.63) has a 32-bit big-endian root position, and dylibs compress everything
 * behind the first eight bytes with snappy; 7 (#101550) puts the compressed length in front of it, since linkers
 * pad the section; #113695 stops compressing; 9 (#118344) makes length and position 64-bit little-endian.
 * @returns undefined where the file carries no metadata
 * @throws InputError where it does, but not in a form that rustc writes
 */
export function findRmeta(bytes: Bytes): Rmeta | undefined {
  if (isRlib(bytes)) {
    const member = readRlib(bytes).find((m) => m.name === 'lib.rmeta');
    if (member === undefined) return undefined;
    const found = findRmeta(sliceBytes(bytes, member.offset, member.size));
    if (found === undefined) return undefined;
    const place = found.place === '' ? 'lib.rmeta' : `lib.rmeta, ${found.place}`;
    return { ...found, place, offset: member.offset + found.offset };
  }
  if (isElf(bytes)) {
    const elf = openElf(bytes);
    const section = elf.section('.rmeta') ?? elf.section('.rustc');
    if (section === undefined || section.fileSize === 0) return undefined;
    const content = sliceBytes(bytes, section.sh_offset, section.fileSize);
    const found = section.name === '.rustc' ? readDylibMetadata(content) : readRmeta(content);
    return { ...found, place: `section ${section.name}`, offset: section.sh_offset + found.offset };
  }
  return isRmeta(bytes) ? readRmeta(bytes) : undefined;
}

/** Metadata as an .rmeta file holds them. @throws InputError where they do not start as rustc writes them */
function readRmeta(bytes: Bytes): Rmeta {
  const start = Buffer.from(bytes.read(0, Math.min(START, bytes.length)));
  const version = versionOf(start);
  const wide = version >= 9;
  const header = wide ? 16 : 12;
  if (start.length < header) throw new InputError('the metadata header is cut off', { offset: 0 });
  const rootPosition = wide ? readLength(start, 8) : start.readUInt32BE(8);
  const rustc = readString(start, header);
  if (!rustc.text.startsWith('rustc ')) {
    throw new InputError('the metadata header has no version string', { offset: header });
  }
  const crate = wide ? readCrateHeader(bytes, rootPosition) : undefined;
  const { length } = bytes;
  return { version, rustc: rustc.text, place: '', offset: 0, length, compressed: false, rootPosition, crate };
}

/** Whether a content starts as an .rmeta file does. */
export function isRmeta(bytes: Bytes): boolean {
  return bytes.length >= MAGIC.length && bytes.read(0, MAGIC.length).equals(MAGIC);
}

function versionOf(start: Buffer): number {
  const version = start[MAGIC.length];
  if (version === undefined || !start.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new InputError('the content does not start as crate metadata do', { offset: 0 });
  }
  if (version < 5 || version > 10) {
    throw new InputError(`crate metadata of version ${version} are not known; 5 to 10 are`, { offset: 7 });
  }
  return version;
}

/** The section `.rustc`: magic and version once more, a length (since 7), then the metadata or a snappy stream. */
function readDylibMetadata(section: Bytes): Rmeta {
  const start = Buffer.from(section.read(0, Math.min(16, section.length)));
  const version = versionOf(start);
  const header = version >= 9 ? 16 : version >= 7 ? 12 : 8;
  if (start.length < header) throw new InputError('the metadata header is cut off', { offset: 0 });
  const room = section.length - header;
  const length = version >= 9 ? readLength(start, 8) : version >= 7 ? start.readUInt32BE(8) : room;
  if (length > room) {
    throw new InputError(`the metadata should have ${length} bytes, but the section has ${room}`, {
      offset: 8,
    });
  }
  const body = sliceBytes(section, header, length);
  if (isRmeta(body)) return { ...readRmeta(body), offset: header };
  const decoded = snappyStart(Buffer.from(body.read(0, Math.min(FIRST_CHUNK, length))), header);
  const inner = readRmeta(memoryBytes(decoded));
  return { ...inner, offset: header, length, compressed: true, crate: undefined };
}

function readLength(start: Buffer, at: number): number {
  const value = start.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new InputError(`the metadata header says ${value}: no file is that long`, { offset: at });
  }
  return Number(value);
}

/** A string as rustc_serialize writes it: LEB128 length, UTF-8, and 0xc1, which no UTF-8 has. */
function readString(start: Buffer, at: number): { readonly text: string; readonly end: number } {
  let length = 0;
  let next = at;
  for (let shift = 0; ; shift += 7) {
    const byte = start[next];
    if (byte === undefined || shift > 21)
      throw new InputError('a string in the metadata is cut off', { offset: at });
    next += 1;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const end = next + length;
  if (length > LONGEST_VERSION || start[end] !== 0xc1) {
    throw new InputError('a string in the metadata does not end where it should', { offset: at });
  }
  return { text: start.toString('utf8', next, end), end: end + 1 };
}

/** Tags of `Symbol`: the text follows, or the position of where it stands already, or a number in the compiler's list. */
const SYMBOL_STR = 0;
const SYMBOL_OFFSET = 1;
/** Bytes that hold any crate's name with its length. */
const LONGEST_NAME = 512;

function readCrateHeader(bytes: Bytes, rootPosition: number): CrateHeader | undefined {
  if (rootPosition >= bytes.length) {
    throw new InputError(
      `the crate root is at ${rootPosition}, but the metadata have ${bytes.length} bytes`,
      {
        offset: 8,
      },
    );
  }
  const root = Buffer.from(bytes.read(rootPosition, Math.min(512, bytes.length - rootPosition)));
  try {
    if (root[0] !== 0) return undefined; // not a TargetTuple::TargetTuple: a target of one's own
    const triple = readString(root, 1);
    const hash = root.subarray(triple.end, triple.end + 16);
    if (!/^[a-z0-9_.-]+$/.test(triple.text) || hash.length < 16) return undefined;
    const name = readSymbol(bytes, root, triple.end + 16);
    return {
      triple: triple.text,
      hash: Buffer.from(hash).reverse().toString('hex'),
      ...(name !== undefined && { name }),
    };
  } catch {
    return undefined; // the root is not part of the header, and its form may change within a version
  }
}

/** The name of a crate whose `Symbol` stands at `at` of its root; the same name may be written in either way. */
function readSymbol(bytes: Bytes, root: Buffer, at: number): string | undefined {
  if (root[at] === SYMBOL_STR) return readString(root, at + 1).text;
  if (root[at] !== SYMBOL_OFFSET) return undefined;
  const end = leb128End(root, at + 1);
  const position = end < 0 ? bytes.length : leb128Value(root, at + 1, end);
  if (position >= bytes.length) return undefined;
  return readString(Buffer.from(bytes.read(position, Math.min(LONGEST_NAME, bytes.length - position))), 0)
    .text;
}
