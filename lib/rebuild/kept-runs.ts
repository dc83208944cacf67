import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderEnd, type PlannedRun } from './plan.js';
import { readRecord } from './run-record.js';

/**
 * The runs with the folders in which they lie already. A run that another experiment made under another id, as the
 * second of a pair that is the first here, is the same run if its key is; but no folder serves two runs, for a control
 * is a build of its own.
 *
 * @param folder the folder that holds the folders of all runs
 */
export function placed(runs: readonly PlannedRun[], folder: string): readonly PlannedRun[] {
  const taken = new Set(runs.map((run) => run.folder));
  const there = existsSync(folder) ? readdirSync(folder).sort() : [];
  return runs.map((run) => {
    if (there.includes(run.folder)) return run;
    const found = there.find((name) => !taken.has(name) && isWhole(join(folder, name), run));
    if (found === undefined) return run;
    taken.add(found);
    return { ...run, folder: found };
  });
}

/** Whether a folder holds that very run, to its end. */
function isWhole(folder: string, { key, stages }: PlannedRun): boolean {
  // The name holds the beginning of the key: other folders need not be opened.
  if (!folder.endsWith(folderEnd(key))) return false;
  const record = readRecord(join(folder, 'run.json'));
  return record !== undefined && record.key === key && record.stages.length === stages.length;
}
