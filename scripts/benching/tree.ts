import { type Dirent, existsSync, lstatSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { writeContent } from './content.js';
import { megabytes, type Workshop } from './workshop.js';

/** A folder of files, and in words what it is. */
export interface Tree {
  readonly path: string;
  readonly text: string;
  readonly bytes: number;
}

const GENERATED_FILES = 5000;
const GENERATED_BYTES = 300e6;

/** The tree that `--tree` names, else a toolchain of rustup, else one made in code. */
export async function findTree(workshop: Workshop): Promise<Tree> {
  const chosen = workshop.options.tree ?? findToolchain();
  if (chosen !== undefined) return describeTree(chosen, `a copy of ${basename(chosen)}`);
  const path = workshop.path('generated-tree');
  if (!existsSync(path)) {
    workshop.assertRoom(GENERATED_BYTES);
    workshop.tell('making a tree of files');
    for (let i = 0; i < GENERATED_FILES; i += 1) {
      // From 1/10 to 19/10 of the mean.
      const size = Math.round((GENERATED_BYTES / GENERATED_FILES) * (0.1 + (1.8 * (i % 100)) / 99));
      await writeContent(join(path, `folder-${i % 50}`, `file-${i}`), size, i);
    }
  }
  return describeTree(path, 'generated');
}

function describeTree(path: string, origin: string): Tree {
  const files = filesOf(path);
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  return {
    path,
    bytes,
    text: `${origin}, ${files.length.toLocaleString('en-US')} files, ${megabytes(bytes)} MB`,
  };
}

function findToolchain(): string | undefined {
  const folder = join(process.env.RUSTUP_HOME ?? join(homedir(), '.rustup'), 'toolchains');
  if (!existsSync(folder)) return undefined;
  const found = readdirSync(folder).sort();
  return found.map((name) => join(folder, name)).find((path) => existsSync(join(path, 'bin/rustc')));
}

/** Regular files below `top`, by their relative paths, sorted. Sizes in bytes. */
export function filesOf(top: string): { readonly path: string; readonly size: number }[] {
  const path = (entry: Dirent): string => join(entry.parentPath, entry.name);
  return readdirSync(top, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ path: path(entry).slice(join(top, '/').length), size: lstatSync(path(entry)).size }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
