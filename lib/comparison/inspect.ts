import type { DigestAlgorithm } from '../artefact/digest.js';
import type { Limits } from '../artefact/limits.js';
import type { Trouble } from '../error.js';
import type { MemberReport, SideReport } from '../report/model.js';
import { Threads } from '../thread/pool.js';
import { packRefs } from '../thread/refs.js';
import { exclusionOf } from './exclusion.js';
import { resolveOptions } from './options.js';
import { readInputs, unwrap } from './reading.js';
import { assembleSide, sideReport } from './side.js';
import { statInputs } from './twins.js';

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
  try {
    const names = resolved.a.map((file, index) => ({ file, index }));
    const inputs = await readInputs(names, resolved, threads, () => {});
    await statInputs(inputs, [], [], resolved.digest, threads);
    const side = assembleSide('', inputs, exclusionOf([]));
    try {
      const troubles: Trouble[] = [...side.troubles];
      const undigested = side.members.filter((m) => m.content !== undefined && m.digest === undefined);
      const refs = packRefs(undigested.flatMap((member) => member.content ?? []));
      const outcomes = await threads.runHere('digestTask', { digest: resolved.digest, refs });
      const digests = new Map(undigested.map((member, i) => [member, outcomes[i]] as const));
      const list = side.members.map((member): InspectedMember => {
        const outcome = digests.get(member);
        if (outcome !== undefined && 'failed' in outcome) troubles.push(outcome.failed);
        const digest =
          member.digest ?? (outcome !== undefined && 'ok' in outcome ? unwrap(outcome) : undefined);
        const { path, metadata, role, via, name, input, size } = member;
        return {
          path,
          type: metadata.type,
          role,
          name: [...via, name],
          input,
          size,
          ...(digest !== undefined && { digest }),
        };
      });
      return { ...sideReport(side), digest: resolved.digest, list, troubles };
    } finally {
      side.close();
    }
  } finally {
    await threads.close();
  }
}
