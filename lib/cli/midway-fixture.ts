import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ExecutionContext } from 'ava';
import { tarHeader } from '../artefact/container/tar-fixture.js';
import { PROGRAM } from './run-fixture.js';

/** A tar.gz that takes long to unpack: one member that says it has 64 GB of zeros, of which 2 GB are there. */
export function endless(): Buffer {
  const zeros = gzipSync(Buffer.alloc(2 ** 24), { level: 1 });
  const header = gzipSync(tarHeader({ name: 'zeros', size: 64 * 2 ** 30 }));
  return Buffer.concat([header, ...Array.from({ length: 128 }, () => zeros)]);
}

interface Midway {
  readonly child: ChildProcess;
  readonly temporary: string;
  readonly stderr: () => string;
}

/** Starts trustdiff on endless archives in a folder and waits until it has put something into its temporary folder. */
export async function midway(
  t: ExecutionContext,
  folder: string,
  ...more: readonly string[]
): Promise<Midway> {
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary, { recursive: true });
  writeFileSync(join(folder, 'a.tar.gz'), endless());
  const args = [PROGRAM, 'a.tar.gz', 'a.tar.gz', '--tmpdir', temporary, '--max-ratio', '1000000', ...more];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  while (child.exitCode === null && !holdsUnnamed(child.pid ?? 0, temporary)) await pause(5);
  t.is(child.exitCode, null, stderr);
  return { child, temporary, stderr: () => stderr };
}

/** Whether a process has a file open in this folder that has no name. */
function holdsUnnamed(pid: number, folder: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return target.startsWith(folder) && target.endsWith('(deleted)');
    });
  } catch {
    return false;
  }
}
