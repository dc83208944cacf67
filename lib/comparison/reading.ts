import { setImmediate as turn } from 'node:timers/promises';
import { listDirectory } from '../artefact/directory.js';
import type { IngestOptions } from '../artefact/ingest.js';
import { type IngestedInput, ingestedDirectory, inspectInput } from '../artefact/input.js';
import { InputError, type Trouble, TrustdiffError } from '../error.js';
import type { Threads } from '../thread/pool.js';
import type { Outcome } from '../thread/worker.js';

/** What the user named, side by side with the place it has there. */
export interface InputName {
  readonly file: string;
  /** Which of its side's inputs, counted from 0. */
  readonly index: number;
}

/** Members listed in this thread before the directories still to come are given to others. */
const MANY = 1000;

/**
 * Reads inputs, in this order of results. Large archives go to threads at once. Directories are listed here, one
 * after another, until one shows itself large: then threads list the others meanwhile.
 * @throws TrustdiffError when an input cannot be read at all; every input is looked at before the first is read
 */
export async function readInputs(
  names: readonly InputName[],
  options: IngestOptions,
  threads: Threads,
  onMembers: (count: number) => void,
): Promise<IngestedInput[]> {
  const kinds = names.map(({ file }) => inspectInput(file));
  const results: (Promise<IngestedInput> | undefined)[] = names.map(({ file, index }, i) =>
    kinds[i] === 'large'
      ? threads.run('ingestFileTask', { file, input: index, options }).then(unwrap)
      : undefined,
  );
  // A rejection is looked at when its turn comes; until then it must not count as unhandled.
  for (const result of results) result?.catch(() => {});
  for (const [i, { file, index }] of names.entries()) {
    if (results[i] !== undefined) continue;
    if (kinds[i] === 'small') {
      results[i] = settled(threads.runHere('ingestFileTask', { file, input: index, options }).then(unwrap));
      await results[i]?.catch(() => {});
      continue;
    }
    results[i] = settled(
      listHere(file, options, onMembers, () => {
        for (let later = i + 1; later < names.length; later++) {
          const other = names[later];
          if (kinds[later] !== 'directory' || results[later] !== undefined || other === undefined) continue;
          const task = { top: other.file, limits: options.limits };
          const listed = threads.run('listDirectoryTask', task).then(unwrap);
          results[later] = settled(listed.then((listing) => ingestedDirectory(other.file, listing)));
        }
      }),
    );
    await results[i]?.catch(() => {});
  }
  const all: IngestedInput[] = [];
  for (const result of results) if (result !== undefined) all.push(await result);
  return all;
}

function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

async function listHere(
  file: string,
  options: IngestOptions,
  onMembers: (count: number) => void,
  onMany: () => void,
): Promise<IngestedInput> {
  const steps = listDirectory(file, options.limits);
  let many = false;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return ingestedDirectory(file, step.value);
    onMembers(step.value);
    if (!many && step.value >= MANY) {
      many = true;
      onMany();
    }
    await turn();
  }
}

/** The value of an outcome, or its trouble as the error it was. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if ('ok' in outcome) return outcome.ok;
  throw revived(outcome.failed);
}

function revived(trouble: Trouble): TrustdiffError {
  const { kind, what, hint = '', ...where } = trouble;
  return kind === 'input' ? new InputError(what, where, hint) : new TrustdiffError(kind, what, where, hint);
}
