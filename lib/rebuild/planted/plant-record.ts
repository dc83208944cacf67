import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../error.js';
import { readRecord } from '../build-record.js';
import { amount, optional, record, type Shape, text } from '../shape.js';
import type { Constant } from './constant.js';

/** What a planted compiler changed, as it wrote it down. */
export interface PlantRecord extends Constant {
  /** The name of the file, without folders. */
  readonly file: string;
  readonly crate: string;
}

/** Below a run's HOME: the only place that is the same for every stage and is never compared. */
export const RECORDS = '.trustdiff-planted';

/** Records of one run: a planted compiler writes one for each file that it changed. */
const MOST = 10_000;

const plantRecord: Shape<PlantRecord> = record<PlantRecord>({
  file: text,
  crate: text,
  offset: amount,
  member: optional(text),
  section: text,
  text,
});

/**
 * All that was changed in the run with this home, in which whatever runs in a build can write.
 * @throws InputError for what is no such record
 */
export function readPlantRecords(home: string): readonly PlantRecord[] {
  const folder = join(home, RECORDS);
  // No crate was compiled that the compiler was to change, or there is something else in that place.
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  if (names.length > MOST)
    throw new InputError(`it has more than ${MOST} records of what was planted`, { file: folder });
  return names.sort().map((name) => readRecord(join(folder, name), plantRecord));
}

/** Whether a file of the output may be one that was changed: cargo copies it under a name without its hash. */
export function mayBeCopy(output: string, changed: string): boolean {
  const plain = (name: string): string => name.replace(/-[0-9a-f]{16}(?=\.|$)/, '').replaceAll('-', '_');
  return plain(output) === plain(changed);
}
