import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Invocation, LoggedFile, SysrootList } from './invocation.js';

/**
 * The files that one call leaves in the log. Before rustc runs there is `<id>.started`; when it has ended, `<id>.json`
 * in its place. A call that was killed keeps its `.started`, so that no gap is silent.
 */
export class LogRecord {
  readonly started = Date.now();
  readonly id = `${this.started}-${process.pid}-${randomBytes(6).toString('hex')}`;
  /** The file of the digests that calls share. */
  readonly digests: string;
  private readonly folder: string;

  /** Throws where the folder is not there or cannot be written. */
  constructor(folder: string, call: Readonly<Record<string, unknown>>) {
    this.folder = resolve(folder);
    this.digests = join(this.folder, 'digests.cache');
    writeFileSync(
      this.path('started'),
      `${JSON.stringify({ id: this.id, started: this.started, ...call })}\n`,
      {
        flag: 'wx',
      },
    );
  }

  /** Puts down the crates of a sysroot, once for all calls that see the same. */
  sysroot(digest: string, files: readonly LoggedFile[]): void {
    const path = join(this.folder, `sysroot-${digest}.json`);
    if (existsSync(path)) return;
    const list: SysrootList = { schema: 'trustdiff-sysroot-1', files };
    this.put(path, list);
  }

  finish(invocation: Invocation): void {
    this.put(this.path('json'), invocation);
    rmSync(this.path('started'));
  }

  /** A reader sees the whole file or none. */
  private put(path: string, value: unknown): void {
    const temporary = this.path('tmp');
    writeFileSync(temporary, `${JSON.stringify(value)}\n`, { flag: 'wx' });
    renameSync(temporary, path);
  }

  private path(extension: string): string {
    return join(this.folder, `${this.id}.${extension}`);
  }
}
