import { type Site, siteOf } from './site.js';
import type { FilePair, Subject } from './subject.js';

/** What a place is for: constants of a program, names of symbols, `.comment`, crate metadata, and texts. */
export type SlotClass = 'constant' | 'name' | 'comment' | 'metadata' | 'text';

/** Printable text that both sides have, so that another one can be written in its place. */
export interface Slot {
  readonly file: number;
  readonly class: SlotClass;
  /** Two places of one unit lie in one member of an archive, or in one file that is none. */
  readonly unit: string;
  readonly offsetA: number;
  readonly offsetB: number;
  /** Bytes. */
  readonly length: number;
}

/** Bytes that one slot takes; longer texts are several. */
const LONGEST = 80;
const SHORTEST = 18;

/** All slots of a subject. */
export function slotsOf({ files }: Subject): Slot[] {
  return files.flatMap((pair, file) =>
    slotsOfPair(pair).map((slot) => ({ ...slot, file, unit: `${file} ${slot.unit}` })),
  );
}

type PairSlot = Omit<Slot, 'file'>;

const known = new WeakMap<Buffer, WeakMap<Buffer, PairSlot[]>>();

function slotsOfPair({ a, b }: FilePair): PairSlot[] {
  const of = known.get(a) ?? new WeakMap<Buffer, PairSlot[]>();
  known.set(a, of);
  let slots = of.get(b);
  if (slots === undefined) {
    slots = commonRuns(a, b);
    of.set(b, slots);
  }
  return slots;
}

function commonRuns(a: Buffer, b: Buffer): PairSlot[] {
  const runsA = runsByText(a);
  const runsB = a === b ? runsA : runsByText(b);
  const slots: PairSlot[] = [];
  for (const [key, [first, ...more]] of runsA) {
    const [other, ...others] = runsB.get(key) ?? [];
    if (first === undefined || other === undefined) continue;
    // Of texts that stand more than once nothing says which is which.
    if (a !== b && more.length + others.length > 0) continue;
    const pairs: (readonly [Run, Run])[] =
      a === b ? [first, ...more].map((run) => [run, run]) : [[first, other]];
    for (const [runA, runB] of pairs)
      for (let at = 0; runA.length - at >= SHORTEST; at += LONGEST)
        slots.push({
          class: runA.class,
          unit: runA.unit,
          offsetA: runA.offset + at,
          offsetB: runB.offset + at,
          length: Math.min(LONGEST, runA.length - at),
        });
  }
  return slots;
}

interface Run {
  readonly class: SlotClass;
  readonly unit: string;
  readonly offset: number;
  readonly length: number;
}

interface Stretch extends Run {
  readonly name: string;
}

function runsByText(bytes: Buffer): Map<string, Run[]> {
  const runs = new Map<string, Run[]>();
  for (const { class: of, unit, offset, length, name } of stretches(siteOf(bytes)))
    for (const match of bytes.toString('latin1', offset, offset + length).matchAll(/[\x20-\x7e]{18,}/g)) {
      const key = `${of} ${name} ${match[0]}`;
      const run = { class: of, unit, offset: offset + match.index, length: match[0].length };
      const list = runs.get(key);
      if (list === undefined) runs.set(key, [run]);
      else list.push(run);
    }
  return runs;
}

function stretches({ bytes, members, elves }: Site): Stretch[] {
  const found: Stretch[] = elves.flatMap(({ base, elf, member }) =>
    elf.sections.flatMap((section) => {
      const of = SECTIONS.find(([name]) => name.test(section.name))?.[1];
      if (of === undefined || section.fileSize === 0) return [];
      const { sh_offset, fileSize: length, name } = section;
      return [{ class: of, unit: member?.name ?? '', offset: base + sh_offset, length, name }];
    }),
  );
  const inElf = new Set(elves.map(({ base }) => base));
  for (const { name, kind, offset, size } of members)
    if (kind === 'file' && !inElf.has(offset) && size > 0)
      found.push({ class: classOf(bytes, offset), unit: name, offset, length: size, name: '' });
  if (members.length === 0 && elves.length === 0)
    found.push({ class: classOf(bytes, 0), unit: '', offset: 0, length: bytes.length, name: '' });
  return found;
}

const SECTIONS: readonly (readonly [RegExp, SlotClass])[] = [
  [/^\.(?:rodata|data(?!\.rel))/, 'constant'],
  [/^\.(?:strtab|dynstr)$/, 'name'],
  [/^\.comment$/, 'comment'],
  [/^\.(?:rmeta|rustc)$/, 'metadata'],
];

function classOf(bytes: Buffer, offset: number): SlotClass {
  return bytes.toString('latin1', offset, offset + 4) === 'rust' ? 'metadata' : 'text';
}
