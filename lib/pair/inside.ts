import type { Bytes } from '../artefact/bytes.js';
import { codecFor } from '../artefact/codec/registry.js';
import { CONTAINER_HEAD } from '../artefact/container/container.js';
import { containerFor } from '../artefact/container/registry.js';
import { readMembers, resolveHardLinks } from '../artefact/ingest.js';
import type { Member, RawMember } from '../artefact/member.js';
import { Meter } from '../artefact/meter.js';
import { Spool } from '../artefact/spool.js';
import { located, TrustdiffError, together } from '../error.js';
import type { PairStatus, SideTrouble } from '../report/model.js';
import { ContentComparer } from './contents.js';
import { crateNameOf, crateVersions } from './crate.js';
import { type DescribeOptions, type Difference, describeDifference } from './difference.js';
import { compareMetadata, type MetadataDifference } from './metadata.js';
import { type PairRule, pairMembers } from './pair.js';
import { sketchContent } from './sketch.js';

/**
 * Two archives or compressed files, opened to show what their difference is made of. Nothing is decided here: that
 * the two differ is known from their bytes.
 */
export interface Inside {
  /** Codecs and containers in the order they were met. */
  readonly formatsA: readonly string[];
  readonly formatsB: readonly string[];
  readonly pairs: number;
  readonly identical: number;
  /** Pairs that are not identical, by name. */
  readonly differing: readonly InsidePair[];
  /** Differing pairs beyond those listed. */
  readonly leftOut: number;
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
}

export interface InsidePair {
  readonly name: string;
  /** The name in B, where it is another one. */
  readonly nameB?: string | undefined;
  readonly rule: PairRule;
  readonly status: PairStatus;
  readonly sizeA: number;
  readonly sizeB: number;
  readonly metadata?: readonly MetadataDifference[] | undefined;
  readonly difference?: Difference | undefined;
}

/** Differing members of one archive that are described; the others are counted. */
const MAX_DESCRIBED = 200;
/** Unpaired names of one archive that are listed. */
const MAX_UNPAIRED = 200;

/**
 * Opens both contents if both are archives or compressed, else gives `undefined`.
 * @throws InputError where one is damaged, LimitError where one costs more than it may; of both sides as one (`together`),
 * each with its side for a file
 */
export async function lookInside(
  a: Bytes,
  b: Bytes,
  task: DescribeOptions,
): Promise<{ readonly inside: Inside; readonly troubles: readonly SideTrouble[] } | undefined> {
  if (!isOpenable(a) || !isOpenable(b)) return undefined;
  const spool = new Spool(task.tmpdir);
  try {
    const errors: TrustdiffError[] = [];
    const failed = (error: unknown): undefined => {
      if (!(error instanceof TrustdiffError)) throw error;
      errors.push(error);
    };
    const openedA = await open(a, 'a', task, spool).catch(failed);
    const openedB = await open(b, 'b', task, spool).catch(failed);
    if (openedA !== undefined && openedB !== undefined) return await compareOpened(openedA, openedB, task);
    throw together(errors);
  } finally {
    spool.close();
  }
}

interface Opened {
  readonly formats: readonly string[];
  readonly members: readonly Member[];
}

async function compareOpened(
  a: Opened,
  b: Opened,
  task: DescribeOptions,
): Promise<{ readonly inside: Inside; readonly troubles: readonly SideTrouble[] }> {
  const pairing = pairMembers(a.members, b.members, {
    digestOf: (member) => member.digest,
    crateNameOf,
    crateVersionOf: crateVersions(),
    sketchOf: ({ content }) => content && sketchContent(content),
  });
  const comparer = new ContentComparer(task.digest);
  const differing: InsidePair[] = [];
  const troubles: SideTrouble[] = [];
  let identical = 0;
  let leftOut = 0;
  for (const pair of pairing.pairs) {
    const memberA = a.members[pair.a];
    const memberB = b.members[pair.b];
    if (memberA === undefined || memberB === undefined) continue;
    const found = comparePair(memberA, memberB, comparer);
    if (found.status === 'identical') {
      identical += 1;
    } else if (differing.length >= MAX_DESCRIBED) {
      leftOut += 1;
    } else {
      const difference =
        found.status === 'content' ? await describeInside(memberA, memberB, task, troubles) : undefined;
      differing.push({
        name: memberA.name,
        ...(memberB.name !== memberA.name && { nameB: memberB.name }),
        rule: pair.rule,
        ...found,
        sizeA: memberA.size,
        sizeB: memberB.size,
        ...(difference !== undefined && { difference }),
      });
    }
  }
  const names = (side: Opened, left: typeof pairing.onlyA): string[] =>
    left.slice(0, MAX_UNPAIRED).flatMap(({ index }) => side.members[index]?.name ?? []);
  return {
    inside: {
      formatsA: a.formats,
      formatsB: b.formats,
      pairs: pairing.pairs.length,
      identical,
      differing,
      leftOut,
      onlyA: names(a, pairing.onlyA),
      onlyB: names(b, pairing.onlyB),
    },
    troubles,
  };
}

function comparePair(
  a: Member,
  b: Member,
  comparer: ContentComparer,
): Pick<InsidePair, 'status' | 'metadata'> {
  const metadata = compareMetadata(a.metadata, b.metadata, { ignored: new Set(), unpacked: false });
  const listed = metadata.length > 0 && { metadata };
  if (metadata.some((difference) => difference.field === 'type')) return { status: 'type', ...listed };
  if (a.content !== undefined && b.content !== undefined) {
    const { equal } = comparer.compare(a.content, b.content, a.digest, b.digest);
    if (!equal) return { status: 'content', ...listed };
  }
  return { status: metadata.length > 0 ? 'metadata' : 'identical', ...listed };
}

async function describeInside(
  a: Member,
  b: Member,
  task: DescribeOptions,
  troubles: SideTrouble[],
): Promise<Difference | undefined> {
  if (a.content === undefined || b.content === undefined) return undefined;
  const outcome = await describeDifference({
    ...task,
    path: `${task.path} › ${a.name}`,
    a: a.content,
    b: b.content,
    withRegions: false,
    depth: (task.depth ?? 0) + 1,
  });
  troubles.push(...outcome.troubles);
  return outcome.difference;
}

async function open(content: Bytes, side: 'a' | 'b', task: DescribeOptions, spool: Spool): Promise<Opened> {
  const formats: string[] = [];
  const context = {
    file: side,
    limits: { ...task.limits, depth: task.limits.depth - (task.depth ?? 0) },
    meter: new Meter(),
    formats,
    keepWhole: new Set<never>(),
  };
  const name = task.path.slice(task.path.lastIndexOf('/') + 1);
  const raw: RawMember[] = [];
  try {
    for await (const member of readMembers(streamOf(content), name, 0, context, spool, task))
      raw.push(member);
    spool.flush();
    resolveHardLinks(raw, side);
  } catch (error) {
    throw located(error, { file: side });
  }
  return { formats, members: placed(raw) };
}

/** Inside an archive the stored names are the paths. */
function placed(raw: readonly RawMember[]): Member[] {
  const seen = new Map<string, number>();
  return raw.map((member) => {
    const path = [...member.via, member.name].join('/');
    const occurrence = seen.get(path) ?? 0;
    seen.set(path, occurrence + 1);
    return { ...member, path, occurrence };
  });
}

function isOpenable(content: Bytes): boolean {
  const head = content.read(0, Math.min(CONTAINER_HEAD, content.length));
  return codecFor(head) !== undefined || containerFor(head) !== undefined;
}

const CHUNK = 256 * 1024;

async function* streamOf(content: Bytes): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < content.length; at += CHUNK) {
    yield Buffer.from(content.read(at, Math.min(CHUNK, content.length - at)));
  }
}
