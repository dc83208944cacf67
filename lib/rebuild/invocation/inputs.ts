import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import type { RustcCommand } from './command-line.js';
import { type DepInfo, parseDepInfo } from './dep-info.js';
import type { DigestCache } from './digest-cache.js';
import type { InputRole, LoggedFile, LoggedInput } from './invocation.js';

/** Shared libraries that a rustc is made of, beside its `bin/rustc` of some kilobytes. */
const COMPILER_LIBRARY = /^lib(rustc_driver|LLVM|std|test)[-.].*so|^libLLVM.*\.so/;
const CRATE_FILE = /\.(rlib|rmeta|so|a|o)$/;

/** The arguments with argument files replaced by their lines (`@path`, as rustc_driver's `args.rs` reads them). */
export function expandArguments(
  argv: readonly string[],
  cwd: string,
): { readonly args: readonly string[]; readonly files: readonly string[] } {
  const files: string[] = [];
  const args = argv.flatMap((arg) => {
    if (!arg.startsWith('@')) return [arg];
    const path = resolve(cwd, arg.slice(1));
    try {
      const lines = readFileSync(path, 'utf8').split(/\r?\n/);
      if (lines.at(-1) === '') lines.pop();
      files.push(path);
      return lines;
    } catch {
      return [arg]; // rustc will say so
    }
  });
  return { args, files };
}

/** The files that make up a rustc: the program, and its libraries, from where its driver lies. */
export function compilerFiles(
  rustc: string,
  environment: Readonly<Record<string, string | undefined>>,
  cache: DigestCache,
): LoggedFile[] {
  const program = locate(rustc, environment);
  const real = realPath(program);
  const own = join(dirname(dirname(real)), 'lib');
  const folders = [
    own,
    // Debian keeps librustc_driver in the multiarch folder.
    ...entries(own)
      .filter((entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'))
      .map((entry) => join(own, entry.name)),
    // Last, since it also holds what the build itself makes, a librustc_driver included.
    ...(environment.LD_LIBRARY_PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/')),
  ];
  const home = folders.find((folder) =>
    entries(folder).some(({ name }) => name.startsWith('librustc_driver')),
  );
  const libraries = home === undefined ? [] : entries(home).filter(({ name }) => COMPILER_LIBRARY.test(name));
  const paths = libraries.map(({ name }) => join(home ?? '', name)).sort();
  return [real, ...paths].map((path) => cache.digest(path));
}

/** The crates below `lib/rustlib/<target>/lib` of the sysroot that the command names, or of rustc's own prefix. */
export function sysrootFiles(
  command: RustcCommand,
  rustc: string,
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>,
  cache: DigestCache,
): { readonly path: string; readonly digest: string; readonly files: readonly LoggedFile[] } {
  const own = dirname(dirname(realPath(locate(rustc, environment))));
  const path = command.sysroot === undefined ? own : resolve(cwd, command.sysroot);
  const files = entries(join(path, 'lib/rustlib'))
    .filter((target) => target.isDirectory() || target.isSymbolicLink())
    .flatMap((target) => {
      const folder = join('lib/rustlib', target.name, 'lib');
      return entries(join(path, folder))
        .filter((entry) => CRATE_FILE.test(entry.name))
        .map((entry) => join(folder, entry.name));
    })
    .sort()
    .map((file) => ({ ...cache.digest(join(path, file)), path: file }));
  const digest = createHash('sha256').update(JSON.stringify(files)).digest('hex');
  return { path, digest, files };
}

/** What the command line names, all but sources: it is there before rustc runs. */
export function namedInputs(
  command: RustcCommand,
  argumentFiles: readonly string[],
  cwd: string,
  cache: DigestCache,
): LoggedInput[] {
  const inputs: LoggedInput[] = [];
  const add = (role: InputRole, path: string, name?: string): void => {
    inputs.push({ role, ...cache.digest(resolve(cwd, path)), ...(name !== undefined && { name }) });
  };
  for (const path of argumentFiles) add('argument-file', path);
  for (const { name, path } of command.externs) {
    if (path !== undefined) add('extern', path, name);
    else for (const found of cratesNamed(name, command, cwd)) add('extern', found, name);
  }
  for (const name of command.nativeLibraries)
    for (const found of librariesNamed(name, command, cwd)) add('native', found, name);
  for (const word of command.linkArguments) {
    // Options that hold a path after `=` or `,` (version scripts) count like plain paths.
    for (const part of word.split(/[=,]/))
      if (part.includes('/') && isFile(resolve(cwd, part))) add('link-argument', part);
  }
  if (command.target?.endsWith('.json') === true) add('target-specification', command.target);
  return inputs;

  function isFile(path: string): boolean {
    return cache.digest(path).digest !== null;
  }
}

/** The sources: all of them where dep-info was written, else the root file. */
export function sourceInputs(
  command: RustcCommand,
  depInfo: string | undefined,
  cwd: string,
  cache: DigestCache,
): {
  readonly sources: 'dep-info' | 'root-only' | 'none';
  readonly inputs: LoggedInput[];
  readonly info: DepInfo;
} {
  const info = depInfo === undefined ? undefined : readDepInfo(depInfo);
  const root = command.input === undefined || command.input === '-' ? [] : [command.input];
  const paths = info === undefined ? root : info.sources;
  const inputs = [...new Set(paths.map((path) => resolve(cwd, path)))].map((path): LoggedInput => {
    // With -Zbinary-dep-depinfo, which rustc's own build uses, the crates that were loaded stand there too.
    if (info !== undefined && /\.(rlib|rmeta|so)$/.test(path))
      return { role: 'extern', ...cache.digest(path), name: crateOfFile(basename(path)) };
    return { role: 'source', ...cache.digest(path) };
  });
  const sources = info !== undefined ? 'dep-info' : root.length > 0 ? 'root-only' : 'none';
  return { sources, inputs, info: info ?? { sources: [], environment: {} } };
}

function readDepInfo(path: string): DepInfo | undefined {
  try {
    return parseDepInfo(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** `--extern name` without a path: what the folders of `-L` have under that name. */
function cratesNamed(name: string, command: RustcCommand, cwd: string): string[] {
  return command.searchPaths
    .filter(({ kind }) => kind === 'dependency' || kind === 'crate' || kind === 'all')
    .flatMap(({ path }) =>
      entries(resolve(cwd, path))
        .map((entry) => entry.name)
        .filter((file) => /\.(rlib|rmeta|so)$/.test(file) && crateOfFile(file) === name)
        .sort()
        .map((file) => join(path, file)),
    );
}

/** The crate of `lib<crate>[-<hash>].<extension>`. */
function crateOfFile(file: string): string {
  return file.replace(/^lib/, '').replace(/(-[^-.]*)?\.[^.]*$/, '');
}

/** `-l name`: the archive or shared library in the folders of `-L`; those of the system are not searched. */
function librariesNamed(name: string, command: RustcCommand, cwd: string): string[] {
  return command.searchPaths
    .filter(({ kind }) => kind === 'native' || kind === 'all')
    .flatMap(({ path }) => {
      const names = new Set(entries(resolve(cwd, path)).map((entry) => entry.name));
      return [`lib${name}.a`, `lib${name}.so`, name]
        .filter((file) => names.has(file))
        .map((file) => join(path, file));
    });
}

/** The program that execvp would take. */
function locate(program: string, environment: Readonly<Record<string, string | undefined>>): string {
  if (program.includes('/')) return resolve(program);
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    const path = resolve(folder, program);
    if (entries(dirname(path)).some((entry) => entry.name === program && !entry.isDirectory())) return path;
  }
  return program;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
