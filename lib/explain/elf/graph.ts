import type { EhFrame } from '../../format/elf/eh-frame.js';
import { Column } from '../../ledger/columns.js';
import type { Bodies } from './body.js';
import { Edges } from './edges.js';
import { highOf, type Key, lowOf, mixed } from './hash.js';
import { Labels, NodeIndex } from './labels.js';
import { ofKind } from './match.js';
import type { Division, Piece } from './piece.js';
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

/** One file as it is paired. */
interface Side {
  readonly view: ElfView;
  readonly division: Division;
  readonly bodies: Bodies;
  readonly frames: EhFrame | undefined;
}

/**
 * The pieces of one file, its undefined symbols, and which refers to which where. Node `i` is piece `i`; behind the
 * pieces come the undefined symbols.
 */
class Graph {
  readonly length: number;
  readonly pieces: readonly Piece[];
  readonly edges: Edges;
  /** What a node is by itself. */
  readonly key: Labels;
  label: Labels;
  readonly pair: Int32Array;
  readonly reversed: ReturnType<Edges['reversed']>;
  readonly #bodies: Bodies;
  #spare: Labels;
  readonly #into: Labels;

  constructor({ view, division, bodies, frames }: Side) {
    this.pieces = division.all;
    this.#bodies = bodies;
    this.edges = new Edges(view, division, frames);
    // What it says is in the edges now, and it is as large as they are.
    division.sweep = undefined;
    this.length = this.pieces.length + this.edges.symbols.length;
    this.key = new Labels(this.length);
    for (const piece of this.pieces)
      this.key.setKey(piece.index, mixed(ofKind(piece.kind, piece.key), bodies.plainKey(piece)));
    for (const [i, symbol] of this.edges.symbols.entries())
      this.key.setKey(this.pieces.length + i, mixed(UNDEFINED, this.edges.keyOf(symbol)));
    this.label = this.key.copy();
    this.#spare = new Labels(this.length);
    this.#into = new Labels(this.length);
    this.pair = new Int32Array(this.length).fill(-1);
    this.reversed = this.edges.reversed(this.length);
  }

  /**
   * Labels that say what a node is, what it refers to and what refers to it (Weisfeiler and Leman 1968). Those of
   * pairs were set when they were joined and stay.
   */
  refine(): void {
    const { edges, label, pair, key } = this;
    const { start, place: places, to: targets } = edges;
    const into = this.#into;
    const next = this.#spare;
    into.clear();
    const low = label.low;
    const high = label.high;
    for (let node = 0; node < this.length; node += 1) {
      const isFree = (pair[node] as number) < 0;
      let outLow = key.low[node] as number;
      let outHigh = key.high[node] as number;
      const fromLow = low[node] as number;
      const fromHigh = high[node] as number;
      const end = start[node + 1] as number;
      for (let edge = start[node] as number; edge < end; edge += 1) {
        const to = targets[edge] as number;
        const toFree = (pair[to] as number) < 0;
        if (!isFree && !toFree) continue;
        const at = places[edge] as number;
        if (isFree) {
          outLow = Math.imul(outLow ^ (low[to] as number) ^ Math.imul(at, 0x9e3779b1), 0x85ebca6b);
          outHigh = Math.imul(outHigh ^ (high[to] as number) ^ (outLow >>> 15), 0xc2b2ae35) ^ at;
          outLow ^= outHigh >>> 13;
        }
        // A sum, since what refers to a thing has no order.
        if (toFree) into.addMixed(to, fromLow, fromHigh, at);
      }
      next.low[node] = isFree ? outLow : fromLow;
      next.high[node] = isFree ? outHigh : fromHigh;
    }
    for (let node = 0; node < this.length; node += 1)
      if ((pair[node] as number) < 0)
        next.addMixed(node, into.low[node] as number, into.high[node] as number, next.low[node] as number);
    this.#spare = label;
    this.label = next;
  }

  /** Gives each free piece with a name of some length the key of its content alone; others are left out. */
  forgetNames(): void {
    for (const [i, piece] of this.pieces.entries()) {
      if ((this.pair[i] ?? -1) >= 0) continue;
      const telling = piece.name !== '' && piece.body - piece.start >= TELLING_BODY;
      if (telling) this.key.setKey(i, this.content(piece));
      else this.key.setNone(i);
      this.label.low[i] = this.key.low[i] ?? 0;
      this.label.high[i] = this.key.high[i] ?? 0;
    }
  }

  content(piece: Piece): Key {
    return ofKind(piece.kind, this.#bodies.plainKey(piece));
  }

  /** What refers to a node, in one number. */
  referrers(): Labels {
    const { edges, label, pair } = this;
    const into = new Labels(this.length);
    for (let node = 0; node < this.length; node += 1) {
      const low = label.low[node] ?? 0;
      const high = label.high[node] ?? 0;
      const end = edges.start[node + 1] ?? 0;
      for (let edge = edges.start[node] ?? 0; edge < end; edge += 1) {
        const to = edges.to[edge] ?? 0;
        if ((pair[to] ?? -1) < 0) into.addMixed(to, low, high, edges.place[edge] ?? 0);
      }
    }
    return into;
  }
}

const UNDEFINED: Key = 2;

/**
 * Pairs the pieces of two files by what they refer to and what refers to them: names without hashes alone cannot tell
 * the many instances of one generic function from each other, and constants have no names at all. Gives the undefined
 * symbols that were paired on the way.
 */
export function pairByReferences(a: Side, b: Side): [number, number][] {
  return new Matching(new Graph(a), new Graph(b)).run();
}

class Matching {
  readonly #symbols: [number, number][] = [];
  readonly #mine = new Referrers();
  readonly #theirs = new Referrers();
  /** Nodes of A and of B to be joined, in turns; a large library has tens of millions waiting. */
  readonly #open = new Column();
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
    this.#ties(contents(a), contents(b));
  }

  /** Pairs free nodes whose key only they have. */
  #alone(keysA: Labels, keysB: Labels): void {
    const inA = new NodeIndex(keysA, this.a.pair);
    const inB = new NodeIndex(keysB, this.b.pair);
    const firsts = inB.firstsLike(inA);
    for (let node = 0; node < firsts.length; node += 1) {
      const other = firsts[node] ?? -1;
      if (other >= 0 && inA.isSingle(node) && inB.isSingle(other)) this.#join(node, other);
    }
  }

  /** Things that nothing tells apart: first with first, and what they refer to goes with them. */
  #ties(keysA: Labels, keysB: Labels): void {
    const inA = new NodeIndex(keysA, this.a.pair);
    const inB = new NodeIndex(keysB, this.b.pair);
    const firsts = inB.firstsLike(inA);
    for (let first = 0; first < firsts.length; first += 1) {
      let other = firsts[first] ?? -1;
      for (let node = other < 0 ? -1 : first; node >= 0; node = inA.next(node)) {
        while (other >= 0 && (this.b.pair[other] ?? -1) >= 0) other = inB.next(other);
        if (other < 0) break;
        if ((this.a.pair[node] ?? -1) < 0) this.#join(node, other);
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
    const open = this.#open;
    open.push(x);
    open.push(y);
    while (open.length > 0) {
      const to = open.pop();
      const from = open.pop();
      if ((this.a.pair[from] ?? -1) >= 0 || (this.b.pair[to] ?? -1) >= 0) continue;
      this.a.pair[from] = to;
      this.b.pair[to] = from;
      this.#pairs += 1;
      this.a.label.setCounter(from, this.#pairs);
      this.b.label.setCounter(to, this.#pairs);
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
      this.#follow(from, to);
      this.#back(from, to);
    }
  }

  /** Who refers to two paired nodes, where only one on each side is of its kind. */
  #back(node: number, other: number): void {
    const { a, b } = this;
    if (!this.#mine.fill(a, node) || !this.#theirs.fill(b, other)) return;
    for (let i = 0; i < this.#mine.count; i += 1) {
      const edge = this.#mine.edge(i);
      if (!this.#mine.isSingle(edge)) continue;
      const there = this.#theirs.like(a, edge);
      if (there < 0 || !this.#theirs.isSingle(there)) continue;
      this.#open.push(a.reversed.from[edge] ?? 0);
      this.#open.push(b.reversed.from[there] ?? 0);
    }
  }

  #follow(from: number, to: number): void {
    const { edges } = this.a;
    const other = this.b.edges;
    const startA = edges.start[from] ?? 0;
    const startB = other.start[to] ?? 0;
    const count = (edges.start[from + 1] ?? 0) - startA;
    if (count !== (other.start[to + 1] ?? 0) - startB) return;
    for (let i = 0; i < count; i += 1) {
      if (edges.place[startA + i] !== other.place[startB + i]) return;
    }
    for (let i = 0; i < count; i += 1) {
      const x = edges.to[startA + i] ?? 0;
      const y = other.to[startB + i] ?? 0;
      if ((this.a.pair[x] ?? -1) >= 0 || (this.b.pair[y] ?? -1) >= 0 || this.a.key.isNone(x)) continue;
      if (!this.a.key.isSame(x, this.b.key, y)) continue;
      this.#open.push(x);
      this.#open.push(y);
    }
  }
}

/** The edges that lead to a node from free ones: few, so that each is held against each. */
class Referrers {
  readonly #edges = new Uint32Array(MAX_REFERRERS);
  #graph: Graph | undefined;
  #count = 0;

  /** False where too many lead there, or none. */
  fill(graph: Graph, node: number): boolean {
    const { start, order, from } = graph.reversed;
    const first = start[node] ?? 0;
    const end = start[node + 1] ?? 0;
    this.#graph = graph;
    this.#count = 0;
    if (end - first > MAX_REFERRERS) return false;
    for (let i = first; i < end; i += 1) {
      const edge = order[i] ?? 0;
      if ((graph.pair[from[edge] ?? 0] ?? -1) >= 0) continue;
      this.#edges[this.#count] = edge;
      this.#count += 1;
    }
    return this.#count > 0;
  }

  get count(): number {
    return this.#count;
  }

  edge(index: number): number {
    return this.#edges[index] ?? 0;
  }

  /** Whether no other edge begins in the same place of a like thing. */
  isSingle(edge: number): boolean {
    const graph = this.#graph;
    if (graph === undefined) return false;
    for (let i = 0; i < this.#count; i += 1) {
      const other = this.#edges[i] ?? 0;
      if (other !== edge && areLike(graph, edge, graph, other)) return false;
    }
    return true;
  }

  /** The first edge like one of another graph, or -1. */
  like(graph: Graph, edge: number): number {
    const own = this.#graph;
    for (let i = 0; i < this.#count && own !== undefined; i += 1) {
      const other = this.#edges[i] ?? 0;
      if (areLike(graph, edge, own, other)) return other;
    }
    return -1;
  }
}

/** Whether two edges begin in the same place of things that are one by themselves. */
function areLike(a: Graph, edge: number, b: Graph, other: number): boolean {
  return (
    a.edges.place[edge] === b.edges.place[other] &&
    a.key.isSame(a.reversed.from[edge] ?? 0, b.key, b.reversed.from[other] ?? 0)
  );
}

/** What a thing is called; none for what has no name. */
function nameKeys(graph: Graph): Labels {
  const keys = new Labels(graph.length);
  for (let i = 0; i < graph.length; i += 1) {
    const piece = graph.pieces[i];
    if (piece === undefined) keys.set(i, graph.key, i);
    else if (piece.name !== '' || isWhole(graph.edges.view, piece))
      keys.setKey(i, ofKind(piece.kind, piece.key));
  }
  return keys;
}

/** Whether the name of its section says which piece it is: of many constants any may be the first. */
function isWhole(view: ElfView, { kind, section, start, end }: Piece): boolean {
  return start === 0 && (kind !== 'data' || end === view.section(section)?.sh_size);
}

/** The labels of what has a name; none for the rest. */
function named(graph: Graph): Labels {
  const keys = graph.label.copy();
  for (const { name, index } of graph.pieces) if (name === '') keys.setNone(index);
  return keys;
}

/** What has a name, by its content alone. */
function contents(graph: Graph): Labels {
  const keys = new Labels(graph.length);
  for (const piece of graph.pieces) if (piece.name !== '') keys.setKey(piece.index, graph.content(piece));
  return keys;
}

/** Nameless things by who refers to them, and their length. */
function anonymous(graph: Graph): Labels {
  const keys = graph.referrers();
  for (let i = 0; i < graph.length; i += 1) {
    const piece = graph.pieces[i];
    if (piece === undefined || piece.name !== '') keys.setNone(i);
    else if (!keys.isNone(i)) {
      const own = mixed(piece.key, piece.end - piece.start);
      keys.addMixed(i, lowOf(own), highOf(own), 1);
    }
  }
  return keys;
}
