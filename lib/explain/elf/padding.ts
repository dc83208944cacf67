import type { Sink } from '../../ledger/sink.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/**
 * Bytes between structures: where both sides are nothing but the usual filling (zeros, `int3`, the processor's no-ops),
 * another length follows from the alignment of what comes next, and another choice among no-ops of one length from who
 * filled the gap. All else stays unexplained, and so does what stands behind the last structure: nothing follows that
 * had to be aligned.
 * @param followed whether anything follows
 */
export function explainPadding(a: Uint8Array, b: Uint8Array, sink: Sink, followed = true): void {
  if (a.length === 0 && b.length === 0) return;
  if (a.length === b.length && Buffer.compare(a, b) === 0) sink.equal(0, 0, a.length);
  else if (
    followed &&
    isFilling(a) &&
    isFilling(b) &&
    (a.length !== b.length || differing(a, b) >= LEAST_DIFFERING)
  )
    sink.derived(0, a.length, 0, b.length, b, 'the alignment of what follows', undefined, 'padding');
  else sink.change(0, a.length, 0, b.length, { reason: 'padding' });
}

/**
 * Whether the alignment of what follows a piece can ask for so many bytes in front of it: something must follow, and
 * begin where fewer bytes would not have reached.
 */
export function isAligning(view: ElfView, piece: Piece, length: number): boolean {
  let step = 1;
  while (step <= length) step *= 2;
  return piece.end < (view.section(piece.section)?.sh_size ?? 0) && piece.end % step === 0;
}

/** Other no-ops of one length have at least so many other bytes; fewer may be a change that somebody made. */
const LEAST_DIFFERING = 3;

function differing(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (const [i, byte] of a.entries()) if (byte !== b[i]) count += 1;
  return count;
}

/** No more than a page, and of one kind. */
export function isFilling(bytes: Uint8Array): boolean {
  if (bytes.length > 4096) return false;
  if (bytes.every((byte) => byte === 0) || bytes.every((byte) => byte === 0xcc)) return true;
  let single = false;
  for (let at = 0; at < bytes.length; ) {
    const length = noOp(bytes, at);
    // Nobody fills with two short ones where a longer one does.
    if (length === 0 || (length === 1 && single)) return false;
    single = length === 1;
    at += length;
  }
  return true;
}

/** Intel SDM, "NOP", recommended multi-byte sequences, with any number of 66 prefixes and a segment override before. */
function noOp(bytes: Uint8Array, at: number): number {
  let from = at;
  while (bytes[from] === 0x66) from += 1;
  if (bytes[from] === 0x2e) from += 1;
  if (bytes[from] === 0x90) return from + 1 - at;
  if (bytes[from] !== 0x0f || bytes[from + 1] !== 0x1f) return 0;
  const length = { 0: 3, 64: 4, 68: 5, 128: 7, 132: 8 }[bytes[from + 2] ?? 0xff];
  if (length === undefined) return 0;
  for (let i = 3; i < length; i += 1) if (bytes[from + i] !== 0) return 0;
  return from + length <= bytes.length ? from + length - at : 0;
}
