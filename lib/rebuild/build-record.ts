import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { InputError, located } from '../error.js';
import type { Shape } from './shape.js';

/** Bytes of one record: the longest of rustc's own build has about 100 kB. */
const MAX_RECORD = 2 ** 24;

/**
 * Reads a JSON file that a program of a build wrote, or whatever else could write there: nothing in it is believed to
 * have its form. Only regular files are read, and no links: a pipe would never end, and a link leads out of the folder.
 * @throws InputError naming the file, for what is too large, cut off, or not of that shape
 */
export function readRecord<T>(file: string, shape: Shape<T>): T {
  const content = readText(file);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new InputError(`the record is not JSON: ${(error as Error).message}`, { file }, HINT);
  }
  try {
    return shape(value, '');
  } catch (error) {
    throw located(error, { file });
  }
}

const HINT = 'a record is written whole or not at all: it was changed after the run, or its disk was full';

function readText(file: string): string {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new InputError(`the record cannot be read (${(error as NodeJS.ErrnoException).code})`, { file });
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new InputError('the record is not a regular file', { file });
    if (stat.size > MAX_RECORD)
      throw new InputError(`the record has more than ${MAX_RECORD} bytes`, { file });
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
