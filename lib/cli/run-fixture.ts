import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import pLimit from 'p-limit';

/** The checkout, seen from `dist/lib/cli/`. */
export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
export const PROGRAM = fileURLToPath(new URL('../../bin/trustdiff.js', import.meta.url));

/** What one run of the program came to. */
export interface Run {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Arguments of node before the program. */
  readonly node?: readonly string[];
}

/** Tests of a file run at once; so many programs do not. */
const turn = pLimit(3);

/** Runs trustdiff as a user would, in an environment that says nothing of this machine. */
export function trustdiff(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return turn(() => runChild(process.execPath, [...(options.node ?? []), PROGRAM, ...args], options));
}

/** Runs a command line in sh, in which `$TRUSTDIFF` is the program. */
export function shell(command: string, options: RunOptions = {}): Promise<Run> {
  const env = { ...options.env, TRUSTDIFF: `${process.execPath} ${PROGRAM}` };
  return turn(() => runChild('sh', ['-c', command], { ...options, env }));
}

function runChild(command: string, args: readonly string[], options: RunOptions): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? REPOSITORY,
      env: { PATH: process.env.PATH ?? '', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      const stdout = Buffer.concat(out).toString('utf8');
      resolve({ status, signal, stdout, stderr: Buffer.concat(err).toString('utf8') });
    });
  });
}

/** A folder of the test's own that is gone when the test ends. */
export function scratch(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a terminal acts on, and what is a stack trace: neither may ever be printed. */
const UNPRINTABLE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\n {4}at |\\n {4}at /;

/** Runs trustdiff on bad input: it must end with status 2, clean up, and print nothing but plain text. Gives what it printed. */
export async function refusal(
  t: ExecutionContext,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const temporary = scratch(t);
  const run = await trustdiff([...args, '--tmpdir', temporary], options);
  const printed = run.stdout + run.stderr;
  t.is(run.status, 2, printed);
  t.notRegex(printed, UNPRINTABLE);
  t.deepEqual(readdirSync(temporary), [], 'the temporary folder is empty');
  return printed;
}
