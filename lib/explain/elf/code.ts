import { readToken } from '../../ledger/claim.js';
import { partitionPoint } from '../../ledger/partition-point.js';
import type { Sink } from '../../ledger/sink.js';
import type { Code, CodeRelocations, CodeSink, Resolver } from '../../machine/code.js';
import { compareCode } from '../../machine/compare.js';
import { machineOf } from '../../machine/machine.js';
import { explainBytes } from '../bytes.js';
import type { FunctionOutcome } from '../function-tally.js';
import type { ChangedFunctions } from '../instructions/changed-functions.js';
import type { CodeLength, CodeLengths } from './code-length.js';
import { sameBytes } from './field.js';
import { locationOf } from './location.js';
import type { Patches } from './patch.js';
import type { Piece } from './piece.js';
import type { Relation } from './references.js';
import { givesTypeId } from './type-id-function.js';
import type { ElfView } from './view.js';

/** Compares the functions of two files. */
export class CodeExplainer {
  readonly #relocationsA = new Map<number, CodeRelocations | undefined>();
  readonly #relocationsB = new Map<number, CodeRelocations | undefined>();

  constructor(
    readonly a: ElfView,
    readonly b: ElfView,
    readonly references: Referring,
    readonly changed: ChangedFunctions,
    /** None where nothing is known of the texts that code refers to. */
    readonly lengths?: CodeLengths | undefined,
  ) {}

  /** A range of two pieces that are one function; `sink` starts where the range does. */
  explain(piece: Piece, pair: Piece, range: CodeRange, sink: Sink): FunctionOutcome {
    const { a, b } = this;
    const codeA = this.#code(a, piece, range.startA, range.endA, this.#relocationsA);
    const codeB = this.#code(b, pair, range.startB, range.endB, this.#relocationsB);
    const out = new Outcome(this.references, codeA, codeB, piece, pair, sink, this.lengths);
    const machine = machineOf(a.elf.header.e_machine);
    if (machine !== undefined && a.elf.header.e_machine === b.elf.header.e_machine) {
      const { mapping, changedRows } = compareCode(machine, codeA, codeB, out, out);
      out.finish();
      const outcome = out.outcome();
      if (outcome === 'changed') {
        const { changes, changedBytes, hashRows } = out;
        this.changed.pair({
          a: { view: a, section: piece.section, start: range.startA, end: range.endA },
          b: { view: b, section: pair.section, start: range.startB, end: range.endB },
          mapping,
          changes,
          changedRows: changedRows - hashRows,
          changedBytes,
        });
      }
      return outcome;
    }
    // A machine whose instructions are not read.
    const bytesA = codeA.bytes.subarray(codeA.start, codeA.end);
    const bytesB = codeB.bytes.subarray(codeB.start, codeB.end);
    if (Buffer.compare(bytesA, bytesB) === 0) {
      sink.equal(0, 0, bytesA.length);
      return 'equal';
    }
    explainBytes(bytesA, bytesB, sink);
    return 'changed';
  }

  #code(
    view: ElfView,
    piece: Piece,
    start: number,
    end: number,
    cache: Map<number, CodeRelocations | undefined>,
  ): Code {
    const section = view.section(piece.section);
    const bytes = section === undefined ? new Uint8Array(0) : view.content(section);
    let relocations = cache.get(piece.section);
    if (view.relocatable && !cache.has(piece.section)) {
      relocations = columns(view.patches(piece.section));
      cache.set(piece.section, relocations);
    }
    const address = view.relocatable ? locationOf(piece.section, start) : view.address(piece.section) + start;
    return { bytes, start, end, address, ...(relocations !== undefined && { relocations }) };
  }
}

/** What says whether two references lead to the same thing, and how. */
export interface Referring {
  address(targetA: number, targetB: number): Relation | undefined;
  /** Whether two addresses that two functions refer to are no tables of jumps, or tables that lead to the same. */
  sameJumps(piece: Piece, targetA: number, pair: Piece, targetB: number): boolean;
  relocation(sectionA: number, indexA: number, sectionB: number, indexB: number): Relation | undefined;
}

/** Offsets in the two sections. */
export interface CodeRange {
  readonly startA: number;
  readonly endA: number;
  readonly startB: number;
  readonly endB: number;
}

function columns(patches: Patches | undefined): CodeRelocations | undefined {
  return patches === undefined ? undefined : { starts: patches.offset, lengths: patches.size };
}

/** Stretches of one function that are remembered, four numbers each. */
const MAX_CHANGES = 4 * 200;

/** Scratch by length: a file has millions of fields. The next call of one length overwrites it. */
const FIELDS = Array.from({ length: 9 }, (_, length) => new Uint8Array(length));

function fieldAt(bytes: Uint8Array, at: number, length: number): Uint8Array {
  const field = FIELDS[length];
  if (field === undefined) return bytes.subarray(at, at + length);
  for (let i = 0; i < length; i += 1) field[i] = bytes[at + i] ?? 0;
  return field;
}

/** Gives the segments of one function to the ledger, and remembers what kinds of difference there were. */
class Outcome implements Resolver, CodeSink {
  #changed = false;
  #hashes = false;
  #relabelled = false;
  #moved = false;
  /** Where constants of eight bytes differ. */
  readonly #immediates: [a: number, b: number][] = [];
  /** As in `ChangedPair`, the first ones. */
  readonly changes: number[] = [];
  changedBytes = 0;
  hashRows = 0;
  /** Constants of A that may tell how long a text is, in their order. */
  readonly #texts: readonly CodeLength[];

  constructor(
    readonly references: Referring,
    readonly codeA: Code,
    readonly codeB: Code,
    readonly piece: Piece,
    readonly pair: Piece,
    readonly sink: Sink,
    readonly lengths: CodeLengths | undefined,
  ) {
    this.#texts = lengths?.of(codeA, piece) ?? [];
  }

  outcome(): FunctionOutcome {
    if (this.#changed) return 'changed';
    if (this.#hashes) return 'hashes';
    if (this.#relabelled) return 'relabelled';
    return this.#moved ? 'moved' : 'equal';
  }

  sameTarget(targetA: number, targetB: number): boolean {
    return (
      this.references.address(targetA, targetB) !== undefined &&
      this.references.sameJumps(this.piece, targetA, this.pair, targetB)
    );
  }

  sameRelocation(indexA: number, indexB: number): boolean {
    const relation = this.references.relocation(this.piece.section, indexA, this.pair.section, indexB);
    if (relation !== undefined && relation !== 'same') this.#relabelled = true;
    return relation !== undefined;
  }

  equal(a: number, b: number, length: number): void {
    let told = 0;
    // A length that stayed where the text did not.
    const first = partitionPoint(this.#texts.length, (i) => (this.#texts[i] as CodeLength).at < a);
    for (let i = first; i < this.#texts.length; i += 1) {
      const text = this.#texts[i] as CodeLength;
      const before = text.at - a;
      if (before + 4 > length) break;
      if (before < told || !this.#isTextLength(text, b + before)) continue;
      this.sink.equal(a + told - this.codeA.start, b + told - this.codeB.start, before - told);
      this.#noteChange(text.at, 4, b + before, 4);
      told = before + 4;
    }
    this.sink.equal(a + told - this.codeA.start, b + told - this.codeB.start, length - told);
  }

  /** Whether a constant is the length of a text on either side; it is told then. */
  #isTextLength(text: CodeLength, b: number): boolean {
    return this.lengths?.tell(this.codeA, this.piece, text, this.codeB, this.pair, b, this.sink) === true;
  }

  target(a: number, b: number, length: number, targetA: number, targetB: number, same: boolean): void {
    // A branch inside the function itself goes by rows: `references` knows nothing of it.
    this.#reference(a, length, b, length, same, same ? this.references.address(targetA, targetB) : undefined);
  }

  jump(a: number, aLength: number, b: number, bLength: number, _a: number, _b: number, same: boolean): void {
    this.#reference(a, aLength, b, bLength, same, undefined);
  }

  relocation(a: number, b: number, length: number, indexA: number, indexB: number, same: boolean): void {
    const relation = same
      ? this.references.relocation(this.piece.section, indexA, this.pair.section, indexB)
      : undefined;
    this.#reference(a, length, b, length, same, relation);
  }

  immediate(a: number, b: number, length: number): void {
    if (length !== 8) {
      this.#change(a, length, b, length);
      return;
    }
    this.#immediates.push([a, b]);
  }

  /**
   * Constants of eight bytes, once all are known: a type id has 128 bits, so that two of them differ wherever one is
   * named. One that differs alone is some other number.
   */
  finish(): void {
    const hex = ({ bytes }: Code, at: number): string =>
      Buffer.from(bytes.subarray(at, at + 8)).toString('hex');
    const different = new Set(
      this.#immediates.map(([a, b]) => `${hex(this.codeA, a)} ${hex(this.codeB, b)}`),
    );
    for (const [a, b] of this.#immediates) {
      const [fromA, fromB] = [a - this.codeA.start, b - this.codeB.start];
      if (different.size < 2) this.#change(a, 8, b, 8);
      else if (this.sink.token('type-id', 'le64', fromA, 8, fromB, 8, 'immediate')) {
        this.#hashes = true;
        this.hashRows += 1;
        if (givesTypeId(this.piece, this.pair))
          this.sink.typed(readToken(this.codeA.bytes.subarray(a, a + 8), 'le64') ?? '');
      } else this.#noteChange(a, 8, b, 8);
    }
    this.#immediates.length = 0;
  }

  displacement(a: number, b: number, length: number): void {
    this.#change(a, length, b, length);
  }

  other(a: number, aLength: number, b: number, bLength: number): void {
    this.#change(a, aLength, b, bLength);
  }

  #reference(
    a: number,
    aLength: number,
    b: number,
    bLength: number,
    same: boolean,
    relation: Relation | undefined,
  ): void {
    if (!same) {
      // Also where the bytes are equal: they lead elsewhere.
      this.#change(a, aLength, b, bLength);
      return;
    }
    if (relation !== undefined && relation !== 'same') this.#relabelled = true;
    const fromA = a - this.codeA.start;
    const fromB = b - this.codeB.start;
    if (aLength === bLength && sameBytes(this.codeA.bytes, a, this.codeB.bytes, b, aLength)) {
      this.sink.equal(fromA, fromB, aLength);
      return;
    }
    if (relation === 'label') this.sink.shown('local-label', fromA, aLength, fromB, bLength, 'displacement');
    else if (relation === 'twin')
      this.sink.shown('merged-function', fromA, aLength, fromB, bLength, 'displacement');
    else {
      this.#moved = true;
      // The target of A was taken over to B and is the very one that these bytes of B lead to.
      const recomputed = fieldAt(this.codeB.bytes, b, bLength);
      const from = 'where it leads: the thing that corresponds';
      this.sink.derived(fromA, aLength, fromB, bLength, recomputed, from, 'displacement', 'address-shift');
    }
  }

  #change(a: number, aLength: number, b: number, bLength: number): void {
    this.#noteChange(a, aLength, b, bLength);
    this.sink.change(a - this.codeA.start, aLength, b - this.codeB.start, bLength, { reason: 'code' });
  }

  #noteChange(a: number, aLength: number, b: number, bLength: number): void {
    this.#changed = true;
    this.changedBytes += Math.max(aLength, bLength);
    if (this.changes.length < MAX_CHANGES) this.changes.push(a, aLength, b, bLength);
  }
}
