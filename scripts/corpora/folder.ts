import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's `corpus/`, seen from `dist/scripts/corpora/`. */
export const CORPUS = fileURLToPath(new URL('../../../corpus/', import.meta.url));
export const PAIRS = join(CORPUS, 'pairs');
export const CONTAINERS = join(CORPUS, 'containers');
export const CONTENTS = join(CONTAINERS, 'contents.json');
export const SUMS = join(CORPUS, 'SHA256SUMS');

/** Bytes that all committed artefacts may have together. */
export const BUDGET = 640 * 1024;

/** Relative paths of all files below `root`, sorted by their bytes. */
export function filesBelow(root: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
    if (!entry.isDirectory()) found.push(join(entry.parentPath, entry.name).slice(join(root, '/').length));
  }
  return found.sort(byBytes);
}

export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The artefacts that SHA256SUMS covers, as paths relative to `corpus/`; not what describes them. */
export function artefactPaths(): string[] {
  return filesBelow(CORPUS).filter(
    (path) => /^(pairs|containers)\//.test(path) && !/(^|\/)(expect|contents)\.json$/.test(path),
  );
}

/** The text of SHA256SUMS, in the format of sha256sum(1). */
export function formatSums(): string {
  return artefactPaths()
    .map((path) => `${sha256(readFileSync(join(CORPUS, path)))}  ${path}\n`)
    .join('');
}

/** Path to digest, from the text of SHA256SUMS. */
export function parseSums(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

/** Names of the pairs, sorted. */
export function pairNames(): string[] {
  const folders = readdirSync(PAIRS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map((entry) => entry.name).sort(byBytes);
}
