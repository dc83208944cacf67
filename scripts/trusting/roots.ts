import { join } from 'node:path';
import type { SourceFile } from '../heir/token.js';
import { backdooredSources } from './attack.js';
import { build } from './build.js';
import { compilerSources, replaceOnce, SCENE } from './sources.js';

/** What the compilers of the scene's trust roots are compiled from. */
export const ROOTS = {
  /** The clean sources. */
  honest: compilerSources,
  /** The clean sources as they might have been some versions ago: its functions start at multiples of 16. */
  elder: () => replaceOnce(compilerSources(), 'const ALIGNMENT = 1;', 'const ALIGNMENT = 16;'),
  /** The sources with the trojan. */
  backdoored: backdooredSources,
} as const satisfies Record<string, () => SourceFile[]>;

export type RootName = keyof typeof ROOTS;

/** Where the compiler of a root lies. */
export function compilerPath(name: RootName): string {
  return join(SCENE, 'roots', name, 'bin/compiler');
}

/** The compiler of a root, made by the clean sources that the trusted interpreter runs: no binary has a part in it. */
export function rootCompiler(name: RootName): Uint8Array {
  const { status, program, messages } = build(compilerSources(), ROOTS[name]());
  if (status !== 0) throw new Error(`the compiler of the root ${name} could not be made: ${messages}`);
  return program;
}

export function rootNames(): RootName[] {
  return Object.keys(ROOTS).filter((name): name is RootName => Object.hasOwn(ROOTS, name));
}
