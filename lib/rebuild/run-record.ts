import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { InputError, SpoolError } from '../error.js';
import type { CpuSeconds } from './measured-command.js';

const RUN_SCHEMA = 'trustdiff-run-1';

/** What is known of one run; written after each stage, so that a killed run knows how far it came. */
export interface RunRecord {
  readonly schema: typeof RUN_SCHEMA;
  /** `a1`, `b1`, `a2`, … */
  readonly id: string;
  /** Digest of all that goes in (see plan.ts): where it differs, what lies there is another run's. */
  readonly key: string;
  /** When the sources were last touched, as one digest (source.ts); runs of earlier versions have none. */
  readonly sources?: string | undefined;
  /** How often the run was begun again after it had been cut off. */
  readonly interruptions: number;
  readonly stages: readonly StageRecord[];
}

export interface StageRecord {
  readonly name: string;
  /** Of the tree of output, BLAKE3 (lib/root/tree-digest.ts). */
  readonly digest: string;
  readonly files: number;
  /** Bytes of output. */
  readonly bytes: number;
  /** Elapsed, in the pass that finished it. */
  readonly seconds: number;
  readonly cpu: CpuSeconds | undefined;
  readonly peakBytes: number | undefined;
}

export function emptyRecord(id: string, key: string, sources: string): RunRecord {
  return { schema: RUN_SCHEMA, id, key, sources, interruptions: 0, stages: [] };
}

/** The record in a file; undefined where there is none. @throws InputError for one that was damaged */
export function readRecord(file: string): RunRecord | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new InputError(`it cannot be read (${(error as NodeJS.ErrnoException).code})`, { file });
  }
  try {
    const record = JSON.parse(text) as RunRecord;
    if (isRecord(record)) return record;
  } catch {
    // Told below.
  }
  throw new InputError('it is no record of a run', { file }, 'remove the folder of the run to build it anew');
}

function isRecord({ schema, key, interruptions, stages }: RunRecord): boolean {
  return (
    schema === RUN_SCHEMA &&
    typeof key === 'string' &&
    Number.isSafeInteger(interruptions) &&
    Array.isArray(stages) &&
    stages.every(({ name, digest }) => typeof name === 'string' && typeof digest === 'string')
  );
}

/** Written whole or not at all. @throws SpoolError where the disk is full */
export function writeRecord(file: string, record: RunRecord): void {
  writeWhole(file, `${JSON.stringify(record, undefined, 2)}\n`);
}

/** A file that is there whole or, after a crash, as it was. @throws SpoolError */
export function writeWhole(file: string, text: string): void {
  try {
    writeFileSync(`${file}.partial`, text, { flush: true });
    renameSync(`${file}.partial`, file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const what = code === 'ENOSPC' ? 'the disk is full' : `it cannot be written (${code})`;
    throw new SpoolError(
      what,
      { file },
      'make room or name another folder with --out; what was built is kept',
    );
  }
}
