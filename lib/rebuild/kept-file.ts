import { closeSync, constants, fstatSync, openSync, realpathSync } from 'node:fs';
import { join, posix } from 'node:path';
import { InputError } from '../error.js';
import type { Place, RunFolders } from './place.js';
import { sha256 } from './sha256.js';

/*
 * Files that a run left, by the paths that its log has for them. Whatever ran in the build could write that log and
 * make links in its folders, so neither may lead anywhere else.
 */

/** What of the machine a sealed build sees at the same paths. */
const SYSTEM =
  /^\/(?:usr|bin|sbin|lib(?:32|64|x32)?|nix\/store|gnu\/store|etc\/(?:alternatives|ld\.so\.conf\.d))\//;

/**
 * Where a path of the sandbox lies on the host, links resolved; undefined where nothing lies there.
 * @throws InputError for a path that leads out of what the build could see
 */
export function keptPath(path: string, folders: RunFolders, place: Place): string | undefined {
  const out = (): InputError => new InputError('it leads out of what the build could see', { file: path });
  if (posix.normalize(path) !== path) throw out();
  for (const key of Object.keys(folders) as (keyof RunFolders)[]) {
    if (path !== place[key] && !path.startsWith(`${place[key]}/`)) continue;
    const top = realPath(folders[key]);
    const real = realPath(join(folders[key], path.slice(place[key].length)));
    if (top === undefined || real === undefined) return undefined;
    if (real !== top && !real.startsWith(`${top}/`)) throw out();
    return real;
  }
  if (!SYSTEM.test(path)) throw out();
  const real = realPath(path);
  if (real !== undefined && !SYSTEM.test(real)) throw out();
  return real;
}

/** What a link cannot be followed to is not there. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

const HINT = 'a replay needs the build directory as the run left it';

/**
 * @param file Where it lies on the host; undefined where it does not
 * @param expected Its SHA-256 in the run, lower-case hex
 * @throws InputError where a file that a call read is gone, or is not what it was
 */
export function assertKept(file: string | undefined, path: string, expected: string | null): void {
  if (file === undefined) throw new InputError('what the call read is gone', { file: path }, HINT);
  if (digestOf(file) !== expected)
    throw new InputError('what the call read was changed since', { file: path }, HINT);
}

/** SHA-256; undefined where it is no regular file that can be read. */
function digestOf(file: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    return fstatSync(fd).isFile() ? sha256(fd) : undefined;
  } finally {
    closeSync(fd);
  }
}
