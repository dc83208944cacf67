import type { Sink } from '../../ledger/sink.js';
import type { Code } from '../../machine/code.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import { firstPatch } from './patch.js';
import type { Piece } from './piece.js';
import { fileOffset, type ResizedTexts } from './text.js';
import type { ElfView } from './view.js';

const EM_X86_64 = 62;
const R_X86_64_PC32 = 2;

/** Bytes of `lea r64, [rip + disp32]`, and of what stands before its field. */
const LEA = 7;
const BEFORE_FIELD = 3;
/** Bytes of the constant of `mov r32, imm32`. */
const CONSTANT = 4;
/** Instructions between the two. */
const MOST_BETWEEN = 4;
/** `mov` to what the last bits of its second byte say, and to what those before them do. */
const MOV_TO = 0x89;
const MOV_FROM = 0x8b;

/**
 * Registers in which a pointer and a length are passed together, or returned: two that follow each other in the System V
 * ABI, where Rust puts a `&str`.
 */
const BEHIND: ReadonlyMap<number, number> = new Map([
  [7, 6],
  [6, 2],
  [2, 1],
  [1, 8],
  [8, 9],
  [0, 2],
]);

/** A constant of code that may tell how long a text is. Offsets in the section. */
export interface CodeLength {
  readonly at: number;
  /** Where the `lea` stands that gives the address of the text. */
  readonly lea: number;
}

const NONE: readonly CodeLength[] = [];

/**
 * Constants of code that tell how long a text is: `lea rdi, [rip + text]` and, behind it, `mov esi, length`. Of x86-64
 * alone. They serve to find those that stayed where their text got longer or shorter. One that changed with its text is
 * not proved by it: other code may jump between the two with the address of something else.
 */
export class CodeLengths {
  constructor(readonly resized: ResizedTexts) {}

  /** Where such constants may stand in a function of A, in their order. */
  of(code: Code, piece: Piece): readonly CodeLength[] {
    const { a } = this.resized.pairing;
    if (this.resized.starts.size === 0 || a.elf.header.e_machine !== EM_X86_64) return NONE;
    const found: CodeLength[] = [];
    for (const lea of leasOf(code)) {
      const at = constantBehind(code, lea);
      if (at >= 0 && this.resized.starts.has(textOf(a, code, piece, lea))) found.push({ at, lea });
    }
    return found.sort((x, y) => x.at - y.at);
  }

  /**
   * Tells a constant of A that stands at `b` too, if it is the length of a text, and nothing else, on one side at least.
   * @returns false where it is on none: nothing was told then
   */
  tell(
    codeA: Code,
    piece: Piece,
    { at: a, lea }: CodeLength,
    codeB: Code,
    pair: Piece,
    b: number,
    sink: Sink,
  ): boolean {
    const { pairing } = this.resized;
    const leaB = b - (a - lea);
    if (leaB < codeB.start || !isLea(codeB.bytes, leaB) || constantBehind(codeB, leaB) !== b) return false;
    const textA = textOf(pairing.a, codeA, piece, lea);
    const textB = textOf(pairing.b, codeB, pair, leaB);
    if (textA === NOWHERE || textB === NOWHERE) return false;
    const inA = this.resized.measures('a', constantAt(codeA, a), textA);
    const inB = this.resized.measures('b', constantAt(codeB, b), textB);
    if (!inA && !inB) return false;
    const texts = {
      a: fileOffset(pairing.a, textA) - fileOffset(pairing.a, locationOf(piece.section, codeA.start)),
      b: fileOffset(pairing.b, textB) - fileOffset(pairing.b, locationOf(pair.section, codeB.start)),
      littleEndian: true,
    };
    sink.measured(a - codeA.start, b - codeB.start, CONSTANT, texts, { reason: 'code', field: 'length' });
    return true;
  }
}

function constantAt({ bytes }: Code, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, CONSTANT).getUint32(0, true);
}

/** Where a `lea` relative to the next instruction may begin. */
function* leasOf({ bytes, start, end }: Code): Iterable<number> {
  for (
    let at = bytes.indexOf(0x8d, start + 1);
    at > 0 && at + LEA - 1 <= end;
    at = bytes.indexOf(0x8d, at + 1)
  )
    if (isLea(bytes, at - 1)) yield at - 1;
}

function isLea(bytes: Uint8Array, at: number): boolean {
  const prefix = bytes[at] ?? 0;
  return (
    (prefix === 0x48 || prefix === 0x4c) && bytes[at + 1] === 0x8d && ((bytes[at + 2] ?? 0) & 0xc7) === 5
  );
}

/** The place of the constant that is put into the register behind that of a `lea`; -1 where none is. */
function constantBehind({ bytes, end }: Code, lea: number): number {
  const pointer = registerOf(bytes, lea);
  const length = BEHIND.get(pointer);
  if (length === undefined) return -1;
  let at = lea + LEA;
  for (let i = 0; i <= MOST_BETWEEN; i += 1) {
    const high = bytes[at] === 0x41 ? 1 : 0;
    const isMove = ((bytes[at + high] ?? 0) & 0xf8) === 0xb8;
    if (isMove && ((bytes[at + high] ?? 0) & 7) + high * 8 === length)
      return at + high + 1 + CONSTANT <= end ? at + high + 1 : -1;
    const size = lengthOf(bytes, at);
    const written = writtenBy(bytes, at);
    if (size === 0 || written === pointer || written === length) return -1;
    at += size;
  }
  return -1;
}

/** Bytes of a `lea` of 64 bits, or of a `mov` from one register to another; 0 for any other instruction. */
function lengthOf(bytes: Uint8Array, at: number): number {
  const [opcode, mode] = [bytes[at + 1], bytes[at + 2] ?? 0];
  if (((bytes[at] ?? 0) & 0xf8) !== 0x48) return 0;
  if (opcode === MOV_TO || opcode === MOV_FROM) return mode >= 0xc0 ? BEFORE_FIELD : 0;
  if (opcode !== 0x8d || mode >= 0xc0) return 0;
  const scaled = (mode & 7) === 4;
  const base = (scaled ? (bytes[at + 3] ?? 0) : mode) & 7;
  const displacement = mode < 0x40 ? (base === 5 ? 4 : 0) : mode < 0x80 ? 1 : 4;
  return BEFORE_FIELD + (scaled ? 1 : 0) + displacement;
}

/** The register that such an instruction writes. */
function writtenBy(bytes: Uint8Array, at: number): number {
  if (bytes[at + 1] !== MOV_TO) return registerOf(bytes, at);
  return ((bytes[at + 2] ?? 0) & 7) + (((bytes[at] ?? 0) & 1) << 3);
}

/** The register that the bits before the last three of the byte behind the opcode name. */
function registerOf(bytes: Uint8Array, at: number): number {
  return (((bytes[at + 2] ?? 0) >> 3) & 7) + (((bytes[at] ?? 0) & 4) << 1);
}

/** What a `lea` gives the address of. */
function textOf(view: ElfView, code: Code, { section }: Piece, lea: number): Location {
  const field = lea + BEFORE_FIELD;
  if (!view.relocatable) {
    const { bytes, start, address } = code;
    const displacement = new DataView(bytes.buffer, bytes.byteOffset + field, CONSTANT).getInt32(0, true);
    return view.locate(address + (lea + LEA - start) + displacement);
  }
  const patches = view.patches(section);
  const i = patches === undefined ? -1 : firstPatch(patches, field);
  if (patches === undefined || patches.offset[i] !== field || patches.type[i] !== R_X86_64_PC32)
    return NOWHERE;
  const symbol = patches.symbol[i] ?? 0;
  const base = symbol === 0 ? NOWHERE : (patches.symbols?.location(symbol, view) ?? NOWHERE);
  // The addend counts from the end of the field, and may lead to before the section by itself.
  return base === NOWHERE
    ? NOWHERE
    : locationOf(sectionOf(base), offsetOf(base) + (patches.addend[i] ?? 0) + CONSTANT);
}
