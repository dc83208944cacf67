import { createHash } from 'node:crypto';
import type { ByteStream, Codec } from '../../lib/artefact/codec/codec.js';
import { guarded } from '../../lib/artefact/codec/guard.js';
import { CODECS } from '../../lib/artefact/codec/registry.js';
import type { Container } from '../../lib/artefact/container/container.js';
import { CONTAINERS } from '../../lib/artefact/container/registry.js';
import { DEFAULT_LIMITS, type Limits } from '../../lib/artefact/limits.js';
import { Meter } from '../../lib/artefact/meter.js';
import { TrustdiffError } from '../../lib/error.js';
import { mutate } from './mutation.js';
import { Random } from './random.js';
import { type Repair, repairRpm, repairTar } from './repair.js';
import { SEEDS } from './seed.js';

export type TargetName = Container['id'] | Codec['id'];

export const TARGETS = Object.keys(SEEDS) as readonly TargetName[];

/** The limits that readers are held to: low ones, so that the memory of one run says something. */
const LIMITS: Limits = { ...DEFAULT_LIMITS, members: 10_000, bytes: 64 * 2 ** 20, dictionary: 16 * 2 ** 20 };

/** The input of run `run`: the same for the same seed, whatever ran before it. */
export function inputOf(target: TargetName, seed: number, run: number): Buffer {
  const random = new Random(new Random(seed ^ Math.imul(run + 1, 0x9e3779b1)).below(2 ** 32));
  const mutated = mutate(random.pick(SEEDS[target]), random);
  const repair = REPAIRS[target];
  return repair === undefined || random.below(4) === 0 ? mutated : repair(mutated);
}

const REPAIRS: Partial<Record<TargetName, Repair>> = { tar: repairTar, rpm: repairRpm };

/**
 * Reads the input whole, twice, in chunks of different lengths.
 * @returns What is wrong with the reader; nothing where it reads the input or refuses it with a TrustdiffError.
 */
export async function faultOf(target: TargetName, input: Buffer): Promise<string | undefined> {
  try {
    const whole = await outcome(target, input, 65536);
    const pieces = await outcome(target, input, 211);
    return whole === pieces
      ? undefined
      : `the length of chunks matters: ${whole} in one, ${pieces} in small ones`;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** Whether the reader reads the input whole. */
export async function isRead(target: TargetName, input: Buffer): Promise<boolean> {
  return (await outcome(target, input, 65536)) !== REFUSED;
}

const REFUSED = 'refused';

/** A digest of all that was read, or that the input was refused; throws what no reader may throw. */
async function outcome(target: TargetName, input: Buffer, chunk: number): Promise<string> {
  const container = CONTAINERS.find(({ id }) => id === target);
  const codec = CODECS.find(({ id }) => id === target);
  try {
    if (container !== undefined) return await readContainer(container, input, chunk);
    if (codec !== undefined) return await readCodec(codec, input, chunk);
  } catch (error) {
    if (error instanceof TrustdiffError) return REFUSED;
    throw error;
  }
  throw new Error(`there is no reader of ${target}`);
}

async function readContainer(container: Container, input: Buffer, chunk: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const { entry, content } of container.read(chunked(input, chunk), LIMITS)) {
    hash.update(JSON.stringify(entry));
    const parts: Buffer[] = [];
    for await (const part of content) parts.push(Buffer.from(part));
    const whole = Buffer.concat(parts);
    hash.update(whole);
    const { name, size, contentOffset: at } = entry;
    if (size !== undefined && whole.length !== size)
      throw new Error(`${name}: ${whole.length} bytes, not ${size}`);
    if (at !== undefined && !whole.equals(input.subarray(at, at + whole.length))) {
      throw new Error(`${name}: the content does not lie at ${at}`);
    }
  }
  return hash.digest('hex');
}

async function readCodec(codec: Codec, input: Buffer, chunk: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of guarded(codec, chunked(input, chunk), LIMITS, new Meter())) hash.update(part);
  return hash.digest('hex');
}

/** Each chunk is overwritten when the next one is asked for, as a reader's buffer is. */
async function* chunked(input: Buffer, length: number): ByteStream & AsyncGenerator<Buffer> {
  for (let at = 0; at < input.length; at += length) {
    const chunk = Buffer.from(input.subarray(at, at + length));
    yield chunk;
    chunk.fill(0xee);
  }
}
