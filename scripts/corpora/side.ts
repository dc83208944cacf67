import { spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeName, encodeName } from '../../lib/artefact/name.js';
import { InputError } from '../../lib/error.js';
import type { Side } from './compare.js';

/** The side `a`, `b` or `control-a` of a pair, with its archive unpacked by the system's own tools. */
export interface SideFiles {
  /** `a` or `a.tar.xz`, relative to the pair. */
  readonly name: string;
  readonly contents: Side;
  /** Modification time (seconds) and permission bits as the archive stores them; absent for a folder. */
  readonly stored?: ReadonlyMap<string, { readonly mtime: number; readonly mode: number }>;
}

/** The name of the side's folder or archive, or `undefined` when the pair has no such side. */
export function sideName(pair: string, side: string): string | undefined {
  return readdirSync(pair).find((name) => name === side || name.startsWith(`${side}.`));
}

/** Reads a side; throws when a tool that its archive needs is not installed. */
export function readSide(pair: string, name: string): SideFiles {
  const path = join(pair, name);
  return lstatSync(path).isDirectory() ? { name, contents: contentsBelow(path) } : readArchive(path, name);
}

/** Reads an archive with the system's tools; symlinks are left out. */
export function readArchive(path: string, name: string): SideFiles {
  const scratch = mkdtempSync(join(tmpdir(), 'corpus-side-'));
  try {
    const { tool, args } = unpacker(path, scratch);
    const done = spawnSync(tool, args, { encoding: 'utf8' });
    if (done.error !== undefined) throw new InputError(`${tool} is not installed`, { file: path });
    if (done.status !== 0) throw new InputError(`${tool} failed: ${done.stderr.trim()}`, { file: path });
    const contents = contentsBelow(scratch);
    const stored = new Map(
      [...contents.keys()].map((file) => {
        const { mtimeMs, mode } = lstatSync(onDisk(scratch, file));
        return [file, { mtime: Math.floor(mtimeMs / 1000), mode: mode & 0o7777 }];
      }),
    );
    return { name, contents, stored };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function unpacker(path: string, to: string): { readonly tool: string; readonly args: readonly string[] } {
  if (path.endsWith('.deb')) return { tool: 'dpkg-deb', args: ['--extract', path, to] };
  if (path.endsWith('.rpm')) return { tool: 'bsdtar', args: ['-x', '-p', '-f', path, '-C', to] };
  const args = ['--extract', '--preserve-permissions', '--no-same-owner', '--file', path, '--directory', to];
  return { tool: 'tar', args };
}

/** Regular files below a folder; names are exact (see lib/artefact/name.ts), UTF-8 or not. */
function contentsBelow(root: string, below = ''): Side {
  const contents = new Map<string, Uint8Array>();
  for (const bytes of readdirSync(onDisk(root, below), { encoding: 'buffer' })) {
    const path = below === '' ? decodeName(bytes) : `${below}/${decodeName(bytes)}`;
    const file = onDisk(root, path);
    const found = lstatSync(file);
    if (found.isFile()) contents.set(path, readFileSync(file));
    if (found.isDirectory())
      for (const [inner, content] of contentsBelow(root, path)) contents.set(inner, content);
  }
  return contents;
}

function onDisk(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), encodeName(path)]);
}
