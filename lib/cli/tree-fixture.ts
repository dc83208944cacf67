import {
  chmodSync,
  cpSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { endOfArchive, tarEntry } from '../artefact/container/tar-fixture.js';
import { pathBytes } from '../artefact/name.js';
import { REPOSITORY } from './run-fixture.js';

/** Path → content; `{ link }` makes a symlink. Names are exact (see lib/artefact/name.ts). */
export type Tree = Readonly<Record<string, string | Uint8Array | { readonly link: string }>>;

/** Writes a tree below `folder`, and gives `folder`. */
export function writeTree(folder: string, tree: Tree): string {
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(tree)) {
    const full = join(folder, path);
    mkdirSync(pathBytes(dirname(full)), { recursive: true });
    if (typeof content === 'object' && 'link' in content) symlinkSync(content.link, pathBytes(full));
    else writeFileSync(pathBytes(full), content);
  }
  return folder;
}

/** The files and links of a tree as a tar archive, in the order of the tree. */
export function tarOf(tree: Tree): Buffer {
  const members = Object.entries(tree).map(([name, content]) =>
    typeof content === 'object' && 'link' in content
      ? tarEntry({ name, typeflag: '2', linkname: content.link, mode: 0o777 })
      : tarEntry({ name, content, mode: 0o644 }),
  );
  return Buffer.concat([...members, endOfArchive]);
}

/** A day after the times that the archives of the corpus hold. */
const CORPUS_TIME = 1704067200 + 86400;

/**
 * Copies a folder of the corpus to the same place below `root`. Modes are what git means and times all the same:
 * in a checkout both depend on who made it.
 */
export function copyCorpus(root: string, folder: string): string {
  const to = join(root, folder);
  cpSync(join(REPOSITORY, folder), to, { recursive: true });
  for (const entry of ['', ...readdirSync(to, { recursive: true, encoding: 'utf8' })]) {
    const path = join(to, entry);
    const { mode } = statSync(path);
    const executable = statSync(path).isDirectory() || (mode & 0o100) !== 0;
    chmodSync(path, executable ? 0o755 : 0o644);
    lutimesSync(path, CORPUS_TIME, CORPUS_TIME);
  }
  return to;
}
