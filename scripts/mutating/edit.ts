/** `length` bytes at `offset` replaced by others; a length of 0 inserts. */
export interface Edit {
  readonly offset: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** Edits do not overlap. */
export function applyEdits(content: Uint8Array, edits: readonly Edit[]): Buffer {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { offset, length, bytes } of inOrder(edits)) {
    parts.push(content.subarray(at, offset), bytes);
    at = offset + length;
  }
  parts.push(content.subarray(at));
  return Buffer.concat(parts);
}

/** Where edits stand once they are all applied: start and length. A deletion is the place where it happened. */
export function placesOf(edits: readonly Edit[]): [start: number, length: number][] {
  let shift = 0;
  return inOrder(edits).map(({ offset, length, bytes }) => {
    const place: [number, number] = [offset + shift, bytes.length];
    shift += bytes.length - length;
    return place;
  });
}

/** Whether anything differs after the edits. */
export function changes(content: Uint8Array, edits: readonly Edit[]): boolean {
  return edits.some(({ offset, length, bytes }) => {
    if (offset < 0 || offset + length > content.length) return false;
    return Buffer.compare(content.subarray(offset, offset + length), bytes) !== 0;
  });
}

/** Edits that replace bytes by as many others, without those that change nothing. */
export function replaced(content: Uint8Array, offset: number, bytes: Uint8Array): Edit[] {
  const edit = { offset, length: bytes.length, bytes };
  return changes(content, [edit]) ? [edit] : [];
}

function inOrder(edits: readonly Edit[]): Edit[] {
  return [...edits].sort((x, y) => x.offset - y.offset);
}

/** An edit as it is told: hexadecimal digits. */
export interface ToldEdit {
  readonly offset: number;
  readonly before: string;
  readonly after: string;
}

/** Bytes of an edit that are told. */
const TOLD = 32;

export function told(content: Buffer, { offset, length, bytes }: Edit): ToldEdit {
  return {
    offset,
    before: content.toString('hex', offset, offset + Math.min(length, TOLD)),
    after: Buffer.from(bytes.subarray(0, TOLD)).toString('hex'),
  };
}
