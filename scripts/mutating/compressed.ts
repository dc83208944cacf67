import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryBytes } from '../../lib/artefact/bytes.js';
import { codecFor } from '../../lib/artefact/codec/registry.js';
import { partsOf } from '../../lib/explain/compressed/part.js';
import { explainContents } from '../../lib/explain/explain.js';
import { settle } from '../../lib/explain/settle.js';
import { Random } from '../fuzzing/random.js';
import { applyEdits, changes, type Edit, replaced } from './edit.js';
import { any, flipBit, otherByte, randomBytes } from './random-bytes.js';

/** Two compressed files of one content. */
interface CompressedPair {
  readonly name: string;
  readonly a: Buffer;
  readonly b: Buffer;
}

export interface CompressedTrial {
  readonly index: number;
  readonly kind: string;
  readonly subject: string;
  /** `exempt`: what decoding reads, written otherwise: a bit that encodes nothing, or a setting. */
  readonly outcome: 'caught' | 'missed' | 'exempt';
}

export interface CompressedCampaign {
  readonly planted: ReadonlyMap<string, number>;
  /** Those that were not caught. */
  readonly trials: readonly CompressedTrial[];
}

type Change = (bytes: Buffer, random: Random) => readonly Edit[];

/** Changes of what stands around and between compressed streams. */
const KINDS: Readonly<Record<string, Change>> = {
  'bit-anywhere': (bytes, random) => flipBit(bytes, random.below(bytes.length), random),
  'byte-anywhere': (bytes, random) => otherByte(bytes, random.below(bytes.length), random),
  'first-bytes': (bytes, random) => otherByte(bytes, random.below(Math.min(24, bytes.length)), random),
  'last-bytes': (bytes, random) => otherByte(bytes, bytes.length - 1 - random.below(24), random),
  append: (bytes, random) => added(bytes.length, randomBytes(random.pick([1, 4, 12]), random)),
  'append-zeros': (bytes, random) => added(bytes.length, Buffer.alloc(random.pick([1, 4, 8, 512]))),
  'gzip-time': (bytes, random) => (isGzip(bytes) ? replaced(bytes, 4, randomBytes(4, random)) : []),
  'gzip-system': (bytes, random) =>
    isGzip(bytes) ? replaced(bytes, 9, Uint8Array.of(random.below(256))) : [],
  'gzip-level': (bytes, random) =>
    isGzip(bytes) ? replaced(bytes, 8, Uint8Array.of(random.below(256))) : [],
  'gzip-name': (bytes, random) => field(bytes, 8, Buffer.concat([letters(random), Buffer.alloc(1)])),
  'gzip-comment': (bytes, random) => field(bytes, 16, Buffer.concat([letters(random), Buffer.alloc(1)])),
  'gzip-extra': (bytes, random) => {
    const text = letters(random);
    return field(bytes, 4, Buffer.concat([Buffer.of(text.length, 0), text]));
  },
  /** A member more that holds nothing but its header. */
  'gzip-empty-member': (bytes, random) => {
    if (!isGzip(bytes)) return [];
    const head = Buffer.concat([Buffer.of(0x1f, 0x8b, 8, 16), randomBytes(4, random), Buffer.of(0, 3)]);
    const empty = Buffer.from('0300000000000000000000', 'hex').subarray(0, 10);
    return added(bytes.length, Buffer.concat([head, letters(random), Buffer.alloc(1), empty]));
  },
  'zstd-skippable': (bytes, random) => {
    if (codecFor(bytes)?.id !== 'zstd') return [];
    const text = letters(random);
    const head = Buffer.from('502a4d1800000000', 'hex');
    head[0] = 0x50 + random.below(16);
    head.writeUInt32LE(text.length, 4);
    return added(random.pick([0, bytes.length]), Buffer.concat([head, text]));
  },
};

export const COMPRESSED_KINDS: readonly string[] = Object.keys(KINDS);

/** Plants changes in compressed files of the corpus, each in one of two equal ones and in one of two of one content. */
export async function mutateCompressed(
  pairs: string,
  { seed, count }: { readonly seed: number; readonly count: number },
): Promise<CompressedCampaign> {
  const subjects = compressedPairs(pairs);
  const planted = new Map<string, number>();
  const trials: CompressedTrial[] = [];
  for (let index = 0; index < count; index += 1) {
    const random = new Random(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
    const subject = any(subjects, random);
    const kind = any(COMPRESSED_KINDS, random);
    if (subject === undefined || kind === undefined) break;
    const { name, a, b } = subject;
    const edits = KINDS[kind]?.(b, random) ?? [];
    if (!changes(b, edits)) continue;
    planted.set(kind, (planted.get(kind) ?? 0) + 1);
    const changed = applyEdits(b, edits);
    if ((await residue(a, changed)) > 0) continue;
    const outcome = edits.every(({ offset }) => isStream(changed, offset)) ? 'exempt' : 'missed';
    trials.push({ index, kind, subject: name, outcome });
  }
  return { planted, trials };
}

function compressedPairs(pairs: string): CompressedPair[] {
  const read = (path: string): Buffer => readFileSync(join(pairs, path));
  const files = [
    'gzip-level/a.tar.gz',
    'gzip-level/b.tar.gz',
    'xz-and-zstd/a.tar.xz',
    'xz-and-zstd/b.tar.zst',
  ];
  return [
    ...files.map((path) => ({ name: path, a: read(path), b: read(path) })),
    { name: 'gzip-level', a: read('gzip-level/a.tar.gz'), b: read('gzip-level/b.tar.gz') },
    { name: 'xz-and-zstd', a: read('xz-and-zstd/a.tar.xz'), b: read('xz-and-zstd/b.tar.zst') },
    { name: 'zstd-and-xz', a: read('xz-and-zstd/b.tar.zst'), b: read('xz-and-zstd/a.tar.xz') },
  ];
}

async function residue(a: Buffer, b: Buffer): Promise<number> {
  const explanation = await explainContents(memoryBytes(a), memoryBytes(b), { path: '' });
  const { accounts } = settle([{ path: '', explanation }]).causes;
  return accounts.suspected + accounts.unexplained;
}

function isStream(bytes: Buffer, offset: number): boolean {
  const codec = codecFor(bytes);
  const parts = codec === undefined ? undefined : partsOf(codec, bytes);
  const part = parts?.find(({ start, length }) => start <= offset && offset < start + length);
  return part?.kind === 'stream' || part?.kind === 'setting';
}

function isGzip(bytes: Buffer): boolean {
  return codecFor(bytes)?.id === 'gzip';
}

/** A field that the header of the first member has not. */
function field(bytes: Buffer, flag: number, content: Buffer): readonly Edit[] {
  if (!isGzip(bytes) || bytes[3] !== 0) return [];
  return [...replaced(bytes, 3, Uint8Array.of(flag)), ...added(10, content)];
}

function added(offset: number, bytes: Uint8Array): readonly Edit[] {
  return [{ offset, length: 0, bytes }];
}

function letters(random: Random): Buffer {
  return Buffer.from(Array.from({ length: 1 + random.below(12) }, () => 0x61 + random.below(26)));
}
