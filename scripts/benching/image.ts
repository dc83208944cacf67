/** What two made libraries differ in, as two builds by different compilers do. */
export interface ImageOptions {
  /** Bytes, about. */
  readonly size: number;
  /** 0 or 1: hashes in names, order of a few functions, an instruction here and there. */
  readonly side: number;
}

/** Bytes of a function, and what it takes in all with its name and its symbol. */
const FUNCTION = 256;
const NAME = 48;
const SYMBOL = 24;
const CONSTANT = 64;
const PER_FUNCTION = FUNCTION + NAME + SYMBOL + CONSTANT;

const TEXT_AT = 0x1000;

/**
 * A shared library for x86-64 in ELF: functions that call each other and refer to constants, and their symbols. Always
 * the same for the same options. The second side has another hash in every name, one more function in front of all, and
 * another constant in one function of a thousand.
 */
export function makeImage({ size, side }: ImageOptions): Buffer {
  const count = Math.max(16, Math.floor(size / PER_FUNCTION)) + side;
  const text = TEXT_AT;
  const data = text + count * FUNCTION;
  const symbols = data + count * CONSTANT;
  const strings = symbols + (count + 1) * SYMBOL;
  const names = strings + 1 + count * NAME;
  const headers = Math.ceil((names + SECTION_NAMES.length) / 8) * 8;
  const out = Buffer.alloc(headers + SECTIONS * 64);
  for (let i = 0; i < count; i += 1) {
    // The function that only the second side has is called -1.
    const id = i - side;
    writeFunction(out.subarray(text + i * FUNCTION, text + (i + 1) * FUNCTION), id, count - side, {
      here: text + i * FUNCTION,
      text: text + side * FUNCTION,
      data: data + side * CONSTANT,
      side,
    });
    fill(out.subarray(data + i * CONSTANT, data + (i + 1) * CONSTANT), id + 7);
    const name = nameOf(id, side);
    out.write(name, strings + 1 + i * NAME, 'latin1');
    const at = symbols + (i + 1) * SYMBOL;
    out.writeUInt32LE(1 + i * NAME, at);
    out.writeUInt8(0x12, at + 4);
    out.writeUInt16LE(1, at + 6);
    out.writeBigUInt64LE(BigInt(text + i * FUNCTION), at + 8);
    out.writeBigUInt64LE(BigInt(FUNCTION - 16), at + 16);
  }
  out.write(SECTION_NAMES, names, 'latin1');
  writeHeaders(out, { text, data, symbols, strings, names, headers });
  return out;
}

interface Places {
  readonly here: number;
  readonly text: number;
  readonly data: number;
  readonly side: number;
}

/** `mov eax, imm32`, then calls and `lea rdi, [rip + …]` in turns, then `ret`. */
function writeFunction(code: Buffer, id: number, count: number, { here, text, data, side }: Places): void {
  code.fill(0xcc);
  let at = 0;
  code[at] = 0xb8;
  const planted = side === 1 && id % 1000 === 500;
  code.writeInt32LE((random(id) >>> 1) ^ (planted ? 0x5555 : 0), at + 1);
  at += 5;
  for (let i = 0; at + 12 < FUNCTION - 17; i += 1) {
    const other = (random(id * 31 + i) >>> 0) % count;
    code[at] = 0xe8;
    code.writeInt32LE(text + other * FUNCTION - (here + at + 5), at + 1);
    at += 5;
    code.set([0x48, 0x8d, 0x3d], at);
    const constant = (id + count + i) % count;
    code.writeInt32LE(data + constant * CONSTANT - (here + at + 7), at + 3);
    at += 7;
  }
  code.fill(0x90, at, FUNCTION - 17);
  code[FUNCTION - 17] = 0xc3;
}

function nameOf(id: number, side: number): string {
  const path = `17component${(id + 1).toString(16).padStart(8, '0')}`;
  const hash = (BigInt(random(id * 2 + side) >>> 0) << 32n) | BigInt(random(id * 3 + side + 17) >>> 0);
  return `_ZN4made${path}17h${hash.toString(16).padStart(16, '0')}E`;
}

function fill(bytes: Buffer, seed: number): void {
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeInt32LE(random(seed * 16 + at), at);
}

/** The same 32 bits for the same number. */
function random(seed: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

const SECTION_NAMES = '\0.text\0.rodata\0.symtab\0.strtab\0.shstrtab\0';
const SECTIONS = 6;

/** ELF-64 (gABI): the file header, and section headers at the end. */
function writeHeaders(
  out: Buffer,
  at: Readonly<Record<'text' | 'data' | 'symbols' | 'strings' | 'names' | 'headers', number>>,
): void {
  out.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0);
  out.writeUInt16LE(3, 16);
  out.writeUInt16LE(62, 18);
  out.writeUInt32LE(1, 20);
  out.writeBigUInt64LE(BigInt(at.headers), 40);
  out.writeUInt16LE(64, 52);
  out.writeUInt16LE(64, 58);
  out.writeUInt16LE(SECTIONS, 60);
  out.writeUInt16LE(SECTIONS - 1, 62);
  const section = (
    index: number,
    name: string,
    type: number,
    flags: number,
    start: number,
    end: number,
    [link, info, align, entry]: readonly [number, number, number, number],
  ) => {
    const to = at.headers + index * 64;
    out.writeUInt32LE(SECTION_NAMES.indexOf(`\0${name}\0`) + 1, to);
    out.writeUInt32LE(type, to + 4);
    out.writeBigUInt64LE(BigInt(flags), to + 8);
    out.writeBigUInt64LE(BigInt(flags === 0 ? 0 : start), to + 16);
    out.writeBigUInt64LE(BigInt(start), to + 24);
    out.writeBigUInt64LE(BigInt(end - start), to + 32);
    out.writeUInt32LE(link, to + 40);
    out.writeUInt32LE(info, to + 44);
    out.writeBigUInt64LE(BigInt(align), to + 48);
    out.writeBigUInt64LE(BigInt(entry), to + 56);
  };
  section(1, '.text', 1, 6, at.text, at.data, [0, 0, 16, 0]);
  section(2, '.rodata', 1, 2, at.data, at.symbols, [0, 0, 16, 0]);
  section(3, '.symtab', 2, 0, at.symbols, at.strings, [4, 1, 8, SYMBOL]);
  section(4, '.strtab', 3, 0, at.strings, at.names, [0, 0, 1, 0]);
  section(5, '.shstrtab', 3, 0, at.names, at.names + SECTION_NAMES.length, [0, 0, 1, 0]);
}
