import type { EhFrame } from '../../format/elf/eh-frame.js';
import type { Section } from '../../format/elf/section.js';
import { relativeTargets } from '../../machine/relative-fields.js';
import { symbolTokens } from '../../symbol/name.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import { patchTarget } from './patch.js';
import type { ElfView } from './view.js';

/**
 * A stretch of a section that is one thing: a function, a constant, a record of `.eh_frame`, or what lies between.
 * Pieces cover their section exactly once. Offsets are in the section.
 */
export interface Piece {
  readonly kind: 'code' | 'data' | 'record';
  readonly section: number;
  readonly start: number;
  /** Where the symbol's own bytes end; behind it lie padding and whatever has no symbol. */
  readonly body: number;
  readonly end: number;
  /** Raw name; empty where there is none. */
  readonly name: string;
  /** What the two sides' pieces have in common: names without hashes. */
  readonly key: string;
  /** The piece of the other side. */
  pair: Piece | undefined;
  /** By which rule they were paired. */
  rule: 'name' | 'body' | 'similar' | 'order' | undefined;
  /** For a pair of unequal lengths: the offset in B's piece of an offset in A's piece, or -1. */
  map: ((offset: number) => number) | undefined;
}

export interface Bound {
  readonly start: number;
  /** Where its own bytes end; -1 where nothing but what comes next says so. */
  readonly end: number;
  readonly name: string;
  readonly key: string;
}

const SHT_PROGBITS = 1;
const SHT_NOBITS = 8;
const ARRAYS = new Set([14, 15, 16]);
const SHF_ALLOC = 2n;
const SHF_EXECINSTR = 4n;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;

/** Whether a section holds code or data, rather than one of the tables that have a reader of their own. */
export function isDivided(section: Section): boolean {
  if (
    (section.sh_flags & SHF_ALLOC) === 0n ||
    section.name === '.eh_frame' ||
    section.name === '.eh_frame_hdr'
  )
    return false;
  return section.sh_type === SHT_PROGBITS || section.sh_type === SHT_NOBITS || ARRAYS.has(section.sh_type);
}

export function isCode(section: Section): boolean {
  return (section.sh_flags & SHF_EXECINSTR) !== 0n;
}

/** The pieces of every divided section, by section index. */
export function dividePieces(view: ElfView, frames: EhFrame | undefined): Map<number, Piece[]> {
  const bounds = symbolBounds(view);
  if (!view.relocatable) {
    if (frames !== undefined) addFrameBounds(view, frames, bounds);
    addReferenced(view, bounds);
  }
  const out = new Map<number, Piece[]>();
  for (const section of view.elf.sections) {
    if (!isDivided(section)) continue;
    const name = view.relocatable ? symbolTokens(section.name).skeleton : section.name;
    // What has bytes in the file is never paired with what has none.
    const prefix = section.sh_type === SHT_NOBITS ? `${name} without bytes` : name;
    out.set(
      section.index,
      cut(section, isCode(section) ? 'code' : 'data', prefix, bounds.get(section.index) ?? []),
    );
  }
  return out;
}

/** Cuts a section at bounds; what lies before the first is a piece of its own, what follows one belongs to it. */
export function cut(
  section: { readonly index: number; readonly sh_size: number },
  kind: Piece['kind'],
  prefix: string,
  bounds: readonly Bound[],
): Piece[] {
  const sorted = [...bounds].sort((a, b) => a.start - b.start || b.end - a.end);
  const pieces: Piece[] = [];
  const starts: Bound[] = [];
  let reached = 0;
  for (const bound of sorted) {
    if (bound.end > section.sh_size || (starts.length > 0 && bound.start < reached)) continue;
    if (starts.length > 0 && bound.start === starts.at(-1)?.start) continue;
    starts.push(bound);
    reached = Math.max(bound.end, bound.start + 1);
  }
  const add = (start: number, body: number, end: number, name: string, key: string) => {
    if (end > start)
      pieces.push({
        kind,
        section: section.index,
        start,
        body,
        end,
        name,
        key: `${prefix}\0${key}`,
        pair: undefined,
        rule: undefined,
        map: undefined,
      });
  };
  add(0, starts[0]?.start ?? section.sh_size, starts[0]?.start ?? section.sh_size, '', '');
  for (const [i, { start, end, name, key }] of starts.entries()) {
    const next = starts[i + 1]?.start ?? section.sh_size;
    add(start, end < 0 ? next : end, next, name, key);
  }
  return pieces;
}

/** Where symbols with a size begin and end, by section. */
function symbolBounds(view: ElfView): Map<number, Bound[]> {
  const out = new Map<number, Bound[]>();
  const { symbols } = view;
  if (symbols === undefined) return out;
  const { table } = symbols;
  for (let i = 1; i < table.length; i += 1) {
    const type = table.type(i);
    const size = table.st_size[i] ?? 0;
    const index = table.st_shndx[i] ?? 0;
    if (size === 0 || index === 0 || (type !== STT_FUNC && type !== STT_OBJECT && type !== STT_GNU_IFUNC))
      continue;
    const section = view.section(index);
    if (section === undefined || table.isReserved(i)) continue;
    const value = table.st_value[i] ?? 0;
    const start = view.relocatable ? value : value - Number(section.sh_addr);
    if (start < 0) continue;
    push(out, index, { start, end: start + size, name: symbols.name(i), key: symbols.skeleton(i) });
  }
  return out;
}

/** The tables of `.gcc_except_table`, named for their functions; in a stripped file the functions themselves. */
function addFrameBounds(view: ElfView, frames: EhFrame, bounds: Map<number, Bound[]>): void {
  const named = functionNames(view, bounds);
  const stripped = view.elf.stripped();
  for (let i = 0; i < frames.length; i += 1) {
    const begin = frames.pcBegin[i] ?? Number.NaN;
    if (Number.isNaN(begin)) continue;
    const at = view.locate(begin);
    if (at < 0) continue;
    const function_ = named(at);
    const section = Math.floor(at / 2 ** 32);
    const start = at % 2 ** 32;
    if (stripped && function_ === undefined)
      push(bounds, section, { start, end: start + (frames.pcRange[i] ?? 0), name: '', key: '' });
    const lsda = frames.lsda[i] ?? Number.NaN;
    if (Number.isNaN(lsda) || lsda === 0) continue;
    const table = view.locate(lsda);
    if (table < 0) continue;
    const offset = table % 2 ** 32;
    push(bounds, Math.floor(table / 2 ** 32), {
      start: offset,
      end: -1,
      name: function_?.name ?? '',
      key: function_?.key ?? '',
    });
  }
}

/** Constants have no symbols: one begins wherever code or a pointer leads. */
function addReferenced(view: ElfView, bounds: Map<number, Bound[]>): void {
  const seen = new Set<Location>();
  const add = (location: Location) => {
    if (location === NOWHERE || seen.has(location)) return;
    seen.add(location);
    const section = view.section(sectionOf(location));
    if (
      section === undefined ||
      !isDivided(section) ||
      isCode(section) ||
      section.name === '.gcc_except_table'
    )
      return;
    push(bounds, section.index, { start: offsetOf(location), end: -1, name: '', key: '' });
  };
  for (const section of view.elf.sections) {
    if (!isDivided(section) || section.sh_type === SHT_NOBITS) continue;
    const patches = view.patches(section.index);
    for (let i = 0; patches !== undefined && i < patches.length; i += 1) {
      add(patchTarget(view, patches, i));
      if (section.name === '.got') add(locationOf(section.index, patches.offset[i] ?? 0));
    }
    if (!isCode(section)) continue;
    const address = Number(section.sh_addr);
    relativeTargets(
      view.elf.header.e_machine,
      view.content(section),
      0,
      section.fileSize,
      address,
      (_, target) => add(view.locate(target)),
    );
  }
}

function functionNames(
  _view: ElfView,
  bounds: ReadonlyMap<number, readonly Bound[]>,
): (location: number) => Bound | undefined {
  const starts = new Map<number, Bound>();
  for (const [section, list] of bounds)
    for (const bound of list) starts.set(section * 2 ** 32 + bound.start, bound);
  return (location) => starts.get(location);
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** The piece that holds an offset; its end too where nothing follows. */
export function pieceAt(pieces: readonly Piece[], offset: number): Piece | undefined {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const piece = pieces[low - 1];
  return piece !== undefined && offset <= piece.end ? piece : undefined;
}
