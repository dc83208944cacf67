import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { InputError, type Trouble } from '../error.js';
import type { Listing } from './directory.js';
import type { RawMember } from './member.js';
import { pathBytes } from './name.js';
import type { PackedMembers } from './packed-members.js';

/** One file or directory of a side, as the report tells it. */
export interface InputSummary {
  /** As the user named it. */
  readonly file: string;
  readonly kind: 'directory' | 'file' | 'archive';
  /** Codecs and containers in the order they were met: `xz`, `tar`. Empty for a directory or a plain file. */
  readonly containers: readonly string[];
  /** Bytes of the file itself; absent for a directory. */
  readonly size?: number | undefined;
  /** Of the file itself; absent for a directory, and for a plain file (its one member has it). */
  readonly digest?: string | undefined;
}

/** What one input holds: a directory as a listing, an archive packed, a plain file as its one member. */
export interface IngestedInput {
  readonly summary: InputSummary;
  readonly listing?: Listing | undefined;
  readonly packed?: PackedMembers | undefined;
  readonly members: readonly RawMember[];
  /** What could not be read; where it is a whole archive, `members` are those before the damage. */
  readonly troubles: readonly Trouble[];
  /** Open for as long as the contents are needed; closing it frees the disk. */
  readonly spoolFd?: number | undefined;
}

/** A directory whose names have been listed. */
export function ingestedDirectory(file: string, listing: Listing): IngestedInput {
  return {
    summary: { file, kind: 'directory', containers: [] },
    listing,
    members: [],
    troubles: listing.troubles,
  };
}

/** Bytes of an archive below which another thread costs more than it brings. */
const SMALL_ARCHIVE = 512 * 1024;

/**
 * What the user named, looked at from outside.
 * @throws InputError when there is nothing to read: missing, empty, no permission, or neither file nor directory
 */
export function inspectInput(file: string): 'directory' | 'small' | 'large' {
  const stat = statInput(file);
  if (stat.isDirectory()) {
    if (expectedFormat(file) !== undefined) {
      throw new InputError(
        'it is a directory, though it is named like an archive',
        { file },
        'rename it if that is meant',
      );
    }
    return 'directory';
  }
  return stat.size > SMALL_ARCHIVE && !isWhole(file) ? 'large' : 'small';
}

/** ELF, and ar but for Debian packages. */
const WHOLE = /^(?:\x7fELF|!<arch>\n(?!debian-binary))/;

/** Whether a file is read as it lies, so that there is nothing for a thread to unpack: an ELF file, an rlib. */
function isWhole(file: string): boolean {
  const head = Buffer.alloc(21);
  let fd: number;
  try {
    fd = openSync(pathBytes(file), 'r');
  } catch {
    // Whoever reads it says why.
    return false;
  }
  try {
    return WHOLE.test(head.toString('latin1', 0, readSync(fd, head)));
  } finally {
    closeSync(fd);
  }
}

const EXPECTED: readonly (readonly [RegExp, string, string])[] = [
  [/\.deb$/i, 'deb', 'a Debian package'],
  [/\.rpm$/i, 'rpm', 'an RPM package'],
  [/\.tar$/i, 'tar', 'a tar archive'],
  [/\.(tgz|gz|crate)$/i, 'gzip', 'gzip data'],
  [/\.(txz|xz)$/i, 'xz', 'xz data'],
  [/\.(tzst|zst)$/i, 'zstd', 'zstd data'],
  [/\.(tbz2?|bz2)$/i, 'bzip2', 'bzip2 data'],
  [/\.cpio$/i, 'cpio', 'a cpio archive'],
];

function expectedFormat(file: string): (typeof EXPECTED)[number] | undefined {
  return EXPECTED.find(([suffix]) => suffix.test(file));
}

/** A file that is not what its name promises is damaged or mislabelled: comparing it as plain bytes would hide that. */
export function assertExpected(file: string, kind: string): void {
  const expected = expectedFormat(file);
  if (expected === undefined || expected[1] === kind) return;
  const found = kind === 'plain' ? 'its first bytes are of no known archive' : `its first bytes are ${kind}`;
  throw new InputError(`it is named like ${expected[2]}, but ${found}`, { file, offset: 0 });
}

export function statInput(file: string): Stats {
  let stat: Stats;
  try {
    stat = statSync(pathBytes(file));
  } catch (error) {
    throw new InputError(reachFailure(error), { file });
  }
  if (stat.isDirectory() || stat.isFile()) return stat;
  throw new InputError('it is neither a file nor a directory; it was not opened', { file });
}

export function reachFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file or directory';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  if (code === 'ELOOP') return 'it is a link that leads round in a circle';
  return `it cannot be opened (${code ?? String(error)})`;
}
