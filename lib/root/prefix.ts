import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { InputError } from '../error.js';

/** What a prefix holds of a toolchain, as absolute paths. */
export interface Toolchain {
  /** The directory that `bin` and `lib` lie in. */
  readonly prefix: string;
  readonly rustc: string | undefined;
  readonly cargo: string | undefined;
  /** Targets that a std lies there for, sorted. */
  readonly targets: readonly string[];
}

/**
 * Looks into a prefix.
 * @throws InputError where its rustc is rustup's, which runs whatever toolchain is configured elsewhere, or a link that leads
 * out of the prefix: what lies there is no part of the root's digest
 */
export function toolchainAt(prefix: string): Toolchain {
  assertInside(prefix);
  return {
    prefix,
    rustc: program(prefix, 'rustc'),
    cargo: program(prefix, 'cargo'),
    targets: targetsWithStd(prefix),
  };
}

/**
 * The prefix that a directory is: itself, or the `usr` of an unpacked package in it. Undefined for an unpacked
 * tarball of upstream, whose components lie side by side and must be put together first.
 */
export function prefixOf(directory: string): string | undefined {
  const real = realpathSync(directory);
  const holds = (prefix: string): boolean =>
    ['rustc', 'cargo'].some((name) => existsSync(join(prefix, 'bin', name)));
  if (holds(real)) return real;
  if (holds(join(real, 'usr'))) return join(real, 'usr');
  return existsSync(join(real, 'rust-installer-version')) ? undefined : real;
}

/**
 * What of a prefix is a toolchain's, for `digestTree`; undefined where the prefix holds nothing else. `/usr` has
 * all the system's programs beside rustc, and what happens to those says nothing about the root.
 */
export function toolchainParts(prefix: string): string[] | undefined {
  const programs = childrenOf(prefix, 'bin');
  const own = programs.includes('rustc') || programs.includes('cargo');
  if (!own || programs.every((name) => TOOLCHAIN_PROGRAM.test(name))) return undefined;
  const parts = programs.filter((name) => TOOLCHAIN_PROGRAM.test(name)).map((name) => `bin/${name}`);
  const libraries = (folder: string): string[] =>
    childrenOf(prefix, folder)
      .filter((name) => TOOLCHAIN_LIBRARY.test(name))
      .map((name) => `${folder}/${name}`);
  parts.push(...libraries('lib'), ...libraries('lib64'));
  for (const name of childrenOf(prefix, 'lib'))
    if (MULTIARCH.test(name)) parts.push(...libraries(`lib/${name}`));
  if (childrenOf(prefix, 'libexec').includes(PROC_MACRO_SERVER)) parts.push(`libexec/${PROC_MACRO_SERVER}`);
  for (const name of ['rustc', 'cargo']) {
    const part = linkedPart(prefix, `bin/${name}`);
    const held = parts.some((one) => part === one || part?.startsWith(`${one}/`) === true);
    if (part !== undefined && !held) parts.push(part);
  }
  return parts;
}

/**
 * Where a program is a link, the toolchain that it leads to: Ubuntu's `usr/bin/rustc` lies in `usr/lib/rust-1.80`.
 * Undefined where it is none, or leads out of the prefix.
 */
function linkedPart(prefix: string, path: string): string | undefined {
  const full = join(prefix, path);
  if (lstatSync(full, { throwIfNoEntry: false })?.isSymbolicLink() !== true || !existsSync(full))
    return undefined;
  const real = realpathSync(full);
  if (leadsOut(prefix, real)) return undefined;
  const part = relative(realpathSync(prefix), real);
  const top = dirname(dirname(part));
  return top === '.' ? part : top;
}

const TOOLCHAIN_PROGRAM = /^(?:rust|cargo|clippy|rls$|miri)/;
const TOOLCHAIN_LIBRARY = /^(?:librustc_driver-|libstd-[0-9a-f]|libtest-[0-9a-f]|libLLVM.*-rust-|rustlib$)/;
const MULTIARCH = /^[a-z0-9_]+-[a-z0-9-]+$/;
const PROC_MACRO_SERVER = 'rust-analyzer-proc-macro-srv';

function program(prefix: string, name: string): string | undefined {
  const path = join(prefix, 'bin', name);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const real = realpathSync(path);
  const elsewhere = (what: string): InputError =>
    new InputError(`bin/${name} ${what}`, { file: prefix }, HINT);
  if (basename(real) === 'rustup') throw elsewhere("is rustup's, which runs a toolchain that lies elsewhere");
  if (leadsOut(prefix, real)) throw elsewhere(`is a link out of this directory, to ${real}`);
  return path;
}

/** @throws InputError where what makes up the compiler is a link out of the prefix */
function assertInside(prefix: string): void {
  const libraries = ['lib', 'lib64'].flatMap((folder) => [
    folder,
    ...childrenOf(prefix, folder)
      .filter((name) => TOOLCHAIN_LIBRARY.test(name))
      .map((name) => `${folder}/${name}`),
  ]);
  for (const name of ['bin', 'libexec', ...libraries]) {
    const path = join(prefix, name);
    if (!existsSync(path) || !leadsOut(prefix, realpathSync(path))) continue;
    throw new InputError(
      `${name} is a link out of this directory, to ${realpathSync(path)}`,
      { file: prefix },
      HINT,
    );
  }
}

const HINT = 'name the directory that rustc --print sysroot prints';

function leadsOut(prefix: string, real: string): boolean {
  const path = relative(realpathSync(prefix), real);
  return path === '..' || path.startsWith('../') || isAbsolute(path);
}

function targetsWithStd(prefix: string): string[] {
  return childrenOf(prefix, 'lib/rustlib')
    .filter((target) =>
      childrenOf(prefix, `lib/rustlib/${target}/lib`).some((name) =>
        /^libstd-.*\.(?:rlib|so|rmeta)$/.test(name),
      ),
    )
    .sort();
}

/** Names in a folder; none where it is missing or is none. */
function childrenOf(prefix: string, folder: string): string[] {
  try {
    return readdirSync(join(prefix, folder)).sort();
  } catch {
    return [];
  }
}
