import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGroup } from '../../lib/rebuild/process-group.js';
import { Skipped } from './case.js';
import { type Command, RunError } from './measurement.js';
import { interleave, type Runs } from './rounds.js';

/** What the user chose. Sizes are in megabytes (10^6 bytes), times in seconds. */
export interface BenchOptions {
  readonly rounds: number;
  readonly tmpdir: string;
  readonly trustdiff: string;
  readonly tree: string | undefined;
  readonly archives: readonly [string, string] | undefined;
  readonly smallArchives: readonly [string, string] | undefined;
  readonly archiveSize: number;
  readonly smallSize: number;
  readonly memorySizes: readonly number[];
  /** Files to explain, two by two; of the bench of `explain`. */
  readonly pairs: readonly (readonly [string, string])[];
  /** Megabytes of the files that are made for it. */
  readonly imageSizes: readonly number[];
  readonly limit: number;
}

/** The built command line, seen from `dist/scripts/benching/`. */
export const BUILT = fileURLToPath(new URL('../../cli/trustdiff.js', import.meta.url));

/** Where a case works: the options, a temporary folder, and the way to run things. */
export class Workshop {
  readonly folder: string;
  readonly #tell: (text: string) => void;

  constructor(
    readonly options: BenchOptions,
    tell: (text: string) => void,
  ) {
    this.#tell = tell;
    this.folder = mkdtempSync(join(options.tmpdir, 'trustdiff-bench-'));
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Says what is being done. */
  tell(text: string): void {
    this.#tell(text);
  }

  /** As a user starts it, by its own first line. `name` tells runs with different arguments apart. */
  trustdiff(args: readonly string[], statuses: readonly number[], name = 'trustdiff'): Command {
    return { name, argv: [this.options.trustdiff, ...args], statuses };
  }

  rounds(commands: readonly Command[], options: { rounds?: number; limit?: number } = {}): Promise<Runs[]> {
    return interleave(commands, {
      rounds: this.options.rounds,
      folder: this.folder,
      tell: (text) => this.tell(text),
      ...options,
    });
  }

  /** Runs a program that prepares something. @throws RunError when it fails */
  async prepare(program: string, ...args: string[]): Promise<void> {
    const child = startGroup(program, args, ['ignore', 'ignore', 'pipe']);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', (error) => reject(new RunError(`${program}: ${error.message}`)));
      child.on('close', resolve);
    });
    if (status !== 0)
      throw new RunError(`${program} ${args.join(' ')}: exit status ${status}\n${said.slice(-1000)}`);
  }

  /** @throws Skipped where the folder has no room for so many bytes */
  assertRoom(bytes: number): void {
    const { bavail, bsize } = statfsSync(this.folder);
    if (bavail * bsize < bytes) {
      throw new Skipped(
        `${this.options.tmpdir} has no room for ${megabytes(bytes)} MB; name another folder with --tmpdir`,
      );
    }
  }

  remove(...names: string[]): void {
    for (const name of names) rmSync(this.path(name), { recursive: true, force: true, maxRetries: 5 });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @throws Skipped where one of the programs is not there */
export function assertPrograms(...programs: string[]): void {
  const missing = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  if (missing.length > 0) throw new Skipped(`${missing.join(' and ')} not installed`);
}

export function megabytes(bytes: number): string {
  return Math.round(bytes / 1e6).toLocaleString('en-US');
}
