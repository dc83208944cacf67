/**
 * A small ELF writer for tests. It is written against the specification and shares no table with the reader, so
 * that the two check each other.
 */

export interface FixtureSection {
  readonly name: string;
  readonly type?: number;
  readonly flags?: number;
  readonly addr?: number;
  readonly content?: Uint8Array;
  /** For SHT_NOBITS. */
  readonly size?: number;
  readonly link?: number;
  readonly info?: number;
  readonly align?: number;
  readonly entsize?: number;
  /** Bytes left free before the section. */
  readonly gap?: number;
}

export interface FixtureSegment {
  readonly type: number;
  readonly flags?: number;
  readonly vaddr?: number;
  /** Name of the section it covers; without one it covers nothing. */
  readonly section?: string;
}

export interface FixtureElf {
  readonly class?: 32 | 64;
  readonly littleEndian?: boolean;
  readonly type?: number;
  readonly machine?: number;
  readonly entry?: number;
  readonly sections?: readonly FixtureSection[];
  readonly segments?: readonly FixtureSegment[];
  /** Program headers behind the sections, as BOLT leaves them. */
  readonly segmentsLast?: boolean;
  /** Counts in section 0, as with more than 65,279 sections. */
  readonly extended?: boolean;
  readonly noSectionHeaders?: boolean;
  /** Bytes behind everything. */
  readonly tail?: Uint8Array;
}

export interface FixtureSymbol {
  readonly name: number;
  readonly value?: bigint;
  readonly size?: number;
  readonly info?: number;
  readonly other?: number;
  readonly shndx?: number;
}

/** Numbers one behind the other, in one byte order. */
export class Numbers {
  private readonly parts: Buffer[] = [];
  constructor(
    private readonly wide: boolean,
    private readonly littleEndian: boolean,
  ) {}

  add(bytes: number, value: number | bigint): this {
    const part = Buffer.alloc(bytes);
    let rest = BigInt(value);
    for (let n = 0; n < bytes; n += 1) {
      part[this.littleEndian ? n : bytes - 1 - n] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    this.parts.push(part);
    return this;
  }

  word(value: number | bigint): this {
    return this.add(this.wide ? 8 : 4, value);
  }

  raw(bytes: Uint8Array): this {
    this.parts.push(Buffer.from(bytes));
    return this;
  }

  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}

interface Placed extends FixtureSection {
  readonly offset: number;
}

/** The file: header, program headers, sections as given, `.shstrtab`, section headers, tail. */
export function writeElf(fixture: FixtureElf): Buffer {
  const wide = (fixture.class ?? 64) === 64;
  const littleEndian = fixture.littleEndian ?? true;
  const numbers = () => new Numbers(wide, littleEndian);
  const [ehsize, phentsize, shentsize] = wide ? [64, 56, 64] : [52, 32, 40];
  const given = fixture.sections ?? [];
  const segments = fixture.segments ?? [];
  const { table, indexOf } = stringTable([...given.map((s) => s.name), '.shstrtab']);
  const all: FixtureSection[] = [...given, { name: '.shstrtab', type: 3, content: table }];
  const phBytes = segments.length * phentsize;
  let at = ehsize + (fixture.segmentsLast ? 0 : phBytes);
  const placed: Placed[] = all.map((section) => {
    const offset = at + (section.gap ?? 0);
    at = offset + (section.type === 8 ? 0 : (section.content?.length ?? 0));
    return { ...section, offset };
  });
  const phoff = segments.length === 0 ? 0 : fixture.segmentsLast ? at : ehsize;
  if (fixture.segmentsLast) at += phBytes;
  const shoff = fixture.noSectionHeaders ? 0 : at;
  const shnum = placed.length + 1;
  const shstrndx = placed.length;
  const header = numbers()
    .raw(Buffer.from([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, littleEndian ? 1 : 2, 1, 0]))
    .raw(Buffer.alloc(8))
    .add(2, fixture.type ?? 3)
    .add(2, fixture.machine ?? 62)
    .add(4, 1)
    .word(fixture.entry ?? 0)
    .word(phoff)
    .word(shoff)
    .add(4, 0)
    .add(2, ehsize)
    .add(2, segments.length === 0 ? 0 : phentsize)
    .add(2, fixture.extended ? 0xffff : segments.length)
    .add(2, fixture.noSectionHeaders ? 0 : shentsize)
    .add(2, fixture.noSectionHeaders || fixture.extended ? 0 : shnum)
    .add(2, fixture.noSectionHeaders ? 0 : fixture.extended ? 0xffff : shstrndx);
  const programHeaders = numbers();
  for (const segment of segments) addSegment(programHeaders, wide, segment, placed);
  const sectionHeaders = numbers();
  if (fixture.extended) addSection(sectionHeaders, [0, 0, 0, 0, 0, shnum, shstrndx, segments.length, 0, 0]);
  else addSection(sectionHeaders, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  for (const s of placed) {
    const size = s.type === 8 ? (s.size ?? 0) : (s.content?.length ?? 0);
    const name = indexOf(s.name);
    const { type = 1, flags = 0, addr = 0, offset, link = 0, info = 0, align = 1, entsize = 0 } = s;
    addSection(sectionHeaders, [name, type, flags, addr, offset, size, link, info, align, entsize]);
  }
  const body = Buffer.concat(
    placed.map((s) =>
      Buffer.concat([
        Buffer.alloc(s.gap ?? 0),
        s.type === 8 ? Buffer.alloc(0) : (s.content ?? Buffer.alloc(0)),
      ]),
    ),
  );
  return Buffer.concat([
    header.bytes(),
    fixture.segmentsLast ? Buffer.alloc(0) : programHeaders.bytes(),
    body,
    fixture.segmentsLast ? programHeaders.bytes() : Buffer.alloc(0),
    fixture.noSectionHeaders ? Buffer.alloc(0) : sectionHeaders.bytes(),
    fixture.tail ?? Buffer.alloc(0),
  ]);
}

/** A string table with a NUL in front, and where each name starts in it. */
export function stringTable(names: readonly string[]): { table: Buffer; indexOf: (name: string) => number } {
  const starts = new Map<string, number>([['', 0]]);
  let length = 1;
  for (const name of names) {
    if (starts.has(name)) continue;
    starts.set(name, length);
    length += Buffer.byteLength(name) + 1;
  }
  const table = Buffer.from([...starts.keys()].map((name) => `${name}\0`).join(''));
  return { table, indexOf: (name) => starts.get(name) ?? 0 };
}

export function symbolTable(
  elfClass: 32 | 64,
  littleEndian: boolean,
  symbols: readonly FixtureSymbol[],
): Buffer {
  const out = new Numbers(elfClass === 64, littleEndian);
  for (const { name, value = 0n, size = 0, info = 0, other = 0, shndx = 0 } of symbols) {
    out.add(4, name);
    if (elfClass === 64) out.add(1, info).add(1, other).add(2, shndx).word(value).word(size);
    else out.word(value).word(size).add(1, info).add(1, other).add(2, shndx);
  }
  return out.bytes();
}

export function note(littleEndian: boolean, name: string, type: number, desc: Uint8Array, align = 4): Buffer {
  const pad = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & (align - 1))]);
  const owner = Buffer.from(`${name}\0`);
  const head = new Numbers(false, littleEndian)
    .add(4, owner.length)
    .add(4, desc.length)
    .add(4, type)
    .raw(owner);
  return Buffer.concat([pad(head.bytes()), pad(desc)]);
}

function addSegment(out: Numbers, wide: boolean, segment: FixtureSegment, placed: readonly Placed[]): void {
  const section = placed.find((s) => s.name === segment.section);
  const { type, flags = 4, vaddr = 0 } = segment;
  const [offset, size] = [section?.offset ?? 0, section?.content?.length ?? 0];
  out.add(4, type);
  if (wide) out.add(4, flags);
  out.word(offset).word(vaddr).word(vaddr).word(size);
  out.word(section?.type === 8 ? (section.size ?? 0) : size);
  if (!wide) out.add(4, flags);
  out.word(1);
}

/** sh_name, sh_type, sh_flags, sh_addr, sh_offset, sh_size, sh_link, sh_info, sh_addralign, sh_entsize. */
function addSection(out: Numbers, values: readonly number[]): void {
  const words = new Set([2, 3, 4, 5, 8, 9]);
  for (const [index, value] of values.entries()) {
    if (words.has(index)) out.word(value);
    else out.add(4, value);
  }
}
