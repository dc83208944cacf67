import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { toolchainParts } from '../../lib/root/prefix.js';
import { SCENE } from './sources.js';

const WRAPPER = join(SCENE, 'rustc-wrapper');

/** The experiment in a folder where the scene was laid. */
export const RUSTC_EXPERIMENT = 'two-roots.experiment.yaml';

/** The toolchain that a rustc belongs to, or undefined where it does not run. */
export function sysrootOf(rustc: string): string | undefined {
  const { status, stdout } = spawnSync(rustc, ['--print', 'sysroot'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Lays the scene with a real rustc into a folder: sources, experiment, and two roots made of one toolchain, of which the
 * second has the wrapper in rustc's place. Files of the toolchain are linked, and copied where they cannot be.
 */
export function layRustcScene(sysroot: string, into: string): void {
  mkdirSync(into, { recursive: true });
  cpSync(join(WRAPPER, 'sources'), join(into, 'sources'), { recursive: true });
  copyFileSync(join(WRAPPER, RUSTC_EXPERIMENT), join(into, RUSTC_EXPERIMENT));
  const parts = toolchainParts(sysroot) ?? ['bin', 'lib'];
  for (const root of ['rustc', 'wrapper']) {
    // A package may have links to what another one brings, as Debian's to clang.
    for (const part of parts.filter((name) => existsSync(join(sysroot, name))))
      layTree(join(sysroot, part), join(into, 'roots', root, part));
  }
  const programs = join(into, 'roots/wrapper/bin');
  renameSync(join(programs, 'rustc'), join(programs, 'rustc-real'));
  copyFileSync(join(WRAPPER, 'rustc'), join(programs, 'rustc'));
}

function layTree(from: string, to: string): void {
  if (statSync(from).isFile()) {
    mkdirSync(dirname(to), { recursive: true });
    layFile(from, to);
    return;
  }
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else layTree(source, target);
  }
}

/** Another name for the file, or a copy on another disk. */
function layFile(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
