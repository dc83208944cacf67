import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

export const WRAPPER = fileURLToPath(new URL('./wrapper.js', import.meta.url));

/** A folder for one test, with a folder `log` in it; both go when the test ends. */
export function workplace(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-wrapper-'));
  mkdirSync(join(folder, 'log'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A shell script in the place of rustc. */
export function fakeRustc(folder: string, script: string): string {
  const path = join(folder, 'fake-rustc');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the wrapper as cargo runs RUSTC_WRAPPER, and waits for it. */
export function runWrapper(
  folder: string,
  args: readonly (string | Buffer)[],
  options: { env?: Readonly<Record<string, string>>; input?: string; cwd?: string } = {},
): Ended {
  return spawnSync(process.execPath, [WRAPPER, ...args] as string[], {
    env: { PATH: process.env.PATH, TRUSTDIFF_LOG: join(folder, 'log'), ...options.env },
    input: options.input ?? '',
    cwd: options.cwd ?? folder,
    encoding: 'utf8',
  });
}

/** The same, without waiting. */
export function startWrapper(folder: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [WRAPPER, ...args], {
    env: { PATH: process.env.PATH, TRUSTDIFF_LOG: join(folder, 'log') },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
