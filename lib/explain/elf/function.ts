import type { Sink } from '../../ledger/sink.js';
import type { FunctionOutcome } from '../function-tally.js';
import type { ChangedFunctions } from '../instructions/changed-functions.js';
import { CodeExplainer, type Referring } from './code.js';
import type { CodeLengths } from './code-length.js';
import { explainPadding, isAligning, isFilling } from './padding.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/** Compares functions with what follows them: padding, or code that no symbol covers. */
export class PieceExplainer {
  readonly #code: CodeExplainer;

  constructor(
    readonly a: ElfView,
    readonly b: ElfView,
    references: Referring,
    changed: ChangedFunctions,
    lengths?: CodeLengths,
  ) {
    this.#code = new CodeExplainer(a, b, references, changed, lengths);
  }

  /** `sink` starts where the two pieces do. */
  explain(piece: Piece, pair: Piece, sink: Sink): FunctionOutcome {
    const body = { startA: piece.start, endA: piece.body, startB: pair.start, endB: pair.body };
    const outcome = this.#code.explain(piece, pair, body, sink);
    const restA = bytesOf(this.a, piece.section, piece.body, piece.end);
    const restB = bytesOf(this.b, pair.section, pair.body, pair.end);
    const rest = sink.at(piece.body - piece.start, pair.body - pair.start);
    if (isFilling(restA) && isFilling(restB)) {
      const aligning = isAligning(this.a, piece, restA.length) && isAligning(this.b, pair, restB.length);
      explainPadding(restA, restB, rest, aligning);
    } else {
      const range = { startA: piece.body, endA: piece.end, startB: pair.body, endB: pair.end };
      this.#code.explain(piece, pair, range, rest);
    }
    return outcome;
  }
}

function bytesOf(view: ElfView, index: number, start: number, end: number): Uint8Array {
  const section = view.section(index);
  return section === undefined ? new Uint8Array(0) : view.content(section).subarray(start, end);
}
