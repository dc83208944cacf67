import { appendFileSync, closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { sha256 } from '../sha256.js';
import type { LoggedFile } from './invocation.js';

/** A line of the cache: size, time of change of content and of inode, inode, digest, path. */
const LINE = /^(\d+ \d+ \d+ \d+) ([0-9a-f]{64}) (\/.*)$/;
/** Smaller files are digested as fast as they are looked up. */
const WORTH_KEEPING = 2 ** 16;

/**
 * SHA-256 of files, kept in a file of lines that all wrappers of a log share. A line is appended with one write, so
 * lines of parallel processes do not mix; what is not a whole line is skipped. A digest is used again only for the
 * same path, size, inode and times of change in nanoseconds.
 */
export class DigestCache {
  private readonly known = new Map<string, string>();
  private readonly fresh: string[] = [];

  constructor(private readonly file: string) {
    let text = '';
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    for (const line of text.split('\n')) {
      const [, key, digest, path] = LINE.exec(line) ?? [];
      if (key !== undefined && digest !== undefined) this.known.set(`${key} ${path}`, digest);
    }
  }

  /** The digest of a regular file; null digest and size where it cannot be read or is none. */
  digest(path: string): LoggedFile {
    let fd: number;
    try {
      fd = openSync(path, 'r');
    } catch {
      return { path, digest: null, size: null };
    }
    try {
      const stat = fstatSync(fd, { bigint: true });
      if (!stat.isFile()) return { path, digest: null, size: null };
      const size = Number(stat.size);
      if (size < WORTH_KEEPING || path.includes('\n')) return { path, digest: sha256(fd), size };
      const key = `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.ino}`;
      const known = this.known.get(`${key} ${path}`);
      if (known !== undefined) return { path, digest: known, size };
      const digest = sha256(fd);
      this.known.set(`${key} ${path}`, digest);
      this.fresh.push(`${key} ${digest} ${path}\n`);
      return { path, digest, size };
    } catch {
      // Read errors and directories: not readable is what the record says.
      return { path, digest: null, size: null };
    } finally {
      closeSync(fd);
    }
  }

  /** Appends what was digested since; throws where the log cannot be written. */
  save(): void {
    for (const line of this.fresh.splice(0)) appendFileSync(this.file, line);
  }
}
