import { spawnSync } from 'node:child_process';
import { UsageError } from '../../lib/error.js';

/** What the builds need of Debian: LLVM and a C++ compiler, what seals and unpacks, and the libraries of its cargo. */
export const PACKAGES: readonly string[] = [
  ...['llvm-19-dev', 'llvm-19-tools', 'libclang-rt-19-dev', 'libllvm19', 'g++', 'cmake', 'ninja-build'],
  // Without liblzma-dev a build script wants to compile xz, whose sources are not in Debian's.
  ...['pkgconf', 'zlib1g-dev', 'liblzma-dev', 'libzstd-dev', 'libxml2-dev', 'python3'],
  ...['bubblewrap', 'dpkg-dev', 'xz-utils', 'util-linux'],
  // The Depends of the package cargo-web: without them Debian's cargo does not start.
  ...['libcurl4', 'libhttp-parser2.9', 'libpcre3', 'libsqlite3-0', 'libssh2-1', 'libssl3', 'zlib1g'],
];

/** @throws UsageError on a machine that the experiment's roots do not run on */
export function assertMachine(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new UsageError('the experiment is for Linux on x86_64', 'its roots run nowhere else');
  if (spawnSync('dpkg-query', ['--version']).error !== undefined)
    throw new UsageError('the experiment is for Debian 12', 'use a container or a virtual machine with it');
}

/**
 * Installs what is missing, if that was asked for.
 * @throws UsageError with the command to give, where it was not or does not succeed
 */
export function installMissing(install: boolean, say: (line: string) => void): void {
  const missing = missingPackages();
  if (missing.length === 0) {
    say('all are installed');
    return;
  }
  const command = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing];
  const hint = `run \`${command.join(' ')}\` as root`;
  if (!install) throw new UsageError(`not installed: ${missing.join(' ')}`, `${hint}, or give --install`);
  if (process.getuid?.() !== 0) throw new UsageError('--install needs to be root', hint);
  say(`installing ${missing.join(' ')}`);
  const [program = '', ...args] = command;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // A fresh machine has no lists of packages, or old ones that name files which are gone.
  for (const call of [['update'], args]) spawnSync(program, call, { stdio: 'inherit', env });
  if (missingPackages().length > 0)
    throw new UsageError('the packages could not be installed', 'see what apt-get says');
}

export function missingPackages(): readonly string[] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: these are placeholders of dpkg-query
  const query = ['--show', '--showformat', '${db:Status-Abbrev} ${Package}\n', ...PACKAGES];
  // Its status is not 0 where a package is not known at all.
  return missingFrom(spawnSync('dpkg-query', query, { encoding: 'utf8' }).stdout);
}

/** The packages of the list that are not installed, by what dpkg-query printed: state and name a line. */
export function missingFrom(listing: string, packages: readonly string[] = PACKAGES): readonly string[] {
  const installed = new Set<string>();
  for (const line of listing.split('\n')) {
    const [state, name] = line.trim().split(/\s+/);
    if (state === 'ii' && name !== undefined) installed.add(name);
  }
  return packages.filter((name) => !installed.has(name));
}
