import {
  closeSync,
  constants,
  fchmodSync,
  futimesSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { openBytes } from '../artefact/bytes.js';
import type { InputSummary } from '../artefact/input.js';
import { pathBytes } from '../artefact/name.js';
import { InputError, located, SpoolError } from '../error.js';
import { type PlacedMember, whereOf } from './placing.js';

/** Seconds since the epoch: the first day of 1980, the oldest that zip knows; ninja takes 0 for "missing". */
const LAID_TIME = 315532800;

/**
 * Writes placed members below `top`, an empty directory. Directories and files are made before any link is, so that
 * nothing can be written through one.
 * @param step Called before each member; throws to end it.
 * @throws InputError for devices; SpoolError where the disk is full
 */
export function layDown(
  placed: readonly PlacedMember[],
  top: string,
  inputs: readonly InputSummary[],
  step: () => void,
): void {
  const folders = new Folders(top);
  const links: PlacedMember[] = [];
  for (const one of placed) {
    step();
    const { member, path } = one;
    try {
      switch (member.metadata.type) {
        case 'directory':
          folders.make(path);
          break;
        case 'symlink':
          links.push(one);
          break;
        case 'file':
          folders.make(parentOf(path));
          writeFile(one, `${top}/${path}`);
          break;
        default:
          throw new InputError(`it is a ${member.metadata.type}, which no toolchain has`);
      }
    } catch (error) {
      throw located(systemError(error, top), whereOf(member, inputs));
    }
  }
  for (const one of links) {
    const { member, path } = one;
    try {
      folders.make(parentOf(path));
      const full = pathBytes(`${top}/${path}`);
      symlinkSync(pathBytes(member.metadata.linkTarget ?? ''), full);
      lutimesSync(full, LAID_TIME, LAID_TIME);
    } catch (error) {
      throw located(systemError(error, top), whereOf(member, inputs));
    }
  }
  folders.settle();
}

class Folders {
  readonly #made = new Set<string>(['']);

  constructor(readonly top: string) {}

  /** Makes a directory and those above it; none of them can be a link, since none has been made yet that is one. */
  make(path: string): void {
    if (this.#made.has(path)) return;
    this.make(parentOf(path));
    mkdirSync(pathBytes(`${this.top}/${path}`), 0o755);
    this.#made.add(path);
  }

  /** Modes whatever the umask was, and times that later members have changed again. */
  settle(): void {
    for (const path of [...this.#made].reverse()) {
      const fd = openSync(
        pathBytes(`${this.top}/${path}`),
        constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
      );
      try {
        if (path !== '') fchmodSync(fd, 0o755);
        futimesSync(fd, LAID_TIME, LAID_TIME);
      } finally {
        closeSync(fd);
      }
    }
  }
}

const BLOCK = 1 << 20;

function writeFile({ member }: PlacedMember, full: string): void {
  const { content, metadata } = member;
  if (content === undefined) throw new InputError('it has no content');
  const executable = ((metadata.mode ?? 0) & 0o111) !== 0;
  const bytes = openBytes(content);
  let failed = true;
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const fd = openSync(pathBytes(full), flags, 0o600);
    try {
      for (let at = 0; at < bytes.length; at += BLOCK) {
        const chunk = bytes.read(at, Math.min(BLOCK, bytes.length - at));
        for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
      }
      fchmodSync(fd, executable ? 0o755 : 0o644);
      futimesSync(fd, LAID_TIME, LAID_TIME);
    } finally {
      closeSync(fd);
    }
    failed = false;
  } finally {
    // Closing says whether the file changed while it was read; where something failed already, that is told.
    if (!failed) bytes.close();
    else closeFailed(bytes);
  }
}

function closeFailed(bytes: { close(): void }): void {
  try {
    bytes.close();
  } catch {}
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function systemError(error: unknown, top: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new SpoolError(`the disk that ${top} lies on is full`, {}, 'make room, or choose another folder');
  if (code === 'ENAMETOOLONG') return new InputError('its path is longer than the system can make');
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new SpoolError(`${top} cannot be written to`, {}, 'choose another folder');
  return error;
}
