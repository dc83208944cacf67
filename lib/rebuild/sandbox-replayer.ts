import {
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../error.js';
import { execute, lastLines } from './execution.js';
import { readLog } from './invocation/log.js';
import type { Replayer } from './invocation/replay.js';
import type { ReplayOutcome } from './invocation/replay-judge.js';
import type { ReplayRequest, Side } from './invocation/replay-plan.js';
import { assertKept, keptPath } from './kept-file.js';
import type { Place, RunFolders, Surroundings } from './place.js';
import { type Sandbox, type ToolFiles, WRAPPER } from './sandbox.js';

/** One side of the cross pair, as it was left. */
export interface ReplaySide {
  readonly folders: RunFolders;
  readonly stages: readonly string[];
}

export interface ReplayPlaces {
  readonly sides: Readonly<Record<Side, ReplaySide>>;
  readonly sandbox: Sandbox;
  readonly tools: ToolFiles;
  readonly surroundings: Surroundings;
  readonly temporary: string;
  /** Told of each call before it is made. */
  readonly onCall: (id: string) => void;
}

/**
 * Makes calls of rustc again in the sandbox of the run. All that the run left is read-only; only the folder that rustc
 * writes to is a copy, with its crate's own outputs still in it, at the path it had.
 */
export function sandboxReplayer(places: ReplayPlaces): Replayer {
  return {
    async run(request, signal) {
      places.onCall(request.id);
      const { folders } = places.sides[request.side];
      const place = places.sandbox.place(folders);
      const outputs = outputFolderOf(request);
      mkdirSync(places.temporary, { recursive: true });
      const work = mkdtempSync(join(places.temporary, 'call-'));
      try {
        return await call(request, places, place, outputs, work, signal);
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    },
  };
}

async function call(
  request: ReplayRequest,
  places: ReplayPlaces,
  place: Place,
  outputs: string,
  work: string,
  signal: AbortSignal,
): Promise<ReplayOutcome> {
  const { folders, stages } = places.sides[request.side];
  const kept = (side: Side, path: string): string | undefined =>
    keptPath(path, places.sides[side].folders, place);
  for (const { from, path, digest } of [...request.needs, ...request.files])
    assertKept(kept(from, path), path, digest);
  const copy = join(work, 'outputs');
  copyOutputs(outputs, kept(request.side, outputs), place, copy);
  const readOnly: Record<string, string> = compilerOf(request, places, place);
  for (const { from, path, at } of request.files) {
    const file = kept(from, path);
    const gone = {
      kind: 'failed',
      reason: `${at} is not there on side ${request.side.toUpperCase()}`,
    } as const;
    if (file === undefined) return gone;
    if (at.startsWith(`${outputs}/`)) put(file, copy, at.slice(outputs.length + 1));
    else if (kept(request.side, at) !== undefined) readOnly[at] = file;
    else return gone;
  }
  const log = join(work, 'log');
  mkdirSync(log);
  const command = places.sandbox.command({
    folders: { ...folders, log },
    tools: places.tools,
    run: [join(place.tools, 'node'), join(place.tools, WRAPPER), ...request.argv],
    stage: '',
    earlier: stages,
    environment: { ...request.environment, TRUSTDIFF_LOG: place.log, TRUSTDIFF_REAL_RUSTC: request.rustc },
    surroundings: places.surroundings,
    readOnly,
    writable: { [outputs]: copy },
    frozen: true,
    cwd: request.cwd,
  });
  const printed = join(work, 'printed');
  const { status } = await execute(command, { log: printed, signal });
  const [invocation] = readLog(log).invocations;
  if (invocation !== undefined) return { kind: 'ran', invocation };
  return { kind: 'failed', reason: `exit status ${status}: ${lastLines(printed, 12).join(' ')}` };
}

/**
 * Copies the folder that a call writes to.
 * @throws InputError where it is none that a build may write to
 */
function copyOutputs(outputs: string, folder: string | undefined, place: Place, copy: string): void {
  const writable = [place.build, place.home, place.out].some((top) => `${outputs}/`.startsWith(`${top}/`));
  if (!writable) throw new InputError('no build keeps its outputs there', { file: outputs });
  if (folder === undefined || !lstatSync(folder).isDirectory())
    throw new InputError('the folder of the call’s outputs is gone', { file: outputs });
  cpSync(folder, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

/**
 * Puts a file into the copy of the outputs, in which the build may have made links.
 * @throws InputError where one of them would lead out of it
 */
function put(file: string, copy: string, name: string): void {
  const folder = dirname(join(copy, name));
  if (!existsSync(folder) || !`${realpathSync(folder)}/`.startsWith(`${realpathSync(copy)}/`))
    throw new InputError('it leads out of the outputs of the call', { file: name });
  const target = join(folder, basename(name));
  rmSync(target, { recursive: true, force: true });
  copyFileSync(file, target, constants.COPYFILE_EXCL);
}

/** The other side's compiler in the place of this side's, with the sysroot that it finds by itself. */
function compilerOf(
  { side, compiler, rustc }: ReplayRequest,
  { sides }: ReplayPlaces,
  place: Place,
): Record<string, string> {
  if (side === compiler) return {};
  const { folders } = sides[compiler];
  if (rustc.startsWith(`${place.rustcRoot}/`)) return { [place.rustcRoot]: folders.rustcRoot };
  // A compiler that the build made, as `stage1/bin/rustc`.
  const top = dirname(dirname(rustc));
  const kept = keptPath(top, folders, place);
  if (kept === undefined) throw new InputError('the compiler of the call is gone', { file: rustc });
  return { [top]: kept };
}

/** @throws InputError for a call that writes to no folder of its own */
function outputFolderOf({ argv, cwd, id }: ReplayRequest): string {
  const value = (name: string): string | undefined => {
    const at = argv.indexOf(name);
    if (at >= 0) return argv[at + 1];
    return argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  };
  const folder = value('--out-dir');
  const file = value('-o');
  if (folder !== undefined) return resolve(cwd, folder);
  if (file !== undefined) return dirname(resolve(cwd, file));
  throw new InputError(`the call ${id} names no folder for its outputs, so it cannot be made again apart`);
}
