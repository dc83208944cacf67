import type { Bytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';

/** A table of equal entries in the file: the program headers, the section headers. */
export interface Table {
  readonly offset: number;
  readonly entrySize: number;
  readonly count: number;
}

export const NO_TABLE: Table = { offset: 0, entrySize: 0, count: 0 };

/** Bytes a table takes in the file. */
export function tableLength(table: Table): number {
  return table.entrySize * table.count;
}

/**
 * The bytes of a table, copied; the size is bounded by the file's, so a forged count costs nothing.
 * @throws InputError where it is not within the file, or its entries are smaller than the specification's
 */
export function readTable(bytes: Bytes, table: Table, what: string, smallest: number, from: number): Buffer {
  if (table.entrySize < smallest) {
    throw new InputError(`an entry of the ${what} has ${table.entrySize} bytes, fewer than ${smallest}`, {
      offset: from,
    });
  }
  const end = table.offset + tableLength(table);
  if (end > bytes.length) {
    throw new InputError(
      `the ${what} (${table.count} entries from ${table.offset}) end at ${end}, but the file has ${bytes.length} bytes`,
      { offset: from },
    );
  }
  return Buffer.from(bytes.read(table.offset, tableLength(table)));
}
