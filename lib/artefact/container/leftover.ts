import { InputError } from '../../error.js';
import { printableName } from '../name.js';
import type { EntryWithContent } from './container.js';
import { type Cursor, once } from './cursor.js';

/** Bytes after the end of an archive that are kept in memory; no packer leaves so many. */
const TRAILING_MAX = 16 * 2 ** 20;

/**
 * Padding as a member of its own, where it is not the bytes that every packer writes: two archives that
 * differ only there do differ.
 */
export function padding(of: string, bytes: Uint8Array, contentOffset: number): EntryWithContent {
  return leftover(`padding of ${of}`, bytes, contentOffset);
}

/**
 * What follows the end of an archive, as one member; nothing where nothing follows.
 * @param skipZeros Whether zeros before it are the fill of a block and no data.
 */
export async function* trailingData(
  cursor: Cursor,
  skipZeros: boolean,
): AsyncGenerator<EntryWithContent, void, undefined> {
  const kept: Uint8Array[] = [];
  let length = 0;
  let start = cursor.position;
  for (;;) {
    const at = cursor.position;
    const piece = await cursor.some(TRAILING_MAX);
    if (piece.length === 0) break;
    const from = length === 0 && skipZeros ? firstOther(piece) : 0;
    if (from === piece.length) continue;
    if (length === 0) start = at + from;
    length += piece.length - from;
    if (length > TRAILING_MAX) {
      throw new InputError(
        `more than ${TRAILING_MAX / 2 ** 20} MiB follow the end of the ${cursor.noun}`,
        { offset: start },
        'cut the file there, or name what follows as a file of its own',
      );
    }
    kept.push(Uint8Array.prototype.slice.call(piece, from));
  }
  if (length > 0) yield leftover('trailing data', Buffer.concat(kept), start);
}

/** The part of an archive that an error is about: `member "a\u{202e}b"`. */
export function quoted(name: string): string {
  return `member "${printableName(name)}"`;
}

function leftover(name: string, bytes: Uint8Array, contentOffset: number): EntryWithContent {
  const content = Uint8Array.prototype.slice.call(bytes);
  return {
    entry: { name, metadata: { type: 'file' }, size: content.length, contentOffset, role: 'package' },
    content: once(content),
  };
}

/** The index of the first byte that is not zero, or the length. */
function firstOther(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && bytes[at] === 0) at += 1;
  return at;
}
