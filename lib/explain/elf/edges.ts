import { SHT_NOBITS } from '../../format/elf/constant.js';
import type { EhFrame } from '../../format/elf/eh-frame.js';
import { Column } from '../../ledger/columns.js';
import { framePointer, functionOf } from './frame-pairs.js';
import type { Key } from './hash.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import { firstPatch, type Patches, patchTarget } from './patch.js';
import type { Division, Piece } from './piece.js';
import type { ElfView, NamedSymbols } from './view.js';

/** Types of edges that no relocation has. */
const RELATIVE = 1000;
const EXCEPTION_TABLE = 1001;
/** Times the type: a prime, larger than most pieces. */
const TYPES = 65_537;

/** What each piece refers to, in order of the places: edges `start[i]` up to `start[i + 1]` are those of piece `i`. */
export class Edges {
  readonly start: Uint32Array;
  /** Where each begins in its piece, and its type, in one number: two that differ in either hardly ever share it. */
  readonly place: Uint32Array;
  readonly to: Uint32Array;
  /** Undefined symbols that are referred to; their nodes come behind those of the pieces. */
  readonly symbols: number[] = [];
  readonly #symbolNodes = new Map<number, number>();
  /** By section: where its pieces start, in order, and the number of the first. */
  readonly #starts = new Map<number, { readonly starts: Float64Array; readonly first: number }>();
  readonly #place = new Column();
  readonly #to = new Column();
  #table: NamedSymbols | undefined;

  constructor(
    readonly view: ElfView,
    readonly division: Division,
    frames: EhFrame | undefined,
  ) {
    const { all, bySection } = division;
    for (const [section, pieces] of bySection) {
      const starts = Float64Array.from(pieces, ({ start }) => start);
      this.#starts.set(section, { starts, first: pieces[0]?.index ?? 0 });
    }
    const tables = frames === undefined ? new Map<Location, Location>() : exceptionTables(view, frames);
    const starts = new Uint32Array(all.length);
    let function_ = 0;
    for (const piece of all) {
      starts[piece.index] = this.#to.length;
      this.#piece(piece, function_, tables.get(locationOf(piece.section, piece.start)));
      if (piece.kind === 'code') function_ += 1;
    }
    this.place = this.#place.drain();
    this.to = this.#to.drain();
    this.start = new Uint32Array(all.length + this.symbols.length + 1).fill(this.to.length);
    this.start.set(starts);
  }

  /** The edges that lead to each node: those of node `i` are `order[start[i]]` up to `order[start[i + 1]]`. */
  reversed(nodes: number): {
    readonly start: Uint32Array;
    readonly order: Uint32Array;
    readonly from: Uint32Array;
  } {
    const start = new Uint32Array(nodes + 1);
    const { to: targets } = this;
    // By index: an iterator makes an object for each of millions.
    for (let edge = 0; edge < targets.length; edge += 1) {
      const next = (targets[edge] as number) + 1;
      start[next] = (start[next] as number) + 1;
    }
    for (let i = 0; i < nodes; i += 1) start[i + 1] = (start[i + 1] ?? 0) + (start[i] ?? 0);
    const next = Uint32Array.from(start);
    const order = new Uint32Array(this.to.length);
    const from = new Uint32Array(this.to.length);
    for (let node = 0; node + 1 < this.start.length; node += 1) {
      const end = this.start[node + 1] ?? 0;
      for (let edge = this.start[node] ?? 0; edge < end; edge += 1) {
        const to = this.to[edge] ?? 0;
        order[next[to] ?? 0] = edge;
        from[edge] = node;
        next[to] = (next[to] ?? 0) + 1;
      }
    }
    return { start, order, from };
  }

  keyOf(symbol: number): Key {
    return this.#table?.key(symbol) ?? 0;
  }

  #piece(piece: Piece, function_: number, table: Location | undefined): void {
    const { view } = this;
    const section = view.section(piece.section);
    if (section === undefined || section.sh_type === SHT_NOBITS) return;
    const patches = view.patches(piece.section);
    if (patches !== undefined) this.#patches(piece, patches);
    const { sweep } = this.division;
    if (piece.kind === 'code' && sweep !== undefined) {
      const end = sweep.start.at(function_ + 1);
      for (let i = sweep.start.at(function_); i < end; i += 1) {
        const to = this.#node(this.#throughTable(sweep.target(i)), piece);
        if (to >= 0) this.#add(sweep.at.at(i), RELATIVE, to);
      }
    }
    const to = table === undefined ? -1 : this.#node(table, piece);
    if (to >= 0) this.#add(0, EXCEPTION_TABLE, to);
  }

  #patches(piece: Piece, patches: Patches): void {
    const { view } = this;
    for (
      let i = firstPatch(patches, piece.start);
      (patches.offset[i] ?? Number.POSITIVE_INFINITY) < piece.end;
      i += 1
    ) {
      const symbol = patches.symbol[i] ?? 0;
      const addend = patches.addend[i] ?? 0;
      let location =
        symbol === 0 ? patchTarget(view, patches, i) : (patches.symbols?.location(symbol, view) ?? NOWHERE);
      if (location !== NOWHERE && symbol !== 0 && addend > 0)
        location = locationOf(sectionOf(location), offsetOf(location) + addend);
      const to =
        location === NOWHERE ? this.#symbol(symbol, patches.symbols) : this.#node(location, undefined);
      if (to >= 0) this.#add((patches.offset[i] ?? 0) - piece.start, patches.type[i] ?? 0, to);
    }
  }

  /** A slot of the global offset table stands for what is in it. */
  #throughTable(location: Location): Location {
    if (location === NOWHERE || this.view.section(sectionOf(location))?.name !== '.got') return location;
    const patches = this.view.patches(sectionOf(location));
    if (patches === undefined) return location;
    const i = firstPatch(patches, offsetOf(location));
    if (patches.offset[i] !== offsetOf(location)) return location;
    const target = patchTarget(this.view, patches, i);
    return target === NOWHERE ? location : target;
  }

  /** The piece that begins at a place or holds it; none for a place in the piece itself. */
  #node(location: Location, own: Piece | undefined): number {
    if (location === NOWHERE) return -1;
    const of = this.#starts.get(sectionOf(location));
    if (of === undefined) return -1;
    const { starts, first } = of;
    const offset = offsetOf(location);
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return -1;
    const node = first + low - 1;
    if (node === own?.index) return -1;
    // Only behind the last piece is there anything that no piece holds.
    return low < starts.length || offset <= (this.division.all[node]?.end ?? 0) ? node : -1;
  }

  #symbol(symbol: number, table: NamedSymbols | undefined): number {
    if (symbol === 0) return -1;
    this.#table ??= table;
    let node = this.#symbolNodes.get(symbol);
    if (node === undefined) {
      node = this.division.all.length + this.symbols.length;
      this.symbols.push(symbol);
      this.#symbolNodes.set(symbol, node);
    }
    return node;
  }

  #add(at: number, type: number, to: number): void {
    this.#place.push(at + type * TYPES);
    this.#to.push(to);
  }
}

/** A function's exception table is its own, which only its frame says. */
function exceptionTables(view: ElfView, frames: EhFrame): Map<Location, Location> {
  const out = new Map<Location, Location>();
  for (let i = 0; i < frames.length; i += 1) {
    if ((frames.lsdaLength[i] ?? 0) === 0) continue;
    const lsda = frames.lsda[i] ?? Number.NaN;
    const to = view.relocatable
      ? framePointer(view, frames, frames.lsdaOffset[i] ?? 0)
      : Number.isNaN(lsda)
        ? NOWHERE
        : view.locate(lsda);
    if (to !== NOWHERE) out.set(functionOf(view, frames, i), to);
  }
  return out;
}
