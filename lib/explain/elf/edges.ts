import { SHT_NOBITS } from '../../format/elf/constant.js';
import type { EhFrame } from '../../format/elf/eh-frame.js';
import { Column } from '../../ledger/columns.js';
import { relativeTargets } from '../../machine/relative-fields.js';
import { framePointer, functionOf } from './frame-pairs.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import { firstPatch, type Patches, patchTarget } from './patch.js';
import { type Piece, pieceAt } from './piece.js';
import type { ElfView, NamedSymbols } from './view.js';

/** Types of edges that no relocation has. */
const RELATIVE = 1000;
const EXCEPTION_TABLE = 1001;

/** What each piece refers to, in order of the places: edges `start[i]` up to `start[i + 1]` are those of piece `i`. */
export class Edges {
  readonly start: Uint32Array;
  readonly at: number[] = [];
  readonly type: number[] = [];
  readonly to: number[] = [];
  /** Undefined symbols that are referred to; their nodes come behind those of the pieces. */
  readonly symbols: number[] = [];
  readonly #symbolNodes = new Map<number, number>();
  readonly #nodes: Map<Piece, number>;
  #table: NamedSymbols | undefined;

  constructor(
    readonly view: ElfView,
    readonly bySection: ReadonlyMap<number, readonly Piece[]>,
    pieces: readonly Piece[],
    frames: EhFrame | undefined,
  ) {
    this.#nodes = new Map(pieces.map((piece, i) => [piece, i]));
    const tables = frames === undefined ? new Map<Location, Location>() : exceptionTables(view, frames);
    const starts = new Column();
    for (const piece of pieces) {
      starts.push(this.to.length);
      this.#piece(piece, tables.get(locationOf(piece.section, piece.start)));
    }
    const end = this.to.length;
    this.start = new Uint32Array(pieces.length + this.symbols.length + 1).fill(end);
    for (let i = 0; i < pieces.length; i += 1) this.start[i] = starts.at(i);
  }

  /** The edges that lead to each node: those of node `i` are `order[start[i]]` up to `order[start[i + 1]]`. */
  reversed(nodes: number): {
    readonly start: Uint32Array;
    readonly order: Uint32Array;
    readonly from: Uint32Array;
  } {
    const start = new Uint32Array(nodes + 1);
    for (const to of this.to) start[to + 1] = (start[to + 1] ?? 0) + 1;
    for (let i = 0; i < nodes; i += 1) start[i + 1] = (start[i + 1] ?? 0) + (start[i] ?? 0);
    const next = Uint32Array.from(start);
    const order = new Uint32Array(this.to.length);
    const from = new Uint32Array(this.to.length);
    for (let node = 0; node + 1 < this.start.length; node += 1) {
      for (let edge = this.start[node] ?? 0; edge < (this.start[node + 1] ?? 0); edge += 1) {
        const to = this.to[edge] ?? 0;
        order[next[to] ?? 0] = edge;
        from[edge] = node;
        next[to] = (next[to] ?? 0) + 1;
      }
    }
    return { start, order, from };
  }

  nameOf(symbol: number): string {
    return this.#table?.skeleton(symbol) ?? '';
  }

  #piece(piece: Piece, table: Location | undefined): void {
    const { view } = this;
    const section = view.section(piece.section);
    if (section === undefined || section.sh_type === SHT_NOBITS) return;
    const patches = view.patches(piece.section);
    if (patches !== undefined) this.#patches(piece, patches);
    if (piece.kind === 'code' && !view.relocatable) {
      const address = view.address(piece.section) + piece.start;
      relativeTargets(
        view.elf.header.e_machine,
        view.content(section),
        piece.start,
        piece.body,
        address,
        (at, target) => {
          const location = this.#throughTable(view.locate(target));
          const to = this.#node(location, piece);
          if (to >= 0) this.#add(at, RELATIVE, to);
        },
      );
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
    const pieces = this.bySection.get(sectionOf(location));
    const piece = pieces === undefined ? undefined : pieceAt(pieces, offsetOf(location));
    return piece === undefined || piece === own ? -1 : (this.#nodes.get(piece) ?? -1);
  }

  #symbol(symbol: number, table: NamedSymbols | undefined): number {
    if (symbol === 0) return -1;
    this.#table ??= table;
    let node = this.#symbolNodes.get(symbol);
    if (node === undefined) {
      node = this.#nodes.size + this.symbols.length;
      this.symbols.push(symbol);
      this.#symbolNodes.set(symbol, node);
    }
    return node;
  }

  #add(at: number, type: number, to: number): void {
    this.at.push(at);
    this.type.push(type);
    this.to.push(to);
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
