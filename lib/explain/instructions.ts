import type { Content } from '../ledger/content.js';
import { disassemble } from '../machine/disassemble.js';
import { type MachineName, machineOf } from '../machine/machine.js';
import type { Rows } from '../machine/row.js';
import type { InstructionDiff, InstructionRow, PairExplanation, ResidueSegment } from './explanation.js';
import { type AlignedRow, alignedRows } from './instructions/alignment.js';
import type { ChangedFunction, CodeStretch } from './instructions/changed-functions.js';
import { Operands } from './instructions/operand.js';

/** Bytes of a function; longer ones are shown as bytes. */
const LONGEST = 1 << 20;
/** Of functions that one side only has, for each so many pairs. */
const ONE_SIDED = 1 / 3;

/**
 * Shows the instructions of the first `most` changed functions in the residue, and of fewer that only one side has.
 * Several segments can lie in one function: the first has the instructions. Capstone is loaded where there is
 * something to show; where it fails, a note says so, and the bytes have to do. `wholeA` and `wholeB` are the contents
 * that the functions were read from.
 */
export async function withInstructions(
  explanation: PairExplanation,
  functions: readonly ChangedFunction[],
  wholeA: Content,
  wholeB: Content,
  most: number,
): Promise<PairExplanation> {
  const places = functions.map((of) => ({ of, a: placed(of.a, wholeA), b: placed(of.b, wholeB) }));
  const left = { pairs: most, oneSided: Math.ceil(most * ONE_SIDED) };
  const taken = new Set<ChangedFunction>();
  const residue: ResidueSegment[] = [];
  const notes: string[] = [];
  for (const segment of explanation.residue) {
    const found = places.find(({ a, b }) => lies(segment, a, b))?.of;
    const budget = found?.a === undefined || found.b === undefined ? 'oneSided' : 'pairs';
    if (found === undefined || taken.has(found) || left[budget] === 0 || notes.length > 0) {
      residue.push(segment);
      continue;
    }
    taken.add(found);
    left[budget] -= 1;
    try {
      const instructions = await instructionDiff(found);
      residue.push(instructions === undefined ? segment : { ...segment, instructions });
    } catch (error) {
      residue.push(segment);
      notes.push(`instructions are not shown: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { ...explanation, residue, notes: [...explanation.notes, ...notes] };
}

interface FileRange {
  readonly start: number;
  readonly end: number;
}

/** Where a function is in the whole content, of which its file is a part; undefined for a copy. */
function placed(stretch: CodeStretch | undefined, whole: Content): FileRange | undefined {
  const section = stretch?.view.section(stretch.section);
  if (stretch === undefined || section === undefined) return undefined;
  const place = whole.placeOf(stretch.view.bytes);
  if (place === undefined) return undefined;
  const base = place + section.sh_offset;
  return { start: base + stretch.start, end: base + stretch.end };
}

/** Whether changed code lies in a function; what only B has goes by B. */
function lies(segment: ResidueSegment, a: FileRange | undefined, b: FileRange | undefined): boolean {
  const { reason, aStart, aLength, bStart, bLength } = segment;
  if (reason !== 'code' && reason !== 'unexplained' && reason !== 'c-object') return false;
  return aLength > 0 ? overlap(aStart, aLength, a) : overlap(bStart, bLength, b);
}

function overlap(start: number, length: number, range: FileRange | undefined): boolean {
  return range !== undefined && start < range.end && start + length > range.start;
}

/** The changed instructions of one function side by side; undefined where they are not read. */
async function instructionDiff(function_: ChangedFunction): Promise<InstructionDiff | undefined> {
  const { a, b } = function_;
  const stretch = a ?? b;
  const machine = stretch === undefined ? undefined : machineOf(stretch.view.elf.header.e_machine);
  if (machine === undefined || lengthOf(a) > LONGEST || lengthOf(b) > LONGEST) return undefined;
  const { rowsA, rowsB, shown, leftOut } = alignedRows(machine, function_);
  const textsA = await Texts.read(
    machine.name,
    a,
    rowsA,
    shown.map((row) => row.a),
  );
  const textsB = await Texts.read(
    machine.name,
    b,
    rowsB,
    shown.map((row) => row.b),
  );
  return { machine: machine.name, rows: shown.map((row) => shownRow(row, textsA, textsB)), leftOut };
}

function lengthOf(stretch: CodeStretch | undefined): number {
  return stretch === undefined ? 0 : stretch.end - stretch.start;
}

/** Both sides of a row. What changed looks different: if need be by the hashes in names, or by its bytes. */
function shownRow({ mark, a, b }: AlignedRow, textsA: Texts, textsB: Texts): InstructionRow {
  const both = (how: Shown) => ({
    mark,
    ...(a >= 0 && { a: textsA.instruction(a, how) }),
    ...(b >= 0 && { b: textsB.instruction(b, how) }),
  });
  const row: InstructionRow = both('plain');
  if (mark !== 'changed' || row.a?.text !== row.b?.text) return row;
  const withHashes: InstructionRow = both('hashes');
  return withHashes.a?.text === withHashes.b?.text ? both('bytes') : withHashes;
}

type Shown = 'plain' | 'hashes' | 'bytes';

/** The instructions of one side, those that are shown. */
class Texts {
  /** By the offset in the section. */
  readonly #texts = new Map<number, string>();
  readonly #content: Uint8Array;
  readonly #operands: Operands | undefined;

  private constructor(
    readonly stretch: CodeStretch | undefined,
    readonly rows: Rows,
  ) {
    const section = stretch?.view.section(stretch.section);
    this.#content =
      stretch === undefined || section === undefined ? new Uint8Array(0) : stretch.view.content(section);
    this.#operands = stretch === undefined ? undefined : new Operands(stretch);
  }

  /** `shown` are rows in order, -1 for none. */
  static async read(
    machine: MachineName,
    stretch: CodeStretch | undefined,
    rows: Rows,
    shown: readonly number[],
  ): Promise<Texts> {
    const texts = new Texts(stretch, rows);
    for (const [first, end] of runs(shown)) await texts.#disassemble(machine, first, end);
    return texts;
  }

  async #disassemble(machine: MachineName, first: number, end: number): Promise<void> {
    const start = this.rows.starts[first] ?? 0;
    const bytes = this.#content.subarray(start, this.rows.starts[end] ?? 0);
    const address = this.#operands?.address(start) ?? 0;
    for (const { offset, text } of await disassemble(bytes, address, machine, end - first))
      this.#texts.set(start + offset, text);
  }

  instruction(row: number, how: Shown): { readonly offset: number; readonly text: string } {
    const start = this.rows.starts[row] ?? 0;
    const end = this.rows.starts[row + 1] ?? 0;
    const offset = start - (this.stretch?.start ?? 0);
    const bytes = Buffer.from(this.#content.subarray(start, end))
      .toString('hex')
      .replace(/..(?=.)/g, '$& ');
    const text = this.#texts.get(start);
    // Where the two decoders are not at one about where an instruction begins.
    if (this.#operands === undefined || text === undefined) return { offset, text: bytes };
    const named = this.#operands.named(text, start, end, how !== 'plain');
    return { offset, text: how === 'bytes' ? `${named} ; ${bytes}` : named };
  }
}

/** Runs of consecutive rows, each from its first up to but not with its end. */
function runs(rows: readonly number[]): [number, number][] {
  const out: [number, number][] = [];
  for (const row of rows) {
    const last = out.at(-1);
    if (row < 0) continue;
    if (last !== undefined && last[1] === row) last[1] = row + 1;
    else out.push([row, row + 1]);
  }
  return out;
}
