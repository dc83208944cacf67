import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../../lib/comparison/comparison.js';
import { type Experiment, readExperiment, type SideName } from '../../lib/rebuild/experiment.js';
import type { Report } from '../../lib/report/model.js';

/** Makes all stages of an experiment once from each root and once more, and compares stage by stage. */
export async function stageReports(file: string, folder: string): Promise<ReadonlyMap<string, Report>> {
  const experiment = readExperiment(file);
  for (const side of ['a', 'b'] as const)
    for (const k of [1, 2]) build(experiment, side, join(folder, `${side}${k}`));
  const reports = new Map<string, Report>();
  for (const { name } of experiment.recipe.stages) {
    const path = (run: string) => join(folder, run, 'out', name);
    const controls = [
      { of: 'a', paths: path('a2') },
      { of: 'b', paths: path('b2') },
    ] as const;
    reports.set(name, await compare({ a: path('a1'), b: path('b1'), controls, jobs: 1 }).report);
  }
  return reports;
}

function build({ recipe, source, roots }: Experiment, side: SideName, folder: string): void {
  const root = roots[side].paths[0] ?? '';
  const cwd = join(folder, 'build');
  mkdirSync(cwd, { recursive: true });
  for (const { name, run } of recipe.stages) {
    const out = join(folder, 'out', name);
    mkdirSync(out, { recursive: true });
    const [program = '', ...args] = run;
    const env = {
      PATH: process.env.PATH ?? '',
      LC_ALL: 'C.UTF-8',
      TRUSTDIFF_ROOT: root,
      TRUSTDIFF_RUSTC: join(root, 'bin/rustc'),
      TRUSTDIFF_SRC: source.path,
      TRUSTDIFF_OUT: out,
    };
    const { status, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${name} of ${side}: ${stderr}`);
  }
}
