import {
  decodeX86,
  Instruction,
  MEMORY_DISPLACEMENT,
  PC_RELATIVE,
  RELATIVE_BRANCH,
} from '../../lib/machine/x86-64.js';
import type { Random } from '../fuzzing/random.js';
import { type Edit, replaced } from './edit.js';
import type { Kind } from './kind.js';
import { any, flipBit, otherByte, randomBytes, writeNumber } from './random-bytes.js';
import type { ElfPart, Function_, Site } from './site.js';

/** Changes of instructions, of x86-64. */
export const CODE_KINDS = {
  immediate: (site, random) =>
    field(site, random, (i) => (i.immediateSize === 0 ? undefined : [i.immediateAt, i.immediateSize])),
  displacement: (site, random) =>
    field(site, random, (i) =>
      i.displacementSize === 0 ? undefined : [i.displacementAt, i.displacementSize],
    ),
  'rip-displacement': (site, random) =>
    field(site, random, (i) =>
      (i.flags & PC_RELATIVE) === 0 ? undefined : [i.displacementAt, i.displacementSize],
    ),
  'memory-displacement': (site, random) =>
    field(site, random, (i) =>
      (i.flags & (PC_RELATIVE | MEMORY_DISPLACEMENT)) !== 0 || i.displacementSize === 0
        ? undefined
        : [i.displacementAt, i.displacementSize],
    ),
  opcode: (site, random) => field(site, random, (i) => [i.opcodeAt, 1]),
  operand: (site, random) => field(site, random, (i) => (i.modrm < 0 ? undefined : [i.opcodeAt + 1, 1])),
  jump: (site, random) => {
    const chosen = instruction(site, random, (i) => conditional(i));
    if (chosen === undefined) return [];
    const at = chosen.at + chosen.opcodeAt;
    return replaced(site.bytes, at, Uint8Array.of((site.bytes[at] ?? 0) ^ 1));
  },
  /** One call goes to another function, as far as no relocation says where. */
  call: (site, random) => {
    const part = any(site.elves, random);
    if (part === undefined || part.elf.header.e_type === 1) return [];
    const chosen = instruction({ ...site, elves: [part] }, random, isCall);
    const to = any(part.functions, random);
    if (chosen === undefined || to === undefined) return [];
    const { of, at, length, displacementAt } = chosen;
    const address = of.address + at - of.offset + length;
    return writeNumber(site.bytes, at + displacementAt, 4, to.address - address);
  },
  /** One call goes to a function that looks the same but for the addresses in it. */
  'call-of-a-likeness': ({ bytes, elves }, random) => {
    const part = any(elves, random);
    if (part === undefined || part.elf.header.e_type === 1) return [];
    const like = alikeFunctions(bytes, part);
    for (let i = 0; i < TRIES; i += 1) {
      const group = any(like, random) ?? [];
      const [from, to] = [any(group, random), any(group, random)];
      if (from === undefined || to === undefined || from === to) continue;
      const call = any(callsIn(bytes, part).get(from.address) ?? [], random);
      if (call !== undefined) return writeNumber(bytes, call.at + 1, 4, to.address - call.address - 5);
    }
    return [];
  },
  'function-body': (site, random) => {
    const part = any(site.elves, random);
    const into = any(part?.functions ?? [], random);
    const from = any(
      (part?.functions ?? []).filter((f) => f.length <= (into?.length ?? 0)),
      random,
    );
    if (into === undefined || from === undefined) return [];
    const body = Buffer.alloc(into.length, 0xcc);
    body.set(site.bytes.subarray(from.offset, from.offset + from.length));
    return replaced(site.bytes, into.offset, body);
  },
  'return-at-once': (site, random) => {
    const into = any(any(site.elves, random)?.functions ?? [], random);
    return into === undefined ? [] : replaced(site.bytes, into.offset, Uint8Array.of(0xc3));
  },
  'emptied-function': (site, random) => {
    const into = any(any(site.elves, random)?.functions ?? [], random);
    if (into === undefined) return [];
    const body = Buffer.alloc(into.length, random.pick([0xcc, 0x90, 0]));
    body[0] = 0xc3;
    return replaced(site.bytes, into.offset, body);
  },
  /** What stands behind the body of a function, up to the next one. */
  'behind-function': (site, random) => {
    const functions = [...(any(site.elves, random)?.functions ?? [])].sort((x, y) => x.offset - y.offset);
    const gaps = functions.flatMap((f, i) => {
      const room = (functions[i + 1]?.offset ?? 0) - f.offset - f.length;
      return room > 0 && room < 64 ? [{ at: f.offset + f.length, room }] : [];
    });
    const gap = any(gaps, random);
    if (gap === undefined) return [];
    return random.below(2) === 0
      ? otherByte(site.bytes, gap.at + random.below(gap.room), random)
      : replaced(site.bytes, gap.at, randomBytes(gap.room, random));
  },
  /** A constant of eight bytes becomes another: a type id has two of them. */
  'type-id-half': (site, random) => typeIds(site, random, 1),
  'type-id': (site, random) => typeIds(site, random, 2),
  /** One constant of eight bytes becomes another in every function that has it. */
  'constant-everywhere': ({ bytes, elves }, random) => {
    const of = any(any(elves, random)?.functions ?? [], random);
    const found = of === undefined ? [] : instructions(bytes, of, (i) => i.immediateSize === 8);
    const chosen = any(found, random);
    if (chosen === undefined) return [];
    const at = chosen.at + chosen.immediateAt;
    const old = bytes.subarray(at, at + 8);
    const other = randomBytes(8, random);
    const edits: Edit[] = [];
    for (let next = bytes.indexOf(old); next >= 0; next = bytes.indexOf(old, next + 8))
      edits.push(...replaced(bytes, next, other));
    return edits;
  },
} as const satisfies Record<string, Kind>;

interface Call {
  readonly at: number;
  readonly address: number;
}

const calls = new WeakMap<ElfPart, Map<number, Call[]>>();

/** Calls and jumps of five bytes, by the address they lead to. */
function callsIn(bytes: Buffer, part: ElfPart): Map<number, Call[]> {
  let found = calls.get(part);
  if (found !== undefined) return found;
  found = new Map();
  for (const of of part.functions) {
    for (const { at, length } of instructions(bytes, of, isCall)) {
      if (length !== 5) continue;
      const address = of.address + at - of.offset;
      const to = address + 5 + bytes.readInt32LE(at + 1);
      const list = found.get(to) ?? [];
      found.set(to, list);
      list.push({ at, address });
    }
  }
  calls.set(part, found);
  return found;
}

const likenesses = new WeakMap<ElfPart, Function_[][]>();

/** Functions with the same instructions that refer to other things: those that refer to the same are one, merged or not. */
function alikeFunctions(bytes: Buffer, part: ElfPart): Function_[][] {
  let groups = likenesses.get(part);
  if (groups !== undefined) return groups;
  const byKey = new Map<string, Map<string, Function_>>();
  for (const of of part.functions) {
    const body = Buffer.from(bytes.subarray(of.offset, of.offset + of.length));
    for (const { at, length, displacementAt } of instructions(bytes, of, isRelative)) {
      const field = at - of.offset + displacementAt;
      const target = of.address + at - of.offset + length + body.readInt32LE(field);
      const inside = target >= of.address && target < of.address + of.length;
      body.writeInt32LE((inside ? target - of.address : target) | 0, field);
    }
    const opcodes = instructions(bytes, of, () => true).map((i) =>
      bytes.toString('hex', i.at, i.at + i.opcodeAt + 1),
    );
    const key = `${of.length} ${opcodes.join(' ')}`;
    const group = byKey.get(key) ?? new Map<string, Function_>();
    byKey.set(key, group);
    group.set(body.toString('latin1'), of);
  }
  groups = [...byKey.values()].filter(({ size }) => size > 1).map((group) => [...group.values()]);
  likenesses.set(part, groups);
  return groups;
}

interface Chosen {
  readonly of: Function_;
  /** In the content. */
  readonly at: number;
  readonly length: number;
  readonly opcodeAt: number;
  readonly displacementAt: number;
  readonly immediateAt: number;
}

function instructions(bytes: Buffer, of: Function_, wanted: (i: Instruction) => boolean): Chosen[] {
  const found: Chosen[] = [];
  const instruction = new Instruction();
  const end = of.offset + Math.min(of.length, LONGEST);
  for (let at = of.offset; at < end; ) {
    const length = decodeX86(bytes, at, end, instruction);
    const { opcodeAt, displacementAt, immediateAt } = instruction;
    if (length > 0 && wanted(instruction))
      found.push({ of, at, length, opcodeAt, displacementAt, immediateAt });
    at += Math.max(1, length);
  }
  return found;
}

/** Of a longer function only the beginning is looked at. Bytes. */
const LONGEST = 1 << 16;
/** Functions that are tried before there is taken to be no such instruction. */
const TRIES = 12;

function instruction(
  { bytes, elves }: Site,
  random: Random,
  wanted: (i: Instruction) => boolean,
): Chosen | undefined {
  for (let i = 0; i < TRIES; i += 1) {
    const of = any(any(elves, random)?.functions ?? [], random);
    const chosen = of === undefined ? undefined : any(instructions(bytes, of, wanted), random);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

function field(
  site: Site,
  random: Random,
  of: (i: Instruction) => readonly [at: number, length: number] | undefined,
): Edit[] {
  const part: ElfPart | undefined = any(site.elves, random);
  if (part === undefined) return [];
  const chosen = instruction({ ...site, elves: [part] }, random, (i) => of(i) !== undefined);
  if (chosen === undefined) return [];
  const decoded = new Instruction();
  decodeX86(site.bytes, chosen.at, chosen.at + chosen.length, decoded);
  const [at, length] = of(decoded) ?? [0, 1];
  const start = chosen.at + at;
  switch (random.below(3)) {
    case 0:
      return flipBit(site.bytes, start + random.below(length), random);
    case 1:
      return otherByte(site.bytes, start, random);
    default:
      return replaced(site.bytes, start, randomBytes(length, random));
  }
}

function conditional({ flags, map, opcode }: Instruction): boolean {
  if ((flags & RELATIVE_BRANCH) === 0) return false;
  return (map === 0 && opcode >= 0x70 && opcode < 0x80) || (map === 1 && opcode >= 0x80 && opcode < 0x90);
}

function isRelative({ flags, displacementSize }: Instruction): boolean {
  return (flags & PC_RELATIVE) !== 0 && displacementSize === 4;
}

function isCall({ flags, map, opcode }: Instruction): boolean {
  return (flags & RELATIVE_BRANCH) !== 0 && map === 0 && (opcode === 0xe8 || opcode === 0xe9);
}

function typeIds(site: Site, random: Random, count: number): Edit[] {
  for (let i = 0; i < TRIES; i += 1) {
    const of = any(any(site.elves, random)?.functions ?? [], random);
    if (of === undefined) return [];
    const found = instructions(site.bytes, of, (instruction) => instruction.immediateSize === 8);
    if (found.length < count) continue;
    const first = random.below(found.length - count + 1);
    return found
      .slice(first, first + count)
      .flatMap(({ at, immediateAt }) => replaced(site.bytes, at + immediateAt, randomBytes(8, random)));
  }
  return [];
}
