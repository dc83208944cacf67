import { basename } from 'node:path';
import type { ExperimentReport, RunReport } from '../report/experiment-model.js';
import type { MaterialisedRoot } from '../root/materialise.js';
import type { Experiment, SideName } from './experiment.js';
import type { Origin } from './origin.js';
import type { Ingredients } from './plan.js';
import type { MadeRun } from './runs.js';
import type { Source } from './source.js';

/*
 * The parts of the report of an experiment that say what was built, of what, and what it took.
 */

export function sourceReport(
  { source: spec }: Experiment,
  { tree }: Source,
  { source: check }: Origin,
): ExperimentReport['source'] {
  return {
    path: spec.given,
    digest: tree.digest,
    files: tree.entries.filter(({ type }) => type === 'file').length,
    bytes: tree.bytes,
    ...(check !== undefined && {
      signature: { sha256: check.sha256, outcome: check.outcome, why: check.why },
    }),
  };
}

/** What roots are, where they come from, and what they share. */
export function originReport(
  experiment: Experiment,
  roots: Ingredients['roots'],
  origin: Origin,
): Pick<ExperimentReport, 'roots' | 'sharedAncestors'> {
  return {
    roots: {
      a: rootReport(experiment, 'a', roots.a, origin),
      b: rootReport(experiment, 'b', roots.b, origin),
    },
    sharedAncestors: sharedAncestors(origin, roots),
  };
}

function rootReport(
  { roots }: Experiment,
  side: SideName,
  { digest, bytes, notes }: MaterialisedRoot,
  origin: Origin,
): ExperimentReport['roots']['a'] {
  const { name, given } = roots[side];
  const { identity, ancestry, inputs } = origin[side];
  const { kind, standing, why, evidence } = ancestry;
  return {
    name,
    paths: given,
    digest,
    bytes,
    facts: Object.fromEntries(
      Object.entries(identity.facts).map(([fact, values]) => [fact, values.map(({ value }) => value)]),
    ),
    ancestry: {
      kind,
      ...(standing !== undefined && { standing }),
      why,
      evidence: evidence.map(({ says, standing: of, file }) => ({
        says,
        standing: of,
        file: basename(file),
      })),
    },
    signatures: inputs.flatMap(({ file, check }) =>
      check === undefined
        ? []
        : [{ file: basename(file), sha256: check.sha256, outcome: check.outcome, why: check.why }],
    ),
    notes,
  };
}

/** The shared ancestor as verdicts name it. */
export function sharedBy(shared: ExperimentReport['sharedAncestors']): string | undefined {
  const [first] = shared;
  if (first === undefined) return undefined;
  // Of the sentence only the thing: a verdict has one of its own around it.
  const what = first.what.replace(/^both come from /, '').replace(/^.* descends from .*?: /, '');
  return first.standing === 'checked' ? what : `${what} (as they say of themselves)`;
}

/** What both roots are known to be or to descend from; the nearest first. */
function sharedAncestors(
  { relation }: Origin,
  { a, b }: Ingredients['roots'],
): ExperimentReport['sharedAncestors'] {
  const same = { what: 'the same root (the two are equal byte for byte)', standing: 'checked' } as const;
  const known = (relation?.shared ?? []).map(({ what, standing }) => ({ what, standing }));
  return a.digest === b.digest ? [same, ...known] : known;
}

export function runReport({ run, record }: MadeRun): RunReport {
  const { id, side, role, varied, key } = run;
  return { id, side, role, varied, key, interruptions: record.interruptions, stages: record.stages };
}
