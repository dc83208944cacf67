import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../error.js';
import { type ToolFiles, WRAPPER } from './sandbox.js';

/** The bundle of the wrapper lies beside this file, bundled or not; a sandbox shows that one file and nothing beside it. */
const PROGRAM = fileURLToPath(new URL(`./${WRAPPER}`, import.meta.url));

/**
 * Lays the folder of programs that every stage finds first in its PATH: `rustc`, which is the root's compiler with a
 * log, and `rustc-wrapper`, which is the same for cargo's RUSTC_WRAPPER and for compilers that a build makes itself.
 */
export function layTools(folder: string, sealed: boolean): ToolFiles {
  if (!existsSync(PROGRAM))
    throw new InputError('the wrapper of rustc is missing', { file: PROGRAM }, 'install trustdiff anew');
  const node = process.execPath;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, target] of [
    ['node', node],
    [WRAPPER, PROGRAM],
  ] as const) {
    // A sandbox binds the real ones over these.
    if (sealed) writeFileSync(join(folder, name), '');
    else symlinkSync(target, join(folder, name));
  }
  // The wrapper is a module, and not every Node 20 finds that out by itself.
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  writeFileSync(join(folder, 'rustc'), script(''), { mode: 0o755 });
  writeFileSync(join(folder, 'rustc-wrapper'), script('unset TRUSTDIFF_REAL_RUSTC\n'), { mode: 0o755 });
  return { folder, node, wrapper: PROGRAM };
}

function script(before: string): string {
  return `#!/bin/sh\n${before}exec "$TRUSTDIFF_TOOLS/node" "$TRUSTDIFF_TOOLS/${WRAPPER}" "$@"\n`;
}
