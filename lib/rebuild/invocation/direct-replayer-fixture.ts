import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AbortedError, InputError } from '../../error.js';
import { assertKept } from '../kept-file.js';
import { readLog } from './log.js';
import type { Replayer } from './replay.js';
import type { ReplayOutcome } from './replay-judge.js';
import type { ReplayFile, ReplayRequest, Side } from './replay-plan.js';

/** What is where for a replay without a sandbox. */
export interface DirectPlaces {
  /** The directory that rustc saw in both runs; it must not exist, and is made and removed for every call. */
  readonly seen: string;
  /** What it held at the end of each run; only read. */
  readonly kept: Readonly<Record<Side, string>>;
  /** The rustc of each side, for the path that its calls name. */
  readonly rustc: (side: Side, path: string) => string;
  /** A folder for the logs of the calls. */
  readonly temporary: string;
  /** The program of `wrapper.ts`. */
  readonly wrapper: string;
}

/** Makes the calls in a copy of what a run left, put where the run was. Nothing is sealed off. */
export function directReplayer(places: DirectPlaces): Replayer {
  return {
    async run(request, signal) {
      if (existsSync(places.seen))
        throw new InputError('a replay puts its copy here, and something is here already', {
          file: places.seen,
        });
      for (const file of [...request.needs, ...request.files]) requireFile(places, file);
      try {
        cpSync(places.kept[request.side], places.seen, { recursive: true, preserveTimestamps: true });
        for (const path of request.without) rmSync(path, { force: true });
        for (const folder of request.folders) mkdirSync(folder, { recursive: true });
        for (const file of request.files) {
          mkdirSync(dirname(file.at), { recursive: true });
          cpSync(keptPath(places, file), file.at);
        }
        return await call(places, request, signal);
      } finally {
        rmSync(places.seen, { recursive: true, force: true });
      }
    },
  };
}

async function call(
  places: DirectPlaces,
  request: ReplayRequest,
  signal: AbortSignal,
): Promise<ReplayOutcome> {
  const log = mkdtempSync(join(places.temporary, 'replay-'));
  const rustc = places.rustc(request.compiler, request.rustc);
  const child = spawn(process.execPath, [places.wrapper, ...request.argv], {
    cwd: request.cwd,
    env: { ...request.environment, TRUSTDIFF_LOG: log, TRUSTDIFF_REAL_RUSTC: rustc },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-COMPLAINT);
  });
  await new Promise<void>((resolve, reject) => {
    child.once('close', () => resolve());
    child.once('error', (error) => reject(signal.aborted ? new AbortedError() : error));
  });
  const [invocation] = readLog(log).invocations;
  if (invocation === undefined) return { kind: 'failed', reason: complaint.trim() };
  return { kind: 'ran', invocation };
}

/** Characters of what rustc said that are told. */
const COMPLAINT = 2000;

function requireFile(places: DirectPlaces, file: ReplayFile): void {
  const path = keptPath(places, file);
  assertKept(existsSync(path) ? path : undefined, path, file.digest);
}

/** Where the file is now; what lay outside of the directory is still where it was. */
function keptPath({ seen, kept }: DirectPlaces, { from, path }: ReplayFile): string {
  return path.startsWith(`${seen}/`) ? join(kept[from], path.slice(seen.length)) : path;
}
