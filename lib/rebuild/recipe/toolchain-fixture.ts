import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestFn } from 'ava';
import { toolchainParts } from '../../root/prefix.js';
import { sealedTest } from '../rebuild-fixture.js';

/** The prefix of the Rust toolchain of this machine, with its cargo; undefined where there is none. */
export const TOOLCHAIN = toolchainHere();

/** Another one, of another version: the first of rustup's that is. */
export const OTHER_TOOLCHAIN = otherToolchain();

/** Tests that seal builds with real rustc and cargo; skipped, and so counted, where there are none. */
export const rustTest = (TOOLCHAIN === undefined ? test.skip : sealedTest) as TestFn;
export const twoRustsTest = (OTHER_TOOLCHAIN === undefined ? test.skip : rustTest) as TestFn;

/** What a toolchain brings beside rustc, cargo and the libraries, and no build needs. */
const LEFT_OUT = ['share', 'etc', 'libexec'];

/** The toolchain of this machine once more, in a folder of its own: linked, or copied where it cannot be. */
export function otherPlace(prefix: string, into: string): string {
  mkdirSync(into, { recursive: true });
  const parts = (toolchainParts(prefix) ?? ['bin', 'lib', 'lib64']).filter(
    (part) => existsSync(join(prefix, part)) && !LEFT_OUT.includes(part),
  );
  const copy = (how: string): boolean =>
    spawnSync('cp', [how, '--parents', ...parts, into], { cwd: prefix }).status === 0;
  if (!copy('-al') && !copy('-a')) throw new Error(`${prefix} cannot be copied to ${into}`);
  return into;
}

function toolchainHere(): string | undefined {
  const sysroot = sysrootOf('rustc');
  return sysroot !== undefined && existsSync(join(sysroot, 'bin/cargo')) ? sysroot : undefined;
}

function otherToolchain(): string | undefined {
  const { status, stdout } = spawnSync('rustup', ['toolchain', 'list', '--quiet'], { encoding: 'utf8' });
  if (status !== 0 || TOOLCHAIN === undefined) return undefined;
  return stdout
    .split('\n')
    .filter((name) => name !== '')
    .map((name) => sysrootOf('rustc', `+${name}`))
    .find(
      (prefix) =>
        prefix !== undefined &&
        versionOf(prefix) !== versionOf(TOOLCHAIN) &&
        existsSync(join(prefix, 'bin/cargo')),
    );
}

function sysrootOf(rustc: string, ...toolchain: string[]): string | undefined {
  const args = [...toolchain, '--print', 'sysroot'];
  const { status, stdout } = spawnSync(rustc, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

export function versionOf(prefix: string): string {
  return spawnSync(join(prefix, 'bin/rustc'), ['--version'], { encoding: 'utf8' }).stdout;
}
