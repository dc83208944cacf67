import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../error.js';
import { execute, lastLines } from './execution.js';
import { assertKept } from './invocation/direct-replayer.js';
import { readLog } from './invocation/log.js';
import type { Replayer } from './invocation/replay.js';
import type { ReplayOutcome } from './invocation/replay-judge.js';
import type { ReplayRequest, Side } from './invocation/replay-plan.js';
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
  const hostPath = (side: Side, path: string): string => hostPathOf(path, places.sides[side].folders, place);
  for (const { from, path, digest } of [...request.needs, ...request.files])
    assertKept(hostPath(from, path), digest);
  const copy = join(work, 'outputs');
  cpSync(hostPath(request.side, outputs), copy, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
  });
  const readOnly: Record<string, string> = compilerOf(request, places, place);
  for (const { from, path, at } of request.files) {
    const host = hostPath(from, path);
    if (at.startsWith(`${outputs}/`)) cpSync(host, join(copy, at.slice(outputs.length)));
    else if (existsSync(hostPath(request.side, at))) readOnly[at] = host;
    else return { kind: 'failed', reason: `${at} is not there on side ${request.side.toUpperCase()}` };
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
  return { [top]: hostPathOf(top, folders, place) };
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

/** Where a path of the sandbox lies on the host. */
function hostPathOf(path: string, folders: RunFolders, place: Place): string {
  for (const key of Object.keys(folders) as (keyof RunFolders)[]) {
    if (path === place[key]) return folders[key];
    if (path.startsWith(`${place[key]}/`)) return join(folders[key], path.slice(place[key].length));
  }
  return path;
}
