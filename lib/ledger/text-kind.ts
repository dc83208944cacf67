import type { Bytes } from '../artefact/bytes.js';

/** Whether a content is text, and by which rule that was decided. */
export interface TextKind {
  readonly kind: 'utf-8' | 'latin-1' | 'binary';
  readonly rule: TextRule;
}

export type TextRule =
  | 'empty'
  | 'contains NUL bytes'
  | 'contains many control characters'
  | 'valid UTF-8'
  | 'bytes of Latin-1';

/** Bytes looked at from the start and from the end of a content. */
const LOOKED_AT = 32 * 1024;

/** Of so many bytes one may be a control character other than tab, line feed, form feed, return and escape. */
const CONTROLS = 100;

/**
 * Judges a content by its first and last 32 KiB. It only chooses how a difference is shown: what is in the
 * middle may be anything, and nothing is taken as equal because of it.
 */
export function textKind(content: Bytes): TextKind {
  if (content.length === 0) return { kind: 'utf-8', rule: 'empty' };
  const head = Buffer.from(content.read(0, Math.min(LOOKED_AT, content.length)));
  const tailStart = Math.max(head.length, content.length - LOOKED_AT);
  const tail = Buffer.from(content.read(tailStart, content.length - tailStart));
  const looked = head.length + tail.length;
  if (head.includes(0) || tail.includes(0)) return { kind: 'binary', rule: 'contains NUL bytes' };
  const valid = isUtf8Part(head, tail.length > 0, false) && isUtf8Part(tail, false, true);
  const controls = countControls(head, !valid) + countControls(tail, !valid);
  if (controls * CONTROLS > looked) return { kind: 'binary', rule: 'contains many control characters' };
  return valid ? { kind: 'utf-8', rule: 'valid UTF-8' } : { kind: 'latin-1', rule: 'bytes of Latin-1' };
}

/** Two contents as strings that differ exactly where the bytes do: both as UTF-8 if both are that, else both as Latin-1. */
export function decodeTexts(a: Uint8Array, b: Uint8Array): readonly [string, string] {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return [strict.decode(a), strict.decode(b)];
  } catch {
    const latin1 = (bytes: Uint8Array): string =>
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    return [latin1(a), latin1(b)];
  }
}

/** Valid but for a character that a cut divided. */
function isUtf8Part(part: Buffer, cutEnd: boolean, cutStart: boolean): boolean {
  let start = 0;
  const end = part.length - (cutEnd ? dividedAtEnd(part) : 0);
  if (cutStart) while (start < 3 && ((part[start] ?? 0) & 0xc0) === 0x80) start += 1;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(part.subarray(start, end));
    return true;
  } catch {
    return false;
  }
}

/** Bytes of an unfinished sequence at the end. */
function dividedAtEnd(part: Buffer): number {
  for (let back = 1; back <= 3 && back <= part.length; back++) {
    const byte = part[part.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function countControls(part: Buffer, withC1: boolean): number {
  let controls = 0;
  for (const byte of part) {
    const isText = byte === 9 || byte === 10 || byte === 12 || byte === 13 || byte === 27;
    if ((byte < 32 && !isText) || byte === 127 || (withC1 && byte >= 128 && byte < 160)) controls += 1;
  }
  return controls;
}
