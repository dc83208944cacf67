import type { VerdictId } from '../../lib/verdict/verdict.js';

/** What each verdict means, in a sentence or two. */
export const VERDICT_MEANINGS = {
  identical: 'Every file is equal byte for byte and in metadata, and none is left over.',
  'identical-shared-ancestor':
    'As identical, but the roots are said to descend from one ancestor (--shared-ancestor).',
  equivalent:
    'Equal except for what declared masks cover, and for bytes that have a confirmed cause, where no control is given; both are listed with their reasons.',
  noise: 'Whatever differs varies in the same places between builds from one root.',
  'root-effect-explained':
    'Something differs that varies in no control, and all of it has a confirmed cause.',
  'root-effect-unexplained':
    'Something differs that varies in no control, and not all of it has a confirmed cause. This is not proof of tampering.',
  inconclusive:
    'Something differs without a confirmed cause and no usable control was given, or part of the input could not be checked.',
  'not-comparable':
    'The two differ by design (version, target, configuration): the root cannot be judged from them.',
} as const satisfies Record<VerdictId, string>;
