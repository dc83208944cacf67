import { spawnSync } from 'node:child_process';
import { UsageError } from '../../lib/error.js';

/** A rustc that the corpus is made with. */
export interface Compiler {
  /** `rustc --version`, one line. */
  readonly version: string;
  /** The sysroot's folder; it stands at `/rust` in the sandbox. */
  readonly sysroot: string;
  /** Folders of shared libraries it needs besides its own, from LD_LIBRARY_PATH. */
  readonly libraries: readonly string[];
}

/** The compiler that `command` (a name on PATH or a path) starts; `before` are arguments such as `+nightly`. */
export function findCompiler(command: string, before: readonly string[] = []): Compiler {
  const ask = (...args: string[]): string => {
    const done = spawnSync(command, [...before, ...args], { encoding: 'utf8' });
    if (done.error !== undefined || done.status !== 0) {
      const why = done.error?.message ?? done.stderr.trim();
      throw new UsageError(`${[command, ...before].join(' ')} does not run: ${why}`, 'name one with --rustc');
    }
    return done.stdout.trim();
  };
  return {
    version: ask('--version'),
    sysroot: ask('--print', 'sysroot'),
    libraries: (process.env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== ''),
  };
}
