import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { type Run, scratch, trustdiff } from '../cli/run-fixture.js';
import { COMPILERS, experimentText, writeTree } from './rebuild-fixture.js';

/** An experiment of one stage in a folder of its own, as a user has it: `experiment.yaml`, to be built into `out`. */
export function written(t: ExecutionContext, run: string, fields: object = {}): string {
  const folder = scratch(t);
  writeTree(folder, COMPILERS);
  const recipe = { use: 'command', stages: [{ name: 'stage', run }] };
  writeFileSync(join(folder, 'experiment.yaml'), experimentText({ recipe, ...fields }));
  return folder;
}

export const ARGUMENTS = ['rebuild', 'experiment.yaml', '--out', 'out', '--jobs', '1'];

/** Runs the experiment from the command line. */
export function rebuilt(folder: string, ...more: readonly string[]): Promise<Run> {
  return trustdiff([...ARGUMENTS, ...more], { cwd: folder });
}

/** The folder of a run, by its id. */
export function runFolder(folder: string, id: string): string {
  const runs = join(folder, 'out/runs');
  const name = readdirSync(runs).find((entry) => entry.startsWith(`${id}-`));
  if (name === undefined) throw new Error(`there is no run ${id}`);
  return join(runs, name);
}

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  for (;;) {
    try {
      if (holds()) return;
    } catch {
      // What is looked for is not there yet.
    }
    await pause(20);
  }
}
