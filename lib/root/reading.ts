import type { DigestAlgorithm } from '../artefact/digest.js';
import type { IngestedInput } from '../artefact/input.js';
import type { Limits } from '../artefact/limits.js';
import { Meter } from '../artefact/meter.js';
import { resolveOptions } from '../comparison/options.js';
import { readInputs } from '../comparison/reading.js';
import { closeInputs } from '../comparison/side.js';
import { statInputs } from '../comparison/twins.js';
import { Threads } from '../thread/pool.js';

/** How the files of a root are read. */
export interface RootReadOptions {
  readonly limits?: Partial<Limits> | undefined;
  /** The folder for contents out of archives; the system's unless given. */
  readonly tmpdir?: string | undefined;
  /** Threads; as many as the machine runs at once unless given. */
  readonly jobs?: number | undefined;
  readonly digest?: DigestAlgorithm | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The inputs of one root, read; their contents stay open until `close`. */
export interface OpenInputs {
  readonly inputs: readonly IngestedInput[];
  readonly limits: Limits;
  close(): void;
}

/** Reads the files and directories that together are one root. @throws TrustdiffError */
export async function openInputs(
  paths: string | readonly string[],
  options: RootReadOptions,
): Promise<OpenInputs> {
  const resolved = resolveOptions({ ...options, a: paths, b: paths });
  const threads = new Threads(resolved.jobs, resolved.signal);
  try {
    const meter = new Meter();
    const names = resolved.a.map((file, index) => ({ file, index, meter }));
    const inputs = await readInputs(names, resolved, threads, () => {});
    await statInputs(inputs, [], [], resolved.digest, threads);
    return { inputs, limits: resolved.limits, close: () => closeInputs(inputs) };
  } finally {
    await threads.close();
  }
}
