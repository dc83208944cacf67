import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { SpoolError } from '../error.js';

/**
 * Makes a folder and those it lies in. Not by `recursive`, with which Node tries for ever where the file system says
 * that a folder it has does not exist, as /proc does.
 * @throws SpoolError
 */
export function makeFolder(path: string): void {
  try {
    const missing: string[] = [];
    let at = path;
    while (lstatSync(at, { throwIfNoEntry: false }) === undefined && at !== dirname(at)) {
      missing.push(at);
      at = dirname(at);
    }
    for (const folder of missing.reverse()) mkdirSync(folder);
    // Throws where it is a file.
    readdirSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const what = code === 'ENOTDIR' ? 'it is no folder' : `it cannot be made (${code})`;
    throw new SpoolError(what, { file: path }, 'name another folder with --out');
  }
}

/**
 * Removes a folder, whatever modes a build gave to what lies in it.
 * @throws SpoolError
 */
export function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    try {
      openUp(path);
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw new SpoolError(`it cannot be removed (${code})`, { file: path }, 'remove it by hand');
    }
  }
}

/** Gives the owner every right on all directories, without which they cannot be emptied. Names are kept as bytes. */
function openUp(path: string | Buffer): void {
  if (lstatSync(path).isDirectory()) chmodSync(path, 0o700);
  else return;
  for (const name of readdirSync(path, { encoding: 'buffer' }))
    openUp(Buffer.concat([Buffer.from(path), Buffer.from('/'), name]));
}

/** Bytes below which a disk counts as full: less than one block of most. */
const FULL = 16 * 1024;

/** Whether nothing more can be written there. */
export function isFull(folder: string): boolean {
  try {
    const { bavail, bsize, ffree, files } = statfsSync(folder);
    return bavail * bsize < FULL || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}
