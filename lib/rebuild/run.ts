import { lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuildError, located } from '../error.js';
import { isFull, removeFolder } from '../root/folder.js';
import { digestTree } from '../root/tree-digest.js';
import { execute, lastLines } from './execution.js';
import { environmentOf, type RunFolders } from './place.js';
import type { PlannedRun } from './plan.js';
import type { Stage } from './recipe.js';
import { emptyRecord, type RunRecord, readRecord, type StageRecord, writeRecord } from './run-record.js';
import type { Sandbox, ToolFiles } from './sandbox.js';

/** What runs share: where they are made and how. */
export interface RunSetting {
  /** The folder that holds the folders of all runs. */
  readonly folder: string;
  readonly source: string;
  /** When the sources were last touched (`sourceStamp`). */
  readonly stamp: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly sandbox: Sandbox;
  readonly tools: ToolFiles;
  /** Whether an interrupted stage goes on in the build directory it left. */
  readonly continues: boolean;
  readonly signal: AbortSignal;
  /** Asked when a stage has ended. @throws InputError where what it was made from was changed meanwhile */
  readonly assertKept: () => Promise<void>;
  readonly onStage: (event: StageEvent) => void;
}

/** How a stage goes. */
export interface StageEvent {
  readonly run: string;
  readonly stage: string;
  readonly state: 'starts' | 'continues' | 'runs' | 'done' | 'kept';
  /** Elapsed. */
  readonly seconds: number;
  /** The last line of its log, while it runs. */
  readonly line?: string | undefined;
}

/** The folder of one run among those of all. */
export function folderOf(run: PlannedRun, folder: string): string {
  return join(folder, run.folder);
}

/** The folders of one run. */
export function foldersOf(run: PlannedRun, setting: Pick<RunSetting, 'folder' | 'source'>): RunFolders {
  const top = folderOf(run, setting.folder);
  return {
    source: setting.source,
    root: run.root,
    rustcRoot: run.rustcRoot,
    cargoRoot: run.cargoRoot,
    build: join(top, 'build'),
    home: join(top, 'home'),
    out: join(top, 'out'),
    log: join(top, 'invocations'),
  };
}

/**
 * Makes one run, or what is left of it to make: a stage whose output still has the digest that its record says is
 * kept, all else is built.
 * @throws BuildError for a stage that failed, InputError for inputs that were changed meanwhile, AbortedError, SpoolError
 */
export async function makeRun(run: PlannedRun, setting: RunSetting): Promise<RunRecord> {
  const folders = foldersOf(run, setting);
  const top = folderOf(run, setting.folder);
  const file = join(top, 'run.json');
  let record = await resumable(run, setting, folders, readRecord(file));
  if (record === undefined) {
    removeFolder(top);
    record = emptyRecord(run.id, run.key, setting.stamp);
  }
  for (const folder of [folders.build, folders.home, folders.out, folders.log, join(top, 'logs')])
    mkdirSync(folder, { recursive: true });
  writeRecord(file, record);
  const cutOff = record.interruptions > 0 ? record.stages.length : -1;
  for (const [i, stage] of run.stages.entries()) {
    if (i < record.stages.length) {
      setting.onStage({ run: run.id, stage: stage.name, state: 'kept', seconds: 0 });
      continue;
    }
    const state = i === cutOff ? 'continues' : 'starts';
    const built = await makeStage(run, stage, run.stages.slice(0, i), state, folders, setting);
    record = { ...record, stages: [...record.stages, built] };
    writeRecord(file, record);
  }
  return record;
}

/** The record to go on from; undefined where the run has to begin anew. */
async function resumable(
  run: PlannedRun,
  setting: RunSetting,
  folders: RunFolders,
  record: RunRecord | undefined,
): Promise<RunRecord | undefined> {
  if (record === undefined || record.key !== run.key) return undefined;
  for (const [i, stage] of record.stages.entries()) {
    if (stage.name !== run.stages[i]?.name) return undefined;
    // What lies there may have been changed since; then nothing built on it can be kept.
    const output = join(folders.out, stage.name);
    if (lstatSync(output, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
    const { digest } = await digestTree(output, { signal: setting.signal });
    if (digest !== stage.digest) return undefined;
  }
  if (record.stages.length === run.stages.length) return record;
  if (!setting.continues) return undefined;
  // Of what lies in the build directory nobody knows what it was made of.
  if (record.sources !== undefined && record.sources !== setting.stamp) return undefined;
  return { ...record, interruptions: record.interruptions + 1 };
}

async function makeStage(
  run: PlannedRun,
  stage: Stage,
  earlier: readonly Stage[],
  state: 'starts' | 'continues',
  folders: RunFolders,
  setting: RunSetting,
): Promise<StageRecord> {
  const { sandbox, tools, signal, onStage } = setting;
  const output = join(folders.out, stage.name);
  const partial = `${output}.partial`;
  for (const folder of [output, partial]) removeFolder(folder);
  mkdirSync(partial);
  const log = join(folderOf(run, setting.folder), 'logs', `${stage.name}.log`);
  if (state === 'starts') rmSync(log, { force: true });
  const told = { run: run.id, stage: stage.name };
  onStage({ ...told, state, seconds: 0 });
  const place = sandbox.place(folders);
  const command = sandbox.command({
    folders,
    tools,
    run: stage.run,
    stage: stage.name,
    earlier: earlier.map(({ name }) => name),
    environment: environmentOf(place, stage, run.surroundings, setting.environment),
    surroundings: run.surroundings,
  });
  const done = await execute(command, {
    log,
    signal,
    onTick: (seconds) => onStage({ ...told, state: 'runs', seconds, line: lastLines(log, 1)[0] }),
  }).finally(() => sandbox.end());
  // Before anything of it counts, a failure included: it may be the change that made it fail.
  await setting.assertKept();
  if (done.status !== 0) throw failure(run, stage, log, done.status ?? done.signal);
  const tree = await digestTree(partial, { signal }).catch((error: unknown) => {
    throw located(error, { file: partial });
  });
  if (tree.entries.length === 0)
    throw new BuildError(
      `stage ${stage.name} of run ${run.id} ended well but left nothing in its output`,
      log,
      lastLines(log, LINES),
    );
  renameSync(partial, output);
  onStage({ ...told, state: 'done', seconds: done.seconds });
  return {
    name: stage.name,
    digest: tree.digest,
    files: tree.entries.filter(({ type }) => type === 'file').length,
    bytes: tree.bytes,
    seconds: done.seconds,
    cpu: done.cpu,
    peakBytes: done.peakBytes,
  };
}

/** Lines of a log that are shown with a failure. */
const LINES = 12;

function failure(run: PlannedRun, stage: Stage, log: string, how: number | string | undefined): BuildError {
  const ended = typeof how === 'number' ? `exit status ${how}` : `signal ${how}`;
  const full = isFull(dirname(log)) ? '; the disk it was built on is full' : '';
  const lines = lastLines(log, LINES);
  return new BuildError(
    `stage ${stage.name} of run ${run.id} failed with ${ended}${full}`,
    log,
    lines,
    hintFor(lines),
  );
}

/** What the dynamic loader says where a program's library is not there (glibc, elf/dl-load.c). */
const NO_LIBRARY = /error while loading shared libraries: ([^:\s]+):/;

/** A package may be one of several that its distribution builds a toolchain of, and depend on still others. */
function hintFor(lines: readonly string[]): string | undefined {
  const library = lines.flatMap((line) => NO_LIBRARY.exec(line)?.[1] ?? []).at(0);
  if (library === undefined) return undefined;
  return `install the package that has ${library}, or add that package to the paths of the root`;
}
