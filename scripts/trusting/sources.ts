import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from '../heir/token.js';

/** The scene's folder: the same two levels above `scripts/trusting` and `dist/scripts/trusting`'s package. */
export const SCENE = fileURLToPath(new URL('../../../corpus/trusting-trust', import.meta.url));

/** The compiler's clean sources in the order of compilation. */
export function compilerSources(): SourceFile[] {
  const folder = join(SCENE, 'sources');
  const parts = readdirSync(join(folder, 'compiler')).sort();
  return ['system.heir', ...parts.map((part) => `compiler/${part}`)].map((path) => readSource(folder, path));
}

/** The sources of the program that the trojan aims at. */
export function targetSources(): SourceFile[] {
  const folder = join(SCENE, 'sources');
  return ['system.heir', 'greet.heir'].map((path) => readSource(folder, path));
}

export function readSource(folder: string, path: string): SourceFile {
  return { path, text: readFileSync(join(folder, path), 'latin1') };
}

/** The sources with a text that stands in one of them once replaced by another. */
export function replaceOnce(sources: readonly SourceFile[], from: string, to: string): SourceFile[] {
  const count = sources.reduce((sum, { text }) => sum + text.split(from).length - 1, 0);
  if (count !== 1) throw new Error(`the sources hold ${JSON.stringify(from)} ${count} times, and not once`);
  return sources.map(({ path, text }) => ({ path, text: text.replace(from, () => to) }));
}
