import { join } from 'node:path';
import { compare } from '../../comparison/comparison.js';
import type { PlantedReport } from '../../report/experiment-model.js';
import type { PairReport, Report } from '../../report/model.js';
import { outputOf } from '../compare-stages.js';
import type { RebuildEvent } from '../event.js';
import type { Experiment } from '../experiment.js';
import { folderOf } from '../run.js';
import type { MadeRun } from '../runs.js';
import { mayBeCopy, type PlantRecord, readPlantRecords } from './plant-record.js';

export interface FindingOptions {
  readonly jobs: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Whether the planted change is found: the run from the planted root is compared with the first one from the same
 * root, stage by stage, as the two roots are, with the controls of that root as noise. Undefined where nothing was
 * planted.
 */
export async function findPlant(
  experiment: Experiment,
  made: readonly MadeRun[],
  out: string,
  options: FindingOptions,
  emit: (event: RebuildEvent) => void,
): Promise<PlantedReport | undefined> {
  const planted = made.find(({ run }) => run.role === 'planted');
  if (planted === undefined) return undefined;
  const { side } = planted.run;
  const changes = readPlantRecords(join(folderOf(planted.run, join(out, 'runs')), 'home'));
  const known = experiment.planted?.run === undefined ? changes : undefined;
  const stages: string[] = [];
  const unreached: string[] = [];
  // A root that was left as it was cannot be told from itself, whatever varies by chance.
  const same = made.some(({ run }) => run.id === `${side}1` && run.key === planted.run.key);
  for (const { name } of same ? [] : experiment.recipe.stages) {
    emit({ type: 'step', text: `looking for the planted change in ${name}` });
    const controls = made.filter(({ run }) => run.role === 'control' && run.side === side);
    const report = await compare({
      a: outputOf(made, `${side}1`, name, out),
      b: outputOf(made, planted.run.id, name, out),
      controls: controls.map(({ run }) => ({ of: 'a', paths: outputOf(made, run.id, name, out) })),
      ...options,
    }).report;
    if (report.verdict.id === 'identical') unreached.push(name);
    else if (shows(report, controls.length > 0, known)) stages.push(name);
  }
  const places = [...new Set(changes.map(placeText))];
  return { of: side, found: stages.length > 0, stages, unreached, places };
}

/**
 * Whether the comparison of a stage tells of the change: something differs without an explanation, more than varies
 * by chance, and where it is known what was changed, in that very file and section.
 */
function shows(report: Report, controlled: boolean, changes: readonly PlantRecord[] | undefined): boolean {
  const { id } = report.verdict;
  const differs = id === 'root-effect-unexplained' || (id === 'inconclusive' && !controlled);
  if (!differs) return false;
  if (changes === undefined) return report.pairs.some(hasResidue) || unpaired(report);
  return changes.some((change) => report.pairs.some((pair) => hasResidue(pair) && names(pair, change)));
}

function unpaired({ onlyA, onlyB }: Report): boolean {
  return onlyA.length + onlyB.length > 0;
}

function hasResidue({ status, explanation }: PairReport): boolean {
  if (status === 'type') return true;
  if (status !== 'content') return false;
  return explanation === undefined || explanation.accounts.unexplained + explanation.accounts.suspected > 0;
}

/** Whether the residue of a pair names the section, and in an archive the member, that was changed. */
function names({ path, explanation }: PairReport, { file, member, section }: PlantRecord): boolean {
  if (!mayBeCopy(path.split('/').at(-1) ?? '', file)) return false;
  return (explanation?.owners ?? []).some(
    ({ place, standing }) =>
      (standing === 'unexplained' || standing === 'suspected') &&
      [...(member === undefined ? [] : [member]), section].every((part) =>
        place.some((named) => standsFor(named, part)),
      ),
  );
}

/** In the places of a report hashes are written `*`, which is not all that a name is. */
function standsFor(named: string, part: string): boolean {
  const [first = '', ...rest] = named.split('*');
  if (rest.length === 0) return named === part;
  const last = rest.at(-1) ?? '';
  if (!/[^*]/.test(named) || !part.startsWith(first)) return false;
  let at = first.length;
  for (const text of rest.slice(0, -1)) {
    const found = part.indexOf(text, at);
    if (found < 0) return false;
    at = found + text.length;
  }
  return part.endsWith(last) && part.length - last.length >= at;
}

function placeText({ file, member, section, text }: PlantRecord): string {
  const short = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return [file, ...(member === undefined ? [] : [member]), section, `"${short}"`].join(' › ');
}

/** Characters of a text that are enough to find it by. */
const SHOWN = 60;
