import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TrustdiffError, UsageError } from '../../lib/error.js';
import type { Compiler } from './compiler.js';
import { CORPUS } from './folder.js';

/** 2024-01-01T00:00:00Z: the one time of everything that has a time and whose pair is not about it. */
export const EPOCH = 1_704_067_200;

export interface RunOptions {
  /** Folder in the sandbox; `/build/src`, which holds a copy of `corpus/sources`, unless given. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The compiler that stands at /rust; the workshop's own unless given. */
  readonly compiler?: Compiler;
  /** Folders of this machine to be seen read-only: path in the sandbox to path outside. */
  readonly see?: Readonly<Record<string, string>>;
}

/**
 * Where one pair is made. Commands run in a sandbox that shows `/usr`, the compiler at `/rust`, an empty
 * `/build` and the pair's folder at `/out`, so that no path of the machine gets into an artefact.
 */
export class Workshop {
  readonly commands: string[] = [];
  readonly #build = mkdtempSync(join(tmpdir(), 'corpus-build-'));
  /** Versions of what ran, for expect.json. */
  readonly tools = new Set<string>();

  constructor(
    readonly compiler: Compiler,
    /** The pair's folder, made anew. */
    readonly out: string,
  ) {
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    this.source('/build/src');
  }

  /** Puts a copy of `corpus/sources` at a path below /build. */
  source(path: string): void {
    cpSync(join(CORPUS, 'sources'), this.#inside(path), { recursive: true });
  }

  rustc(args: string, options: RunOptions = {}): string {
    return this.run(`rustc ${args}`, options);
  }

  /** Runs a line of shell and returns what it printed; the line is kept for expect.json. */
  run(line: string, options: RunOptions = {}): string {
    const { cwd = '/build/src', env = {}, compiler = this.compiler, see = {} } = options;
    const set = Object.entries(env).map(([name, value]) => `${name}=${value} `);
    this.#note(`${cwd === '/build/src' ? '' : `cd ${cwd} && `}${set.join('')}${line}`);
    if (/\b(rustc|cargo)\b/.test(line)) this.tools.add(compiler.version);
    return this.#sandboxed(line, cwd, env, compiler, see);
  }

  /** Writes a file below /out or /build and says in the commands how its bytes came about. */
  write(path: string, bytes: Uint8Array | string, how: string): void {
    mkdirSync(dirname(this.#inside(path)), { recursive: true });
    writeFileSync(this.#inside(path), bytes);
    this.#note(`${path}: ${how}`);
  }

  read(path: string): Buffer {
    return readFileSync(this.#inside(path));
  }

  has(path: string): boolean {
    return existsSync(this.#inside(path));
  }

  touch(path: string, seconds: number): void {
    utimesSync(this.#inside(path), seconds, seconds);
    this.#note(`touch --date=@${seconds} ${path}`);
  }

  /** Forgets what /build holds; every build starts from the same empty place. */
  clean(): void {
    rmSync(this.#build, { recursive: true });
    mkdirSync(this.#build);
    this.source('/build/src');
  }

  close(): void {
    rmSync(this.#build, { recursive: true, force: true });
  }

  /** A command that was repeated until its result was as wanted stands once. */
  #note(command: string): void {
    if (this.commands.at(-1) !== command) this.commands.push(command);
  }

  #inside(path: string): string {
    if (path.startsWith('/out')) return join(this.out, path.slice('/out'.length));
    if (path.startsWith('/build')) return join(this.#build, path.slice('/build'.length));
    throw new UsageError(`${path} is neither below /out nor below /build`);
  }

  #sandboxed(
    line: string,
    cwd: string,
    env: Readonly<Record<string, string>>,
    compiler: Compiler,
    see: Readonly<Record<string, string>>,
  ): string {
    // A distribution's rustc finds its sysroot from where its own libraries lie: those are to be seen inside it.
    const libraries = compiler.libraries.map((folder, index) => {
      const own = folder.startsWith(`${compiler.sysroot}/`);
      return [own ? folder.replace(compiler.sysroot, '/rust') : `/rust-libraries/${index}`, folder] as const;
    });
    const shown = [
      ['/usr', '/usr'],
      ['/rust', compiler.sysroot],
      ...libraries,
      ...Object.entries(see),
    ] as const;
    const variables = {
      PATH: '/rust/bin:/usr/bin',
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      HOME: '/tmp',
      CARGO_HOME: '/tmp/cargo',
      SOURCE_DATE_EPOCH: String(EPOCH),
      ...(libraries.length > 0 && { LD_LIBRARY_PATH: libraries.map(([path]) => path).join(':') }),
      ...env,
    };
    const args = [
      ...['--symlink', 'usr/bin', '/bin', '--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64'],
      ...shown.flatMap(([inside, outside]) => ['--ro-bind', outside, inside]),
      ...['--ro-bind-try', '/etc/alternatives', '/etc/alternatives'],
      ...['--bind', this.#build, '/build', '--bind', this.out, '/out'],
      ...[
        '--tmpfs',
        '/tmp',
        '--proc',
        '/proc',
        '--dev',
        '/dev',
        '--unshare-all',
        '--unshare-user',
        '--uid',
        '0',
        '--gid',
        '0',
        '--die-with-parent',
      ],
      ...['--clearenv', ...Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value])],
      ...['--chdir', cwd, '/bin/bash', '-euo', 'pipefail', '-c', `umask 022; ${line}`],
    ];
    const done = spawnSync('bwrap', args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
    if (done.error !== undefined) {
      throw new UsageError(`bwrap does not run: ${done.error.message}`, 'install the package bubblewrap');
    }
    if (done.status !== 0) {
      throw new TrustdiffError('input', `this failed in the sandbox: ${line}\n${done.stderr.trim()}`);
    }
    return done.stdout;
  }
}
