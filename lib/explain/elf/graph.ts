import type { EhFrame } from '../../format/elf/eh-frame.js';
import type { Bodies } from './body.js';
import { Edges } from './edges.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/** Rounds of refinement: a thing is told from another by what refers to what refers to it, at most so many steps far. */
const MAX_ROUNDS = 12;
/** Nodes from which on a few rounds must do, and how many. */
const LARGE = 400_000;
const FEW_ROUNDS = 5;
/** What so many things refer to says nothing of who they are. */
const MAX_REFERRERS = 64;
/** A body shorter than this says nothing: `ret` is everywhere. Bytes. */
const TELLING_BODY = 8;
const MIX = 0x9e3779b1;

/**
 * The pieces of one file, its undefined symbols, and which refers to which where. Node `i` is piece `i`; behind the
 * pieces come the undefined symbols. A node's label is 53 bits of a hash.
 */
class Graph {
  readonly key: Float64Array;
  label: Float64Array;
  readonly pair: Int32Array;
  readonly reversed: ReturnType<Edges['reversed']>;

  constructor(
    readonly pieces: readonly Piece[],
    readonly edges: Edges,
    /** Of the pieces; behind them those of undefined symbols. */
    readonly keys: readonly string[],
    /** Of the pieces: their content without addresses. */
    readonly contents: readonly string[],
  ) {
    this.key = Float64Array.from(keys, hashOf);
    this.label = Float64Array.from(this.key);
    this.pair = new Int32Array(keys.length).fill(-1);
    this.reversed = edges.reversed(keys.length);
  }

  get length(): number {
    return this.keys.length;
  }

  /**
   * Labels that say what a node is, what it refers to and what refers to it (Weisfeiler and Leman 1968). Those of
   * pairs were set by `markPairs` and stay.
   */
  refine(): void {
    const { edges, label } = this;
    const into = new Float64Array(this.length);
    const next = new Float64Array(this.length);
    for (let node = 0; node < this.length; node += 1) {
      let out = this.key[node] ?? 0;
      const from = label[node] ?? 0;
      const end = edges.start[node + 1] ?? 0;
      for (let edge = edges.start[node] ?? 0; edge < end; edge += 1) {
        const to = edges.to[edge] ?? 0;
        const at = (edges.at[edge] ?? 0) + (edges.type[edge] ?? 0) * 65_537;
        out = mixed(out, mixed(label[to] ?? 0, at));
        // A sum, since what refers to a thing has no order.
        into[to] = ((into[to] ?? 0) + mixed(from, at)) % 2 ** 52;
      }
      next[node] = out;
    }
    for (let node = 0; node < this.length; node += 1) {
      if ((this.pair[node] ?? -1) >= 0) next[node] = label[node] ?? 0;
      else next[node] = mixed(next[node] ?? 0, into[node] ?? 0);
    }
    this.label = next;
  }

  /** Gives each free piece with a name of some length the key of its content alone; others are left out. */
  forgetNames(): void {
    for (const [i, piece] of this.pieces.entries()) {
      if ((this.pair[i] ?? -1) >= 0) continue;
      const telling = piece.name !== '' && piece.body - piece.start >= TELLING_BODY;
      this.key[i] = telling ? hashOf(`${piece.kind} ${this.contents[i]}`) : Number.NaN;
      this.label[i] = this.key[i] ?? Number.NaN;
    }
  }

  /** What refers to a node, in one number. */
  referrers(): Float64Array {
    const { edges, label } = this;
    const into = new Float64Array(this.length);
    for (let node = 0; node < this.length; node += 1) {
      for (let edge = edges.start[node] ?? 0; edge < (edges.start[node + 1] ?? 0); edge += 1) {
        const to = edges.to[edge] ?? 0;
        into[to] = ((into[to] ?? 0) + mixed(label[node] ?? 0, edges.at[edge] ?? 0)) % 2 ** 52;
      }
    }
    return into;
  }
}

/**
 * Pairs the pieces of two files by what they refer to and what refers to them: names without hashes alone cannot tell
 * the many instances of one generic function from each other, and constants have no names at all. Gives the undefined
 * symbols that were paired on the way.
 */
export function pairByReferences(
  a: ElfView,
  b: ElfView,
  piecesA: ReadonlyMap<number, readonly Piece[]>,
  piecesB: ReadonlyMap<number, readonly Piece[]>,
  bodiesA: Bodies,
  bodiesB: Bodies,
  framesA: EhFrame | undefined,
  framesB: EhFrame | undefined,
): [number, number][] {
  const matching = new Matching(graphOf(a, piecesA, bodiesA, framesA), graphOf(b, piecesB, bodiesB, framesB));
  return matching.run();
}

function graphOf(
  view: ElfView,
  bySection: ReadonlyMap<number, readonly Piece[]>,
  bodies: Bodies,
  frames: EhFrame | undefined,
): Graph {
  const pieces: Piece[] = [];
  for (const list of bySection.values()) for (const piece of list) pieces.push(piece);
  const edges = new Edges(view, bySection, pieces, frames);
  const contents = pieces.map((piece) => bodies.plainKey(piece));
  const keys = pieces.map((piece, i) => `${piece.kind} ${piece.key} ${contents[i]}`);
  for (const symbol of edges.symbols) keys.push(`undefined ${edges.nameOf(symbol)}`);
  return new Graph(pieces, edges, keys, contents);
}

class Matching {
  readonly #symbols: [number, number][] = [];
  #pairs = 0;

  constructor(
    readonly a: Graph,
    readonly b: Graph,
  ) {}

  run(): [number, number][] {
    const { a, b } = this;
    // A name that only one thing has says what it is, whatever became of it.
    this.#alone(nameKeys(a), nameKeys(b));
    this.#refined();
    this.#ties(named(a), named(b));
    // Once the functions are known, what they refer to can be told apart.
    this.#refined();
    this.#alone(anonymous(a), anonymous(b));
    this.#ties(a.label, b.label);
    this.#neighbours();
    this.#alone(anonymous(a), anonymous(b));
    this.#neighbours();
    this.#renamed();
    return this.#symbols;
  }

  /** Refines the labels as long as that tells more things apart. */
  #refined(): void {
    const rounds = this.a.length + this.b.length > LARGE ? FEW_ROUNDS : MAX_ROUNDS;
    for (let round = 0; round < rounds; round += 1) {
      const before = this.#pairs;
      this.a.refine();
      this.b.refine();
      this.#alone(this.a.label, this.b.label);
      if (round >= 2 && this.#pairs === before) return;
    }
  }

  /** Of functions with one body the compiler keeps any one's name: what is left is paired without names. */
  #renamed(): void {
    const { a, b } = this;
    for (const graph of [a, b]) graph.forgetNames();
    this.#refined();
    this.#ties(a.label, b.label);
  }

  /** Pairs free nodes whose key only they have; a key of NaN is none. */
  #alone(keysA: Float64Array, keysB: Float64Array): void {
    const ofB = single(this.b, keysB);
    for (const [key, node] of single(this.a, keysA)) {
      const other = ofB.get(key) ?? SEVERAL;
      if (node !== SEVERAL && other !== SEVERAL) this.#join(node, other);
    }
  }

  /** Things that nothing tells apart: first with first, and what they refer to goes with them. */
  #ties(keysA: Float64Array, keysB: Float64Array): void {
    const ofB = grouped(this.b, keysB);
    for (const [key, list] of grouped(this.a, keysA)) {
      const others = ofB.get(key) ?? [];
      let at = 0;
      for (const node of list) {
        while (at < others.length && (this.b.pair[others[at] ?? 0] ?? -1) >= 0) at += 1;
        const other = others[at];
        if (other !== undefined && (this.a.pair[node] ?? -1) < 0) this.#join(node, other);
      }
    }
  }

  /** Constants without names between two pairs that are neighbours on both sides. */
  #neighbours(): void {
    const { pieces } = this.a;
    for (let i = 1; i < pieces.length; i += 1) this.#beside(i, 1);
    for (let i = pieces.length - 2; i >= 0; i -= 1) this.#beside(i, -1);
  }

  #beside(node: number, step: 1 | -1): void {
    const piece = this.a.pieces[node];
    const before = this.a.pieces[node - step];
    const pair = this.a.pair[node - step] ?? -1;
    if (piece === undefined || before?.section !== piece.section || pair < 0 || piece.name !== '') return;
    const other = this.b.pieces[pair + step];
    if ((this.a.pair[node] ?? -1) >= 0 || other === undefined || (this.b.pair[pair + step] ?? -1) >= 0)
      return;
    const same =
      other.kind === piece.kind && other.key === piece.key && other.section === this.b.pieces[pair]?.section;
    if (same && other.end - other.start === piece.end - piece.start) this.#join(node, pair + step);
  }

  /** Pairs two nodes, and what they refer to in the same places if it is free and of one kind. */
  #join(x: number, y: number): void {
    const open: [number, number][] = [[x, y]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [from, to] = next;
      if ((this.a.pair[from] ?? -1) >= 0 || (this.b.pair[to] ?? -1) >= 0) continue;
      this.a.pair[from] = to;
      this.b.pair[to] = from;
      this.#pairs += 1;
      const label = hashOf(`pair ${this.#pairs}`);
      this.a.label[from] = label;
      this.b.label[to] = label;
      const piece = this.a.pieces[from];
      const other = this.b.pieces[to];
      if (piece !== undefined && other !== undefined) {
        piece.pair = other;
        other.pair = piece;
        piece.rule = 'name';
        other.rule = 'name';
      } else if (piece === undefined && other === undefined) {
        this.#symbols.push([
          this.a.edges.symbols[from - this.a.pieces.length] ?? 0,
          this.b.edges.symbols[to - this.b.pieces.length] ?? 0,
        ]);
      }
      this.#follow(from, to, open);
      this.#back(from, to, open);
    }
  }

  /** Who refers to two paired nodes, where only one on each side is of its kind. */
  #back(node: number, other: number, open: [number, number][]): void {
    const mine = referrersOf(this.a, node);
    if (mine === undefined) return;
    const theirs = referrersOf(this.b, other);
    if (theirs === undefined) return;
    for (const [key, from] of mine) {
      const to = theirs.get(key);
      if (from >= 0 && to !== undefined && to >= 0) open.push([from, to]);
    }
  }

  #follow(from: number, to: number, open: [number, number][]): void {
    const { edges } = this.a;
    const other = this.b.edges;
    const startA = edges.start[from] ?? 0;
    const startB = other.start[to] ?? 0;
    const count = (edges.start[from + 1] ?? 0) - startA;
    if (count !== (other.start[to + 1] ?? 0) - startB) return;
    for (let i = 0; i < count; i += 1) {
      if (edges.at[startA + i] !== other.at[startB + i] || edges.type[startA + i] !== other.type[startB + i])
        return;
    }
    for (let i = 0; i < count; i += 1) {
      const x = edges.to[startA + i] ?? 0;
      const y = other.to[startB + i] ?? 0;
      if ((this.a.pair[x] ?? -1) < 0 && (this.b.pair[y] ?? -1) < 0 && this.a.key[x] === this.b.key[y])
        open.push([x, y]);
    }
  }
}

/** Free nodes that refer to one, by what they are and where they do so; -1 where several are alike. */
function referrersOf(graph: Graph, node: number): Map<string, number> | undefined {
  const { start, order, from } = graph.reversed;
  const first = start[node] ?? 0;
  const end = start[node + 1] ?? 0;
  if (end === first || end - first > MAX_REFERRERS) return undefined;
  const out = new Map<string, number>();
  for (let i = first; i < end; i += 1) {
    const edge = order[i] ?? 0;
    const by = from[edge] ?? 0;
    if ((graph.pair[by] ?? -1) >= 0) continue;
    const key = `${graph.key[by]} ${graph.edges.at[edge]} ${graph.edges.type[edge]}`;
    out.set(key, out.has(key) ? -1 : by);
  }
  return out;
}

/** What a thing is called; NaN for what has no name. */
function nameKeys(graph: Graph): Float64Array {
  return Float64Array.from({ length: graph.length }, (_, i) => {
    const piece = graph.pieces[i];
    if (piece === undefined) return graph.key[i] ?? Number.NaN;
    return piece.name === '' && piece.start > 0 ? Number.NaN : hashOf(`${piece.kind} ${piece.key}`);
  });
}

/** The labels of what has a name; NaN for the rest. */
function named(graph: Graph): Float64Array {
  return graph.label.map((label, i) => (graph.pieces[i]?.name === '' ? Number.NaN : label));
}

/** Nameless things by who refers to them, and their length. */
function anonymous(graph: Graph): Float64Array {
  const into = graph.referrers();
  return Float64Array.from({ length: graph.length }, (_, i) => {
    const piece = graph.pieces[i];
    if (piece === undefined || piece.name !== '' || (into[i] ?? 0) === 0) return Number.NaN;
    return mixed(hashOf(`${piece.key} ${piece.end - piece.start}`), into[i] ?? 0);
  });
}

const SEVERAL = -1;

/** For each key the free node that has it, or `SEVERAL`. */
function single(graph: Graph, keys: Float64Array): Map<number, number> {
  const out = new Map<number, number>();
  for (let i = 0; i < graph.length; i += 1) {
    const key = keys[i] ?? Number.NaN;
    if ((graph.pair[i] ?? -1) >= 0 || Number.isNaN(key)) continue;
    out.set(key, out.has(key) ? SEVERAL : i);
  }
  return out;
}

function grouped(graph: Graph, keys: Float64Array): Map<number, number[]> {
  const out = new Map<number, number[]>();
  for (let i = 0; i < graph.length; i += 1) {
    const key = keys[i] ?? Number.NaN;
    if ((graph.pair[i] ?? -1) >= 0 || Number.isNaN(key)) continue;
    const list = out.get(key);
    if (list === undefined) out.set(key, [i]);
    else list.push(i);
  }
  return out;
}

/** 53 bits of two 32-bit hashes of a text. */
function hashOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x01234567;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, MIX) + 0x5bd1;
  }
  return (high >>> 12) * 2 ** 32 + (low >>> 0);
}

/** One label from two; the order counts. */
function mixed(x: number, y: number): number {
  let low = Math.imul((x % 2 ** 32) ^ Math.imul((y % 2 ** 32) | 0, MIX), 0x85ebca6b);
  let high = Math.imul((x / 2 ** 32) ^ Math.imul((y / 2 ** 32) | 0, 0xc2b2ae35), MIX) ^ low;
  low = Math.imul(low ^ (low >>> 15) ^ high, 0x27d4eb2d);
  high = Math.imul(high ^ (high >>> 13), 0x165667b1) ^ low;
  return (high >>> 12) * 2 ** 32 + (low >>> 0);
}
