import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Constant } from './constant.js';

/** What a planted compiler changed, as it wrote it down. */
export interface PlantRecord extends Constant {
  /** The name of the file, without folders. */
  readonly file: string;
  readonly crate: string;
}

/** Below a run's HOME: the only place that is the same for every stage and is never compared. */
export const RECORDS = '.trustdiff-planted';

/** All that was changed in the run with this home. */
export function readPlantRecords(home: string): readonly PlantRecord[] {
  const folder = join(home, RECORDS);
  let names: string[];
  try {
    names = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    // No crate was compiled that the compiler was to change.
    return [];
  }
  return names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as PlantRecord);
}

/** Whether a file of the output may be one that was changed: cargo copies it under a name without its hash. */
export function mayBeCopy(output: string, changed: string): boolean {
  const plain = (name: string): string => name.replace(/-[0-9a-f]{16}(?=\.|$)/, '').replaceAll('-', '_');
  return plain(output) === plain(changed);
}
