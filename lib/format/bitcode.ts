import { InputError } from '../error.js';
import {
  type Abbreviation,
  Abbreviations,
  ARRAY,
  assertAbbreviation,
  BLOB,
  CHAR6,
  CHAR6_BYTES,
  FIXED,
  LITERAL,
  type Operand,
  VBR,
} from './bitcode/abbreviation.js';
import { type BitReader, bitReader } from './bitcode/bit-reader.js';
import { ColumnBuilder, type Columns, DEFINE, END, ENTER, MAGIC, RECORD } from './bitcode/columns.js';

export { encodeBitcode } from './bitcode/encode.js';

/**
 * An LLVM bitstream as it stands in `.llvmbc`, a `.bc` file or a ThinLTO object: blocks, records and abbreviations,
 * with nothing said of what they mean. Offsets of its columns count from `start`.
 *
 * https://llvm.org/docs/BitCodeFormat.html
 */
export interface Bitcode {
  readonly content: Uint8Array;
  /** Where the magic number stands: not 0 behind a wrapper. Bytes. */
  readonly start: number;
  /** Where the stream ends: behind the last block, or of the wrapper's stretch. Bytes; what follows is not read. */
  readonly end: number;
  readonly columns: Columns;
}

const WRAPPER_MAGIC = 0x0b17c0de;
/** 'BC' C0 DE */
const STREAM_MAGIC = 0xdec04342;
/** LLVM nests four deep; hostile input nests without end. */
const DEEPEST = 32;
/** Bit positions are kept in 32 bits. */
const LONGEST = 2 ** 29 - 64;

const END_BLOCK_ID = 0;
const ENTER_SUBBLOCK_ID = 1;
const DEFINE_ABBREV_ID = 2;
const UNABBREV_RECORD_ID = 3;
const BLOCKINFO_BLOCK = 0;
const SETBID = 1;
const TOP_WIDTH = 2;
/** Top-level entries stand in no block. */
const NO_BLOCK = 0xffffffff;

/** Whether the content starts as a bitstream or its wrapper does. */
export function isBitcode(content: Uint8Array): boolean {
  if (content.length < 8) return false;
  const magic = Buffer.from(content.buffer, content.byteOffset, 4).readUInt32LE(0);
  return magic === STREAM_MAGIC || magic === WRAPPER_MAGIC;
}

/**
 * Reads a whole bitstream. Several modules may stand behind each other, each with its magic number.
 * @param into one that read another stream before, whose columns are of no use any more
 * @throws InputError with the offset in `content` where it is not what the specification says, or asks for more than
 *   its size can hold
 */
export function readBitcode(content: Uint8Array, into = new ColumnBuilder()): Bitcode {
  const { start, end } = unwrap(content);
  if (end - start > LONGEST) throw new InputError('the bitstream is too long to be read', { offset: start });
  const reader = bitReader(content.subarray(0, end), start);
  const columns = new Walk(reader, start, end - start, into).run();
  return { content, start, end: start + (columns.bit[columns.count] ?? 0) / 8, columns };
}

function unwrap(content: Uint8Array): { readonly start: number; readonly end: number } {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.length < 4) throw new InputError('the bitstream is cut off', { offset: 0 });
  if (bytes.readUInt32LE(0) !== WRAPPER_MAGIC) return { start: 0, end: bytes.length };
  if (bytes.length < 20) throw new InputError('the wrapper of the bitstream is cut off', { offset: 0 });
  const start = bytes.readUInt32LE(8);
  const end = start + bytes.readUInt32LE(12);
  if (start < 20 || end > bytes.length) {
    throw new InputError('the wrapped bitstream lies outside the content', { offset: 8 });
  }
  return { start, end };
}

interface Scope {
  readonly block: number;
  readonly width: number;
  readonly abbreviations: Abbreviations;
  /** Bit behind the length word, and the length it says, in bits. */
  readonly start: number;
  readonly length: number;
}

class Walk {
  readonly #reader: BitReader;
  readonly #start: number;
  readonly #out: ColumnBuilder;
  readonly #shared = new Map<number, Abbreviation[]>();
  readonly #outer: Scope[] = [];
  #scope: Scope = top();
  #described: number | undefined;

  constructor(reader: BitReader, start: number, length: number, into: ColumnBuilder) {
    this.#reader = reader;
    this.#start = start;
    this.#out = into;
    into.begin(length);
  }

  run(): Columns {
    const reader = this.#reader;
    this.#magic();
    while (this.#outer.length > 0 || !this.#atEnd()) {
      const bit = reader.position;
      const id = reader.fixed(this.#scope.width);
      if (this.#outer.length === 0 && id !== ENTER_SUBBLOCK_ID) {
        reader.position = bit;
        this.#magic();
      } else if (id === END_BLOCK_ID) this.#end(bit);
      else if (id === ENTER_SUBBLOCK_ID) this.#enter(bit);
      else if (id === DEFINE_ABBREV_ID) this.#define(bit);
      else this.#record(bit, id);
    }
    return this.#out.done(reader.position);
  }

  /** Sections are padded with zeros. */
  #atEnd(): boolean {
    const { position, end } = this.#reader;
    if (end - position < 32) return true;
    const word = this.#reader.fixed(32);
    this.#reader.position = position;
    return word === 0;
  }

  #magic(): void {
    const bit = this.#reader.position;
    if (this.#reader.fixed(32) !== STREAM_MAGIC) this.#fail('no block and no magic number stands here', bit);
    this.#out.entry(MAGIC, NO_BLOCK, 0, bit);
    this.#shared.clear();
  }

  #enter(bit: number): void {
    const reader = this.#reader;
    if (this.#outer.length === DEEPEST) this.#fail('the bitstream is nested too deep', bit);
    const at = reader.position;
    const block = reader.vbr32(8);
    let odd = reader.stretched;
    this.#out.entry(ENTER, block, 0, bit);
    this.#out.reserve(3, this.#offset(bit));
    this.#out.operand(block, 0, at);
    const widthAt = reader.position;
    const width = reader.vbr32(4);
    odd ||= reader.stretched;
    if (width < 2 || width > 32) this.#fail(`a block has abbreviation ids of ${width} bits`, bit);
    this.#out.operand(width, 0, widthAt);
    odd = !reader.align() || odd;
    const words = reader.fixed(32);
    this.#out.operand(words, 0, reader.position - 32);
    if (odd) this.#out.odd();
    const start = reader.position;
    if (words * 32 > reader.end - start) this.#fail('a block is longer than the bitstream', bit);
    this.#outer.push(this.#scope);
    const abbreviations = new Abbreviations(this.#shared.get(block) ?? []);
    this.#scope = { block, width, abbreviations, start, length: words * 32 };
    this.#described = undefined;
  }

  #end(bit: number): void {
    const { block, start, length } = this.#scope;
    this.#out.entry(END, block, 0, bit);
    if (!this.#reader.align()) this.#out.odd();
    if (this.#reader.position - start !== length) this.#fail('a block has another length than it says', bit);
    this.#scope = this.#outer.pop() ?? top();
    this.#described = undefined;
  }

  #define(bit: number): void {
    const reader = this.#reader;
    const out = this.#out;
    out.entry(DEFINE, this.#scope.block, DEFINE_ABBREV_ID, bit);
    let odd = false;
    const number = (width: number): void => {
      const at = reader.position;
      reader.vbr(width);
      odd ||= reader.stretched;
      out.reserve(1, this.#offset(at));
      out.operand(reader.low, reader.high, at);
    };
    number(5);
    const count = reader.low;
    const operands: Operand[] = [];
    while (operands.length < count) {
      const at = reader.position;
      const literal = reader.fixed(1);
      out.reserve(2, this.#offset(at));
      out.operand(literal, 0, at);
      if (literal === 1) {
        number(8);
        operands.push({ encoding: LITERAL, width: 0, low: reader.low, high: reader.high });
        continue;
      }
      const encoding = reader.fixed(3);
      out.operand(encoding, 0, at + 1);
      let width = 0;
      if (encoding === FIXED || encoding === VBR) {
        number(5);
        width = reader.high === 0 ? reader.low : 255;
      } else if (encoding !== ARRAY && encoding !== CHAR6 && encoding !== BLOB) {
        this.#fail(`an abbreviation has an operand of the unknown encoding ${encoding}`, at);
      }
      operands.push({ encoding, width, low: 0, high: 0 });
    }
    assertAbbreviation(operands, this.#offset(bit));
    if (odd) out.odd();
    if (this.#scope.block !== BLOCKINFO_BLOCK) this.#scope.abbreviations.add(operands);
    else this.#describe(operands, bit);
  }

  #describe(abbreviation: Abbreviation, bit: number): void {
    const block = this.#described ?? this.#fail('BLOCKINFO does not say of which block', bit);
    const list = this.#shared.get(block);
    if (list === undefined) this.#shared.set(block, [abbreviation]);
    else list.push(abbreviation);
  }

  #record(bit: number, id: number): void {
    this.#out.entry(RECORD, this.#scope.block, id, bit);
    if (id === UNABBREV_RECORD_ID) this.#plainRecord(bit);
    else {
      const abbreviation = this.#scope.abbreviations.get(id);
      if (abbreviation === undefined) this.#fail(`a record uses the unknown abbreviation ${id}`, bit);
      else this.#shortRecord(bit, abbreviation);
    }
  }

  #plainRecord(bit: number): void {
    const reader = this.#reader;
    const out = this.#out;
    const code = reader.vbr32(6);
    let odd = reader.stretched;
    out.code(code);
    const count = reader.vbr32(6);
    odd ||= reader.stretched;
    out.reserve(count, this.#offset(bit));
    for (let i = 0; i < count; i += 1) {
      const at = reader.position;
      reader.vbr(6);
      odd ||= reader.stretched;
      out.operand(reader.low, reader.high, at);
      if (i === 0 && code === SETBID && this.#scope.block === BLOCKINFO_BLOCK) this.#described = reader.low;
    }
    if (odd) out.odd();
  }

  #shortRecord(bit: number, abbreviation: Abbreviation): void {
    const reader = this.#reader;
    const out = this.#out;
    out.reserve(abbreviation.length, this.#offset(bit));
    let odd = false;
    for (let i = 0; i < abbreviation.length; i += 1) {
      const operand = abbreviation[i] as Operand;
      if (operand.encoding === ARRAY) {
        const count = reader.vbr32(6);
        odd ||= reader.stretched;
        out.reserve(count, this.#offset(bit));
        const element = abbreviation[i + 1] as Operand;
        for (let k = 0; k < count; k += 1) odd = this.#scalar(element, false) || odd;
        break;
      }
      if (operand.encoding === BLOB) {
        odd = this.#blob() || odd;
        break;
      }
      odd = this.#scalar(operand, i === 0) || odd;
    }
    if (odd) out.odd();
  }

  /** Reads one value into the columns; true where it is longer than needed. */
  #scalar(operand: Operand, isCode: boolean): boolean {
    const reader = this.#reader;
    const at = reader.position;
    let low = operand.low;
    let high = operand.high;
    let odd = false;
    if (operand.encoding === FIXED) {
      low = reader.fixed(operand.width);
      high = 0;
    } else if (operand.encoding === VBR && operand.width > 0) {
      reader.vbr(operand.width);
      low = reader.low;
      high = reader.high;
      odd = reader.stretched;
    } else if (operand.encoding === CHAR6) {
      low = CHAR6_BYTES[reader.fixed(6)] ?? 0;
      high = 0;
    }
    if (isCode) {
      if (high !== 0) this.#fail('the code of a record has more than 32 bits', at);
      this.#out.code(low);
    } else this.#out.operand(low, high, at);
    return odd;
  }

  #blob(): boolean {
    const reader = this.#reader;
    const length = reader.vbr32(6);
    let odd = reader.stretched;
    odd = !reader.align() || odd;
    const offset = reader.position / 8;
    if (length * 8 > reader.end - reader.position) this.#fail('a blob is cut off', reader.position);
    this.#out.blobs.set(this.#out.count - 1, { offset, length });
    reader.position += length * 8;
    return !reader.align() || odd;
  }

  #offset(bit: number): number {
    return this.#start + Math.floor(bit / 8);
  }

  #fail(what: string, bit: number): never {
    throw new InputError(what, { offset: this.#offset(bit) });
  }
}

function top(): Scope {
  return { block: NO_BLOCK, width: TOP_WIDTH, abbreviations: new Abbreviations([]), start: 0, length: 0 };
}
