import type { EhFrame } from '../../format/elf/eh-frame.js';
import type { Section } from '../../format/elf/section.js';
import { symbolTokens } from '../../symbol/name.js';
import { hashText, type Key, mixed } from './hash.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import { patchTarget } from './patch.js';
import { CodeSweep } from './sweep.js';
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
  /** What the two sides' pieces have in common, as a number: names without hashes. */
  readonly key: Key;
  /** Its number among the pieces of the file; -1 for records. */
  readonly index: number;
  /** The piece of the other side. */
  pair: Piece | undefined;
  /** By which rule they were paired. */
  rule: 'name' | 'body' | 'similar' | 'order' | undefined;
  /** For a pair of unequal lengths: the offset in B's piece of an offset in A's piece, or -1. */
  map: ((offset: number) => number) | undefined;
}

interface Bound {
  readonly start: number;
  /** Where its own bytes end; -1 where nothing but what comes next says so. */
  readonly end: number;
  readonly name: string;
  readonly key: Key;
}

/** Every divided section of a file in its pieces. */
export interface Division {
  /** By section index, in its order. */
  readonly bySection: Map<number, Piece[]>;
  /** All of them, each at its `index`. */
  readonly all: readonly Piece[];
  /** What code refers to, in linked files. */
  sweep: CodeSweep | undefined;
}

const SHT_PROGBITS = 1;
const SHT_NOBITS = 8;
const ARRAYS = new Set([14, 15, 16]);
const SHF_ALLOC = 2n;
const SHF_EXECINSTR = 4n;
/** SHF_MERGE and SHF_STRINGS. */
const STRINGS = 0x30n;
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

/** Whether its pieces are code. */
export function isCode(section: Section): boolean {
  return (section.sh_flags & SHF_EXECINSTR) !== 0n;
}

/**
 * Whether what lies in a section is gone through in its order: code and arrays of functions that run before and after
 * `main`, and what a linker gathers between `__start_name` and `__stop_name`, which it does for names that are identifiers
 * of C.
 */
export function isOrdered(section: Section): boolean {
  return isRunAround(section) || isGathered(section);
}

/** Whether it runs, or says what runs, before or after `main`. */
export function isRunAround({ sh_type, name }: Section): boolean {
  return ARRAYS.has(sh_type) || AROUND.test(name);
}

/** Whether a linker puts the sections of this name between two symbols that are called after it. */
export function isGathered({ name }: Section): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

const AROUND = /^\.(?:[cd]tors|init|fini|(?:pre)?init_array|fini_array)(?:\.|$)/;

/** Cuts every divided section into pieces, but for those whose order matters: of these, nothing moves. */
export function dividePieces(view: ElfView, frames: EhFrame | undefined): Division {
  const bounds = symbolBounds(view);
  const bySection = new Map<number, Piece[]>();
  const all: Piece[] = [];
  const divided = view.elf.sections.filter(isDivided);
  if (view.relocatable) {
    for (const section of divided) {
      const prefix = prefixOf(section, symbolTokens(section.name).skeleton);
      const kind = isCode(section) ? 'code' : 'data';
      bySection.set(
        section.index,
        numbered(
          isOrdered(section)
            ? cut(section, kind, prefix, [])
            : cut(section, kind, prefix, bounds.get(section.index) ?? [], mergedStrings(view, section)),
          all,
        ),
      );
    }
    return { bySection, all, sweep: undefined };
  }
  if (frames !== undefined) addFrameBounds(view, frames, bounds);
  const code = divided.filter(isCode);
  const cutCode = new Map(
    code.map((section) => [
      section.index,
      cut(section, 'code', prefixOf(section, section.name), bounds.get(section.index) ?? []),
    ]),
  );
  const referenced = new Referenced(view);
  const sweep = new CodeSweep(view, cutCode, (location) => referenced.add(location));
  referenced.addPatches(divided);
  for (const section of divided) {
    const { index, name } = section;
    const prefix = prefixOf(section, name);
    const pieces =
      cutCode.get(index) ??
      (isOrdered(section)
        ? cut(section, 'data', prefix, [])
        : cut(section, 'data', prefix, bounds.get(index) ?? [], referenced.of(index)));
    bySection.set(index, numbered(pieces, all));
  }
  return { bySection, all, sweep };
}

/**
 * Where the strings of a section begin of which a linker keeps one each: it takes every one for a thing by itself, whether
 * or not a symbol names it.
 */
function mergedStrings(view: ElfView, section: Section): Float64Array {
  if (!isMergedStrings(section)) return NONE;
  const bytes = view.content(section);
  const starts: number[] = [];
  for (let at = 0; at >= 0 && at < bytes.length; at = bytes.indexOf(0, at) + 1 || -1) starts.push(at);
  return Float64Array.from(starts);
}

function isMergedStrings({ sh_flags, sh_entsize }: Section): boolean {
  return (sh_flags & STRINGS) === STRINGS && sh_entsize === 1;
}

/** Whether a piece of an object begins where a string does of which a linker keeps one each. */
export function startsString(view: ElfView, { section, start }: Piece): boolean {
  const of = view.section(section);
  if (!view.relocatable || of === undefined || !isMergedStrings(of)) return false;
  return start === 0 || view.content(of)[start - 1] === 0;
}

/** What has bytes in the file is never paired with what has none. */
function prefixOf({ sh_type }: Section, name: string): Key {
  return hashText(sh_type === SHT_NOBITS ? `${name} without bytes` : name);
}

function numbered(pieces: Cut[], all: Piece[]): Piece[] {
  for (const piece of pieces) {
    piece.index = all.length;
    all.push(piece);
  }
  return pieces;
}

type Cut = { -readonly [K in keyof Piece]: Piece[K] };

const NONE = new Float64Array(0);

/**
 * Cuts a section at bounds; what lies before the first is a piece of its own, what follows one belongs to it.
 * @param nameless more bounds, without a name and an end; ascending
 */
function cut(
  section: { readonly index: number; readonly sh_size: number },
  kind: Piece['kind'],
  prefix: Key,
  bounds: readonly Bound[],
  nameless: Float64Array = NONE,
): Cut[] {
  const sorted = [...bounds].sort((a, b) => a.start - b.start || b.end - a.end);
  const pieces: Cut[] = [];
  const nobody = mixed(prefix, 0);
  let last: Cut | undefined;
  let open = false;
  let reached = 0;
  const begin = (start: number, end: number, name: string, key: Key) => {
    if (end > section.sh_size || start > section.sh_size) return;
    if (last !== undefined && (start < reached || start === last.start)) return;
    if (last !== undefined) close(start);
    else if (start > 0) pieces.push(make(0, start, start, '', nobody));
    last = make(start, end, section.sh_size, name, key);
    open = end < 0;
    reached = Math.max(end, start + 1);
  };
  const close = (end: number) => {
    if (last === undefined) return;
    last.end = small(end);
    if (open) last.body = last.end;
    if (end > last.start) pieces.push(last);
  };
  const make = (start: number, body: number, end: number, name: string, key: Key): Cut => ({
    kind,
    section: section.index,
    start: small(start),
    body: small(body),
    end: small(end),
    name,
    key,
    index: -1,
    pair: undefined,
    rule: undefined,
    map: undefined,
  });
  let next = 0;
  for (const { start, end, name, key } of sorted) {
    for (; (nameless[next] ?? Number.POSITIVE_INFINITY) < start; next += 1)
      begin(nameless[next] ?? 0, -1, '', nobody);
    begin(start, end, name, name === '' ? nobody : mixed(prefix, key));
  }
  for (; next < nameless.length; next += 1) begin(nameless[next] ?? 0, -1, '', nobody);
  if (last !== undefined) close(section.sh_size);
  else if (section.sh_size > 0) pieces.push(make(0, section.sh_size, section.sh_size, '', nobody));
  return pieces;
}

/** A number as V8 keeps it without an object of its own, where it is one of those. */
function small(value: number): number {
  const integer = value | 0;
  return integer === value ? integer : value;
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
    push(out, index, { start, end: start + size, name: symbols.name(i), key: symbols.key(i) });
  }
  return out;
}

/** The tables of `.gcc_except_table`, named for their functions; in a stripped file the functions themselves. */
function addFrameBounds(view: ElfView, frames: EhFrame, bounds: Map<number, Bound[]>): void {
  const named = functionNames(bounds);
  const stripped = view.stripped || view.elf.stripped();
  for (let i = 0; i < frames.length; i += 1) {
    const begin = frames.pcBegin[i] ?? Number.NaN;
    if (Number.isNaN(begin)) continue;
    const at = view.locate(begin);
    if (at < 0) continue;
    const function_ = named(at);
    const section = Math.floor(at / 2 ** 32);
    const start = at % 2 ** 32;
    if (stripped && function_ === undefined)
      push(bounds, section, { start, end: start + (frames.pcRange[i] ?? 0), name: '', key: 0 });
    const lsda = frames.lsda[i] ?? Number.NaN;
    if (Number.isNaN(lsda) || lsda === 0) continue;
    const table = view.locate(lsda);
    if (table < 0) continue;
    const offset = table % 2 ** 32;
    push(bounds, Math.floor(table / 2 ** 32), {
      start: offset,
      end: -1,
      name: function_?.name ?? '',
      key: function_?.key ?? 0,
    });
  }
}

/** Constants have no symbols: one begins wherever code or a pointer leads. */
class Referenced {
  /** By section; undefined for those that are not cut at references. */
  readonly #places: (Places | undefined)[];

  constructor(readonly view: ElfView) {
    this.#places = view.elf.sections.map((section) =>
      isDivided(section) && !isCode(section) && section.name !== '.gcc_except_table'
        ? new Places()
        : undefined,
    );
  }

  add(location: Location): void {
    if (location !== NOWHERE) this.#places[sectionOf(location)]?.add(offsetOf(location));
  }

  addPatches(sections: readonly Section[]): void {
    const { view } = this;
    for (const section of sections) {
      const patches = section.sh_type === SHT_NOBITS ? undefined : view.patches(section.index);
      if (patches === undefined) continue;
      for (let i = 0; i < patches.length; i += 1) {
        this.add(patchTarget(view, patches, i));
        if (section.name === '.got') this.add(locationOf(section.index, patches.offset[i] ?? 0));
      }
    }
  }

  /** Ascending, each once. */
  of(section: number): Float64Array {
    return this.#places[section]?.ascending() ?? NONE;
  }
}

/** Offsets of a page of `Places`, one bit each: 8 kB. */
const PAGE = 2 ** 16;

/** Offsets in one section, each once, as bits: code refers to millions of places. */
class Places {
  readonly #pages = new Map<number, Uint32Array>();
  #count = 0;

  add(offset: number): void {
    const number = Math.floor(offset / PAGE);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Uint32Array(PAGE / 32);
      this.#pages.set(number, page);
    }
    const bit = offset % PAGE;
    const word = page[bit >>> 5] as number;
    const mask = 1 << (bit & 31);
    if ((word & mask) !== 0) return;
    page[bit >>> 5] = word | mask;
    this.#count += 1;
  }

  ascending(): Float64Array {
    const out = new Float64Array(this.#count);
    let count = 0;
    for (const [number, page] of [...this.#pages].sort(([x], [y]) => x - y)) {
      for (let at = 0; at < page.length; at += 1) {
        for (let word = page[at] as number; word !== 0; word &= word - 1) {
          out[count] = number * PAGE + at * 32 + 31 - Math.clz32(word & -word);
          count += 1;
        }
      }
    }
    return out;
  }
}

function functionNames(
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
