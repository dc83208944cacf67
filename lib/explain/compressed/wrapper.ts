import type { Sink } from '../../ledger/sink.js';
import { changedRanges } from '../bytes.js';
import type { Part } from './part.js';

/** A compressed file, cut. */
export interface Wrapper {
  readonly bytes: Uint8Array;
  readonly parts: readonly Part[];
}

/**
 * Two compressed files of one content. Streams of the one are laid beside those of the other: where they differ, that
 * is the compression. What stands beside them is compared field by field, the first with the first, and explains
 * nothing by itself. The same field in two members or more is how somebody packs; in one alone it is what somebody
 * changed.
 */
export function explainWrappers(a: Wrapper, b: Wrapper, sink: Sink): void {
  const fieldsA = fieldsOf(a);
  const fieldsB = fieldsOf(b);
  for (const field of new Set([...fieldsA.keys(), ...fieldsB.keys()])) {
    const [ofA, ofB] = [fieldsA.get(field) ?? [], fieldsB.get(field) ?? []];
    const differ = ofA.filter((part, i) => ofB[i] !== undefined && !isSame(a, part, b, ofB[i])).length;
    for (let i = 0; i < Math.max(ofA.length, ofB.length); i += 1) {
      const [partA, partB] = [ofA[i], ofB[i]];
      if (partA !== undefined && partB !== undefined) explainField(a, partA, b, partB, differ, sink);
      else explainLone(a, partA, ofA[0], b, partB, ofB[0], sink);
    }
  }
  const [runsA, runsB] = [streamsOf(a), streamsOf(b)];
  for (let i = 0; i < Math.max(runsA.length, runsB.length); i += 1) {
    const [runA, runB] = [runsA[i] ?? endOf(a), runsB[i] ?? endOf(b)];
    explainStreams(bytesOf(a, runA), bytesOf(b, runB), sink.at(runA.start, runB.start));
  }
}

/** What a file says beside its content, in one text: equal where two files say the same. */
export function saidBeside(of: Wrapper): string {
  const said = of.parts.filter(({ kind }) => kind === 'packing' || kind === 'free');
  return said.map((part) => `${part.field} ${Buffer.from(bytesOf(of, part)).toString('hex')}`).join('\n');
}

function fieldsOf({ parts }: Wrapper): Map<string, Part[]> {
  const out = new Map<string, Part[]>();
  for (const part of parts) {
    if (part.kind === 'stream') continue;
    const list = out.get(part.field);
    if (list === undefined) out.set(part.field, [part]);
    else list.push(part);
  }
  return out;
}

function explainField(a: Wrapper, partA: Part, b: Wrapper, partB: Part, differ: number, sink: Sink): void {
  const { field } = partA;
  const range = [partA.start, partA.length, partB.start, partB.length] as const;
  if (isSame(a, partA, b, partB)) sink.equal(partA.start, partB.start, partA.length);
  else if (partA.kind === 'free' || partB.kind === 'free') sink.change(...range, { field });
  else if (partA.kind === 'setting') sink.shown('compression', ...range, field);
  else if (differ >= 2 && field !== 'FNAME') sink.shown('archive-metadata', ...range, field);
  else sink.change(...range, { reason: 'archive-metadata', field });
}

/** A field of a member that the other file has not: no news where it repeats the first one, or is a time of zero. */
function explainLone(
  a: Wrapper,
  partA: Part | undefined,
  firstA: Part | undefined,
  b: Wrapper,
  partB: Part | undefined,
  firstB: Part | undefined,
  sink: Sink,
): void {
  const [of, part, first] = partA === undefined ? [b, partB, firstB] : [a, partA, firstA];
  if (part === undefined) return;
  const [start, length] = [partA?.start ?? a.bytes.length, partA?.length ?? 0];
  const [startB, lengthB] = [partB?.start ?? b.bytes.length, partB?.length ?? 0];
  const repeats = first !== undefined && first !== part && isSame(of, first, of, part);
  const isZero = part.field === 'MTIME' && bytesOf(of, part).every((byte) => byte === 0);
  if (part.kind === 'setting' || (part.kind === 'packing' && (repeats || isZero || part.field === 'OS')))
    sink.shown('compression', start, length, startB, lengthB, part.field);
  else {
    const reason = part.kind === 'packing' ? ('archive-metadata' as const) : undefined;
    sink.change(start, length, startB, lengthB, { field: part.field, reason });
  }
}

/** Neighbouring parts that decoding reads, as one. */
function streamsOf({ parts }: Wrapper): Stretch[] {
  const out: { start: number; length: number }[] = [];
  let open = false;
  for (const { kind, start, length } of parts) {
    const last = out.at(-1);
    if (kind === 'stream' && open && last !== undefined) last.length += length;
    else if (kind === 'stream') out.push({ start, length });
    open = kind === 'stream';
  }
  return out;
}

interface Stretch {
  readonly start: number;
  readonly length: number;
}

function endOf({ bytes }: Wrapper): Stretch {
  return { start: bytes.length, length: 0 };
}

function explainStreams(a: Uint8Array, b: Uint8Array, sink: Sink): void {
  const { ranges, truncated } = changedRanges(a, b);
  let atA = 0;
  let atB = 0;
  for (const { aStart, aLength, bStart, bLength } of ranges) {
    sink.equal(atA, atB, aStart - atA);
    sink.shown('compression', aStart, aLength, bStart, bLength);
    atA = aStart + aLength;
    atB = bStart + bLength;
  }
  if (truncated) sink.shown('compression', atA, a.length - atA, atB, b.length - atB);
  else sink.equal(atA, atB, a.length - atA);
}

function bytesOf({ bytes }: Wrapper, { start, length }: Stretch): Uint8Array {
  return bytes.subarray(start, start + length);
}

function isSame(a: Wrapper, partA: Part, b: Wrapper, partB: Part | undefined): boolean {
  return partB !== undefined && Buffer.compare(bytesOf(a, partA), bytesOf(b, partB)) === 0;
}
