import { readFileSync } from 'node:fs';
import { InputError } from '../error.js';
import type { MaskFile } from '../explain/user-mask.js';

/** A file of masks as the comparison takes it. @throws InputError where it cannot be read */
export function maskFile(path: string | undefined): MaskFile | undefined {
  if (path === undefined) return undefined;
  try {
    // The only clock that a report depends on; it tells which day was used.
    return { text: readFileSync(path, 'utf8'), file: path, today: new Date().toISOString().slice(0, 10) };
  } catch (error) {
    throw new InputError(`the masks cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      file: path,
    });
  }
}
