import type { DigestAlgorithm } from '../artefact/digest.js';
import type { IngestedInput } from '../artefact/input.js';
import type { Limits } from '../artefact/limits.js';
import { Meter } from '../artefact/meter.js';
import type { Trouble } from '../error.js';
import type { MemberReport, SideReport } from '../report/model.js';
import { Threads } from '../thread/pool.js';
import { exclusionOf } from './exclusion.js';
import { resolveOptions } from './options.js';
import { readInputs } from './reading.js';
import { assembleSide, closeInputs, sideReport } from './side.js';
import { statInputs } from './twins.js';
import { digestContents } from './work.js';

export interface InspectOptions {
  /** The files or directories that together are the artefact. */
  readonly paths: string | readonly string[];
  readonly digest?: DigestAlgorithm | undefined;
  readonly jobs?: number | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly tmpdir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What one artefact is. */
export interface Inspection extends SideReport {
  readonly digest: DigestAlgorithm;
  readonly list: readonly InspectedMember[];
  readonly troubles: readonly Trouble[];
}

export interface InspectedMember extends MemberReport {
  /** The place in the canonical sysroot. */
  readonly path: string;
  readonly type: string;
  readonly role: 'content' | 'package';
}

/**
 * Reads one artefact, places its members and digests every file.
 * @throws UsageError, and InputError for an input that cannot be read at all
 */
export async function inspect(options: InspectOptions): Promise<Inspection> {
  const resolved = resolveOptions({ ...options, a: options.paths, b: options.paths });
  const threads = new Threads(resolved.jobs, resolved.signal);
  let inputs: IngestedInput[] = [];
  try {
    const meter = new Meter();
    const names = resolved.a.map((file, index) => ({ file, index, meter }));
    inputs = await readInputs(names, resolved, threads, () => {});
    await statInputs(inputs, [], [], resolved.digest, threads);
    const side = assembleSide('', inputs, exclusionOf([]), resolved.limits);
    const troubles: Trouble[] = [...side.troubles];
    const undigested = side.members.filter((m) => m.content !== undefined && m.digest === undefined);
    const outcomes = await digestContents(undigested, resolved.digest, threads);
    const list = side.members.map((member): InspectedMember => {
      const outcome = outcomes.get(member);
      if (outcome !== undefined && 'failed' in outcome) troubles.push(outcome.failed);
      const digest = member.digest ?? (outcome !== undefined && 'ok' in outcome ? outcome.ok : undefined);
      const { path, metadata, role, via, name, input, size } = member;
      const { type } = metadata;
      return { path, type, role, name: [...via, name], input, size, ...(digest !== undefined && { digest }) };
    });
    return { ...sideReport(side), digest: resolved.digest, list, troubles };
  } finally {
    await threads.close();
    closeInputs(inputs);
  }
}
