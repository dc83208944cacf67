import { cpSync, existsSync, linkSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { changeEvery } from './change.js';
import { filesOf, findTree } from './tree.js';
import { assertPrograms, megabytes, type Workshop } from './workshop.js';

/** Two .tar.xz to compare, and in words what they are. */
export interface ArchivePair {
  readonly a: string;
  readonly b: string;
  readonly text: string;
}

/** The given archives. */
export function givenPair([a, b]: readonly [string, string]): ArchivePair {
  const sizes = [a, b].map((path) => `${basename(path)} (${megabytes(statSync(path).size)} MB)`);
  return { a, b, text: sizes.join(' and ') };
}

/**
 * Two archives of files of a tree, packed as upstream packs its own (one xz block): in the second, bytes of three
 * files differ.
 * @param size megabytes of files, about
 */
export async function makePair(workshop: Workshop, name: string, size: number): Promise<ArchivePair> {
  assertPrograms('tar', 'xz');
  const tree = await findTree(workshop);
  const a = workshop.path(`${name}-a.tar.xz`);
  const b = workshop.path(`${name}-b.tar.xz`);
  const chosen = chooseFiles(tree.path, size * 1e6);
  const bytes = chosen.reduce((sum, file) => sum + file.size, 0);
  const text = `made of ${tree.text}: ${chosen.length} files, ${megabytes(bytes)} MB unpacked, three of them differ`;
  if (existsSync(b)) return { a, b, text };
  workshop.assertRoom(4 * bytes);
  workshop.tell(`packing ${megabytes(bytes)} MB twice with xz`);
  for (const side of ['a', 'b']) {
    for (const { path } of chosen) {
      const to = workshop.path(`${name}-${side}`, path);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(tree.path, path), to, { preserveTimestamps: true });
    }
  }
  // Larger ones would keep diffoscope busy for longer than anybody waits.
  const changed = chosen.filter(({ size: length }) => length <= size * LARGEST_CHANGED);
  for (const { path, size: length } of changed.sort((x, y) => y.size - x.size).slice(0, 3))
    changeEvery(workshop.path(`${name}-b`, path), Math.max(1, Math.floor(length / 20)));
  await Promise.all([
    pack(workshop, workshop.path(`${name}-a`), a, '-6'),
    pack(workshop, workshop.path(`${name}-b`), b, '-6'),
  ]);
  workshop.remove(`${name}-a`, `${name}-b`);
  return { a, b, text };
}

/** Bytes of a changed file, for each megabyte of the archive. */
const LARGEST_CHANGED = 25_000;

/** The documentation is a component of its own upstream: thousands of small files that nobody runs. */
const DOCUMENTATION = /^share\/doc\//;

/** Files other than documentation and the very large, evenly spread over the tree, until there are enough bytes. */
function chooseFiles(top: string, bytes: number): { readonly path: string; readonly size: number }[] {
  const fitting = filesOf(top).filter(({ path, size }) => size <= bytes / 2 && !DOCUMENTATION.test(path));
  const all = fitting.reduce((sum, { size }) => sum + size, 0);
  const share = Math.min(1, bytes / Math.max(1, all));
  let passed = 0;
  let taken = 0;
  return fitting.filter(({ size }) => {
    passed += size;
    if (taken + size > passed * share + bytes / 10) return false;
    taken += size;
    return true;
  });
}

/** @param preset of xz: -0 to -9, and --threads=0 for blocks */
export async function pack(
  workshop: Workshop,
  folder: string,
  to: string,
  ...preset: string[]
): Promise<void> {
  const tar = `${to}.unpacked`;
  await workshop.prepare('tar', '-cf', tar, '-C', folder, '.');
  await workshop.prepare('xz', ...preset, '--suffix=.xz', '--', tar);
  await workshop.prepare('mv', '--', `${tar}.xz`, to);
}

/** A second name for a file. */
export function twin(workshop: Workshop, path: string): string {
  const to = workshop.path(`twin-${basename(path)}`);
  try {
    linkSync(path, to);
  } catch {
    cpSync(path, to);
  }
  return to;
}
