import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HeirError } from '../heir/error.js';
import { parse } from '../heir/parse.js';
import { run } from '../heir/run.js';
import type { Output } from '../heir/system.js';
import type { SourceFile } from '../heir/token.js';

/** Whether what the compiler makes can be run: it makes programs for Linux on x86-64. */
export const EXECUTABLE_HERE = process.platform === 'linux' && process.arch === 'x64';

/** What a compiler made of some sources: the program's bytes, or what it had to say instead. */
export interface Built {
  readonly status: number | null;
  readonly program: Uint8Array;
  /** Standard error. */
  readonly messages: string;
}

/** A compiler: an executable's path, or the sources of one, which the interpreter runs. */
export type Compiler = string | readonly SourceFile[];

/** Compiles the sources in a temporary folder that is gone afterwards. Messages name files by the sources' paths. */
export function build(compiler: Compiler, sources: readonly SourceFile[]): Built {
  return inFolder((folder) => {
    for (const { path, text } of sources) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, 'latin1');
    }
    const program = join(folder, 'program');
    const paths = sources.map(({ path }) => join(folder, path));
    const { status, messages } =
      typeof compiler === 'string'
        ? execute(compiler, [program, ...paths])
        : interpret(compiler, [program, ...paths]);
    return {
      status,
      program: status === 0 ? readFileSync(program) : new Uint8Array(),
      messages: messages.replaceAll(`${folder}/`, ''),
    };
  });
}

export interface Ran {
  /** The exit status, or null where a signal ended the program. */
  readonly status: number | null;
  readonly output: string;
  readonly messages: string;
}

export function execute(program: string, args: readonly string[] = []): Ran {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'latin1', timeout: 60_000 });
  if (error !== undefined) throw error;
  return { status, output: stdout, messages: stderr };
}

/** Runs a program that is given as bytes. */
export function executeBytes(program: Uint8Array, args: readonly string[] = []): Ran {
  return withExecutable(program, (path) => execute(path, args));
}

/** Does something with a program that is given as bytes while it lies somewhere. */
export function withExecutable<T>(program: Uint8Array, work: (path: string) => T): T {
  return inFolder((folder) => {
    const path = join(folder, 'program');
    writeFileSync(path, program, { mode: 0o755 });
    return work(path);
  });
}

/**
 * The same in the interpreter. Where the program does what none may it ends as by a signal: the status is null, and the
 * messages end with why.
 */
export function interpret(sources: readonly SourceFile[], args: readonly string[] = []): Ran {
  const said = { 1: '', 2: '' };
  const output: Output = (descriptor, bytes) => {
    said[descriptor] += Buffer.from(bytes).toString('latin1');
  };
  const program = parse(sources);
  let status: number | null = null;
  try {
    status = run(program, ['program', ...args], output);
  } catch (error) {
    if (!(error instanceof HeirError)) throw error;
    said[2] += error.message;
  }
  return { status, output: said[1], messages: said[2] };
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-heir-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
