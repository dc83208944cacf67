import type { CauseReport } from '../explanation.js';
import type { PairReport, Report } from '../model.js';
import type { Paint } from '../paint.js';
import { wrapped } from './wrap.js';

/**
 * What can be done about what is left over; at most a few lines.
 * @param done causes for which it was done already
 */
export function* nextStepLines(
  report: Report,
  paint: Paint,
  width: number,
  done: readonly CauseReport['cause'][] = [],
): Generator<string> {
  const steps = stepsOf(report, done);
  if (steps.length === 0) return;
  yield '';
  yield paint.bold('HOW TO GO ON');
  for (const step of steps) yield* wrapped(`  - ${step}`, width, '    ');
}

function stepsOf(report: Report, done: readonly CauseReport['cause'][]): string[] {
  const { causes, controls, pairs } = report;
  const left = (causes?.causes ?? []).filter(isResidue);
  if (left.length === 0) return [];
  const steps: string[] = [];
  if (controls.length === 0)
    steps.push(
      'Build A once more from the same root and give it with --control: what varies by chance is then told from the rest.',
    );
  for (const cause of left) {
    const step = STEPS[cause.cause];
    if (step !== undefined && !done.includes(cause.cause) && !steps.includes(step)) steps.push(step);
  }
  if (left.some(({ why }) => why === 'contradicted'))
    steps.push(
      'A contradicted token stands for two things: look at those places first, a name or id was swapped there or the pairing is wrong.',
    );
  if (pairs.filter(hasResidue).length > 1)
    steps.push(
      'trustdiff explain A B shows one pair of files at length, with every owner and the instructions.',
    );
  return steps.slice(0, 5);
}

function isResidue({ standing }: CauseReport): boolean {
  return standing === 'suspected' || standing === 'unexplained';
}

function hasResidue({ explanation }: PairReport): boolean {
  return explanation !== undefined && explanation.accounts.suspected + explanation.accounts.unexplained > 0;
}

/** By what the residue looks like. */
const STEPS: Partial<Record<CauseReport['cause'], string>> = {
  code: 'Other instructions: build once more with one tool of the root (rustc or cargo) swapped for that of the other, as rebuild --swap does.',
  bitcode: 'Bitcode: compare builds with -C embed-bitcode=no, or disassemble both with llvm-dis.',
  'rmeta-order': 'Metadata in another order: see whether two builds from one root differ in it too.',
  'debug-info': 'Debug information: compare both sides stripped, or both built with the same -C debuginfo.',
  'codegen-units': 'Codegen units: build both sides with -C codegen-units=1.',
  'build-path': 'Paths: build both sides in one path, or with --remap-path-prefix.',
  'proc-macro-hash': 'A proc macro: rebuild the crate a few times from one root and compare.',
  'c-object':
    'Objects of a C compiler: build both sides with the same one, in one path, or compare their sources.',
  linker: 'The linker: link both sides with the same one and the same options.',
  'pgo-bolt': 'Profile or BOLT: build both sides without.',
};
