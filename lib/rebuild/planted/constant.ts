import { type Bytes, memoryBytes, sliceBytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { isElf, openElf } from '../../format/elf.js';
import { isRlib, readRlib } from '../../format/rlib.js';

/** A letter of a text in the read-only data of a compiled file. */
export interface Constant {
  /** Of the letter in the file, bytes. */
  readonly offset: number;
  /** The member of the archive, where the file is one. */
  readonly member?: string | undefined;
  /** `.rodata…` */
  readonly section: string;
  /** The text that the letter stands in. */
  readonly text: string;
}

/** Several words in lower case: what a program says to people. To change it changes nothing that a build does. */
const SENTENCE = /[a-z]{3,}(?: [a-z]+){2,}/g;
/** Any other text. */
const TEXT = /[ -~]{6,}/g;
/** Longer texts say no more. */
const LONGEST = 200;

/**
 * The constant that a planted compiler changes: a letter of the longest sentence in `.rodata`, of the first of several,
 * or where there is none of the longest other text. Undefined where the file is neither ELF nor an archive of ELF
 * files, and where it holds no text. The same file has the same one always.
 */
export function findConstant(content: Uint8Array): Constant | undefined {
  const bytes = memoryBytes(content);
  const texts = [...objectsOf(bytes)].flatMap((object) => [...textsOf(object)]);
  return longest(texts.filter(({ sentence }) => sentence)) ?? longest(texts);
}

/** The file with the letter in the other case. */
export function changed(content: Uint8Array, { offset }: Constant): Buffer {
  const copy = Buffer.from(content);
  copy.writeUInt8(copy.readUInt8(offset) ^ 0x20, offset);
  return copy;
}

interface ObjectFile {
  readonly bytes: Bytes;
  readonly start: number;
  readonly member?: string | undefined;
}

function* objectsOf(bytes: Bytes): Generator<ObjectFile> {
  if (isElf(bytes)) yield { bytes, start: 0 };
  if (!isRlib(bytes)) return;
  for (const { kind, name, offset, size } of readRlib(bytes)) {
    const object = sliceBytes(bytes, offset, size);
    if (kind === 'file' && isElf(object)) yield { bytes: object, start: offset, member: name };
  }
}

interface Found extends Constant {
  readonly sentence: boolean;
}

function* textsOf({ bytes, start, member }: ObjectFile): Generator<Found> {
  for (const { name, sh_offset, fileSize } of sectionsOf(bytes)) {
    const content = bytes.read(sh_offset, fileSize).toString('latin1');
    for (const pattern of [SENTENCE, TEXT]) {
      for (const match of content.matchAll(pattern)) {
        const text = match[0].slice(0, LONGEST);
        const letter = middleLetter(text);
        if (letter === undefined) continue;
        const offset = start + sh_offset + match.index + letter;
        yield { offset, member, section: name, text, sentence: pattern === SENTENCE };
      }
    }
  }
}

/** The compiler puts texts one behind the other, so the ends of what looks like one may belong to others. */
function middleLetter(text: string): number | undefined {
  const middle = text.length / 2;
  const letters = [...text.matchAll(/[A-Za-z]/g)].map(({ index }) => index);
  return letters.sort((i, j) => Math.abs(i - middle) - Math.abs(j - middle))[0];
}

/** Read-only data. Metadata, too, is an ELF file in an rlib, but has no such section. */
function sectionsOf(bytes: Bytes) {
  try {
    return openElf(bytes).sections.filter(({ name, fileSize }) => /^\.rodata/.test(name) && fileSize > 0);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

function longest(texts: readonly Found[]): Constant | undefined {
  const [first] = texts;
  if (first === undefined) return undefined;
  const { sentence: _, ...constant } = texts.reduce(
    (best, text) => (text.text.length > best.text.length ? text : best),
    first,
  );
  return constant;
}
