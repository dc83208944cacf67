/**
 * Small ELF images from a source of functions and constants that refer to each other by name: as relocatable objects,
 * where each has a section of its own, and as linked libraries, where addresses are filled in. For tests that move,
 * rename and change one thing and look at what the ledger says of it.
 */
import {
  type FixtureElf,
  type FixtureSection,
  Numbers,
  stringTable,
  symbolTable,
  writeElf,
} from '../../format/elf/elf-fixture.js';

/** Hexadecimal digits, or a field of four bytes that leads to a thing (as `call` and `lea` on x86-64 have it). */
export type CodePart = string | { readonly to: string; readonly addend?: number };

/** Hexadecimal digits, or a pointer to a thing. */
export type DataPart = string | { readonly pointer: string; readonly addend?: number };

export interface ImageFunction {
  readonly name: string;
  readonly code: readonly CodePart[];
  /** What follows it, as hexadecimal digits; it is no part of the symbol. */
  readonly behind?: string;
  readonly personality?: string;
}

export interface ImageConstant {
  readonly name: string;
  readonly bytes: readonly DataPart[];
  /** Without it: `.rodata`, or `.data.rel.ro` where it holds pointers. */
  readonly section?: string;
  /** Whether it has no symbol of its own; things can refer to it all the same. */
  readonly nameless?: boolean;
  /** `st_size`, where it is not the number of bytes. */
  readonly size?: number;
  readonly behind?: string;
}

export interface Image {
  readonly functions?: readonly ImageFunction[];
  readonly constants?: readonly ImageConstant[];
  /** Names that are referred to and are not here. */
  readonly imports?: readonly string[];
  /** Sections as they are. */
  readonly sections?: readonly FixtureSection[];
  readonly class?: 32 | 64;
  readonly littleEndian?: boolean;
  readonly machine?: number;
  readonly tail?: Uint8Array;
  /** Linked images: without `.symtab`. */
  readonly stripped?: boolean;
  /** Linked images: bytes left free before `.rodata`. */
  readonly gap?: number;
}

const R_64 = 1;
const R_PC32 = 2;
const R_RELATIVE = 8;
const TEXT = 0x1000;
const RODATA = 0x2000;
const RELRO = 0x4000;
const FRAMES = 0x6000;

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');

/** A relocatable object: a section for each function and constant, their relocations, symbols. */
export function relocatable(image: Image): Buffer {
  const elfClass = image.class ?? 64;
  const littleEndian = image.littleEndian ?? true;
  const functions = image.functions ?? [];
  const constants = image.constants ?? [];
  const imports = image.imports ?? [];
  const names = [...functions, ...constants].map(({ name }) => name).concat(imports);
  const { table, indexOf } = stringTable(names);
  const symbolOf = (name: string): number => {
    const index = names.indexOf(name);
    if (index < 0) throw new Error(`nothing is called ${name}`);
    return index + 1;
  };
  const sections: FixtureSection[] = [];
  const tables: FixtureSection[] = [];
  const homes = new Map<string, { readonly shndx: number; readonly size: number; readonly type: number }>();
  const add = (name: string, section: string, flags: number, size: number, of: Made, type: number): void => {
    sections.push({ name: section, flags, content: of.bytes, align: 16 });
    homes.set(name, { shndx: sections.length, size, type });
    if (of.fields.length === 0) return;
    const out = new Numbers(elfClass === 64, littleEndian);
    for (const { at, to, addend } of of.fields) {
      const relocation = of.type;
      out.word(at);
      if (elfClass === 64) out.add(4, littleEndian ? relocation : symbolOf(to));
      if (elfClass === 64) out.add(4, littleEndian ? symbolOf(to) : relocation);
      else out.word(symbolOf(to) * 256 + relocation);
      out.word(BigInt.asUintN(elfClass, BigInt(addend)));
    }
    tables.push({
      name: `.rela${section}`,
      type: 4,
      content: out.bytes(),
      info: sections.length,
      entsize: elfClass === 64 ? 24 : 12,
    });
  };
  for (const { name, code, behind } of functions) {
    const of = codeOf(code);
    add(name, `.text.${name}`, 6, of.bytes.length, behindOf(of, behind), 2);
  }
  for (const { name, bytes, section, size, behind } of constants) {
    const of = dataOf(bytes, elfClass / 8);
    const home = section ?? (of.fields.length > 0 ? '.data.rel.ro' : '.rodata');
    add(
      name,
      `${home}.${name}`,
      home.startsWith('.data') ? 3 : 2,
      size ?? of.bytes.length,
      behindOf(of, behind),
      1,
    );
  }
  const given = [...sections, ...(image.sections ?? [])];
  const symtab = given.length + tables.length + 1;
  const symbols = names.map((name) => {
    const home = homes.get(name);
    return {
      name: indexOf(name),
      info: 0x10 + (home?.type ?? 0),
      shndx: home?.shndx ?? 0,
      size: home?.size ?? 0,
    };
  });
  return placed({
    type: 1,
    class: elfClass,
    littleEndian,
    machine: image.machine ?? 62,
    sections: [
      ...given,
      ...tables.map((section) => ({ ...section, link: symtab })),
      {
        name: '.symtab',
        type: 2,
        content: symbolTable(elfClass, littleEndian, [{ name: 0 }, ...symbols]),
        link: symtab + 1,
        info: 1,
        entsize: elfClass === 64 ? 24 : 16,
      },
      { name: '.strtab', type: 3, content: table },
    ],
    ...(image.tail !== undefined && { tail: image.tail }),
  });
}

/** A shared library of x86-64: `.text`, `.rodata`, `.data.rel.ro` with `.rela.dyn`, `.eh_frame`, symbols. */
export function linked(image: Image): Buffer {
  const functions = image.functions ?? [];
  const constants = image.constants ?? [];
  const places = new Map<string, Placed>();
  const text = layOut(
    functions.map((f) => ({ name: f.name, ...partsOf(f.code), behind: f.behind })),
    TEXT,
    places,
  );
  const made = constants.map((c) => ({
    name: c.name,
    ...dataOf(c.bytes, 8),
    behind: c.behind,
    section: c.section,
  }));
  const inRelro = (c: {
    readonly fields: readonly Field[];
    readonly section?: string | undefined;
  }): boolean => (c.section ?? (c.fields.length > 0 ? '.data.rel.ro' : '.rodata')) === '.data.rel.ro';
  const rodata = layOut(
    made.filter((c) => !inRelro(c)),
    RODATA,
    places,
  );
  const relro = layOut(made.filter(inRelro), RELRO, places);
  const addressOf = (name: string): number => {
    const place = places.get(name);
    if (place === undefined) throw new Error(`nothing is called ${name}`);
    return place.address;
  };
  for (const { at, to, addend } of text.fields)
    text.bytes.writeInt32LE(addressOf(to) + addend - (TEXT + at), at);
  const rela = new Numbers(true, true);
  for (const { at, to, addend } of relro.fields) {
    relro.bytes.writeBigUInt64LE(BigInt(addressOf(to) + addend), at);
    rela
      .word(RELRO + at)
      .word(R_RELATIVE)
      .word(addressOf(to) + addend);
  }
  const frames = framesOf(functions.map(({ name }) => places.get(name) as Placed));
  const sections: FixtureSection[] = [
    { name: '.text', flags: 6, addr: TEXT, content: text.bytes, align: 16 },
    { name: '.rodata', flags: 2, addr: RODATA, content: rodata.bytes, align: 16, gap: image.gap ?? 0 },
    { name: '.data.rel.ro', flags: 3, addr: RELRO, content: relro.bytes, align: 8 },
    { name: '.rela.dyn', type: 4, flags: 2, addr: 0x5000, content: rela.bytes(), entsize: 24, align: 8 },
    { name: '.eh_frame', flags: 2, addr: FRAMES, content: frames, align: 8 },
    ...(image.sections ?? []),
  ];
  const named = [...functions, ...constants.filter(({ nameless }) => nameless !== true)];
  const { table, indexOf } = stringTable(named.map(({ name }) => name));
  const shndx = ({ address }: Placed): number => (address < RODATA ? 1 : address < RELRO ? 2 : 3);
  const symbols = named.map((thing) => {
    const place = places.get(thing.name) as Placed;
    const size = 'size' in thing && thing.size !== undefined ? thing.size : place.size;
    return {
      name: indexOf(thing.name),
      info: 'code' in thing ? 0x12 : 0x11,
      shndx: shndx(place),
      value: BigInt(place.address),
      size,
    };
  });
  const tables: FixtureSection[] =
    image.stripped === true
      ? []
      : [
          {
            name: '.symtab',
            type: 2,
            content: symbolTable(64, true, [{ name: 0 }, ...symbols]),
            link: sections.length + 2,
            info: 1,
            entsize: 24,
          },
          { name: '.strtab', type: 3, content: table },
        ];
  return placed({
    type: 3,
    sections: [...sections, ...tables],
    segments: sections
      .filter(({ flags = 0 }) => (flags & 2) !== 0)
      .map(({ name, addr = 0, flags = 0 }) => ({
        type: 1,
        flags: (flags & 4) !== 0 ? 5 : 4,
        vaddr: addr,
        section: name,
      })),
    ...(image.tail !== undefined && { tail: image.tail }),
  });
}

/** Sections at multiples of their alignment, section headers at one of the word, as every linker has them. */
function placed(fixture: FixtureElf): Buffer {
  const wide = fixture.class !== 32;
  let at = (wide ? 64 : 52) + (fixture.segments?.length ?? 0) * (wide ? 56 : 32);
  const sections = (fixture.sections ?? []).map((section) => {
    const gap = (section.gap ?? 0) + (-(at + (section.gap ?? 0)) & ((section.align ?? 1) - 1));
    if (section.type !== 8) at += gap + (section.content?.length ?? 0);
    return section.type === 8 ? section : { ...section, gap };
  });
  const file = writeElf({ ...fixture, sections });
  const field = wide ? 40 : 32;
  const shoff =
    fixture.littleEndian === false ? file.readUInt32BE(field + (wide ? 4 : 0)) : file.readUInt32LE(field);
  const room = -shoff & (wide ? 7 : 3);
  if (fixture.littleEndian === false) file.writeUInt32BE(shoff + room, field + (wide ? 4 : 0));
  else file.writeUInt32LE(shoff + room, field);
  return Buffer.concat([file.subarray(0, shoff), Buffer.alloc(room), file.subarray(shoff)]);
}

interface Field {
  readonly at: number;
  readonly to: string;
  readonly addend: number;
}

interface Made {
  readonly bytes: Buffer;
  readonly fields: readonly Field[];
  /** That of the relocations. */
  readonly type: number;
}

interface Placed {
  readonly address: number;
  readonly size: number;
}

function partsOf(parts: readonly CodePart[]): { bytes: Buffer; fields: Field[] } {
  const bytes: Buffer[] = [];
  const fields: Field[] = [];
  let at = 0;
  for (const part of parts) {
    const here = typeof part === 'string' ? hex(part) : Buffer.alloc(4);
    // The processor counts from the end of the field.
    if (typeof part !== 'string') fields.push({ at, to: part.to, addend: (part.addend ?? 0) - 4 });
    bytes.push(here);
    at += here.length;
  }
  return { bytes: Buffer.concat(bytes), fields };
}

function codeOf(parts: readonly CodePart[]): Made {
  return { ...partsOf(parts), type: R_PC32 };
}

function dataOf(parts: readonly DataPart[], word: number): Made {
  const bytes: Buffer[] = [];
  const fields: Field[] = [];
  let at = 0;
  for (const part of parts) {
    const here = typeof part === 'string' ? hex(part) : Buffer.alloc(word);
    if (typeof part !== 'string') fields.push({ at, to: part.pointer, addend: part.addend ?? 0 });
    bytes.push(here);
    at += here.length;
  }
  return { bytes: Buffer.concat(bytes), fields, type: R_64 };
}

function behindOf(of: Made, behind: string | undefined): Made {
  return behind === undefined ? of : { ...of, bytes: Buffer.concat([of.bytes, hex(behind)]) };
}

/** One behind the other; `fields` then count from the start of the section. */
function layOut(
  things: readonly {
    readonly name: string;
    readonly bytes: Buffer;
    readonly fields: readonly Field[];
    readonly behind?: string | undefined;
  }[],
  address: number,
  places: Map<string, Placed>,
): { readonly bytes: Buffer; readonly fields: readonly Field[] } {
  const parts: Buffer[] = [];
  const fields: Field[] = [];
  let at = 0;
  for (const { name, bytes, fields: own, behind } of things) {
    places.set(name, { address: address + at, size: bytes.length });
    for (const field of own) fields.push({ ...field, at: field.at + at });
    const all = Buffer.concat([bytes, hex(behind ?? '')]);
    parts.push(all);
    at += all.length;
  }
  return { bytes: Buffer.concat(parts), fields };
}

/** A CIE and an FDE for each function: `DW_EH_PE_pcrel | sdata4`, no instructions but one `DW_CFA_def_cfa`. */
function framesOf(functions: readonly Placed[]): Buffer {
  const out = new Numbers(true, true);
  out
    .add(4, 20)
    .add(4, 0)
    .raw(Buffer.from([1, 0x7a, 0x52, 0, 1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1, 0, 0]));
  let at = 24;
  for (const { address, size } of functions) {
    out
      .add(4, 20)
      .add(4, at + 4)
      .add(4, (address - (FRAMES + at + 8)) >>> 0)
      .add(4, size)
      .raw(Buffer.from([0, 0x44, 0x0e, 8, 0, 0, 0, 0]));
    at += 24;
  }
  return out.add(4, 0).bytes();
}
