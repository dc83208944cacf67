import { closeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { listDirectory } from '../artefact/directory.js';
import type { IngestOptions } from '../artefact/ingest.js';
import { type IngestedInput, ingestedDirectory, inspectInput } from '../artefact/input.js';
import type { Meter } from '../artefact/meter.js';
import { AbortedError, InputError, type Trouble, TrustdiffError, together } from '../error.js';
import type { Threads } from '../thread/pool.js';
import type { Outcome } from '../thread/worker.js';

/** What the user named, with the place it has on its side. */
export interface InputName {
  readonly file: string;
  /** Which of its side's inputs, counted from 0. */
  readonly index: number;
  /** Counts what that side costs. */
  readonly meter: Meter;
}

/** Members listed in this thread before the directories still to come are given to others. */
const MANY = 1000;
/** Milliseconds between two looks at how far the threads are. */
const INTERVAL = 100;

/** Told how many members have been listed, or how many bytes of the archives have been read. */
export type OnRead = (members: number, bytes: number) => void;

/**
 * Reads inputs, in this order of results. Large archives go to threads at once. Directories are listed here, one
 * after another, until one shows itself large: then threads list the others meanwhile.
 * @throws TrustdiffError when an input cannot be read at all; every input is looked at before the first is read,
 * and what the others hold open is closed
 */
export async function readInputs(
  names: readonly InputName[],
  options: IngestOptions,
  threads: Threads,
  onRead: OnRead,
): Promise<IngestedInput[]> {
  const kinds = names.map(({ file }) => inspectInput(file));
  const taskOf = ({ file, index, meter }: InputName) => ({
    file,
    input: index,
    options: { ...options, meter: meter.shared, stop: threads.stop },
  });
  const results: (Promise<IngestedInput> | undefined)[] = names.map((name, i) =>
    kinds[i] === 'large' ? settled(threads.run('ingestFileTask', taskOf(name)).then(unwrap)) : undefined,
  );
  const meters = [...new Set(names.map(({ meter }) => meter))];
  const timer = setInterval(
    () =>
      onRead(
        0,
        meters.reduce((sum, meter) => sum + meter.read, 0),
      ),
    INTERVAL,
  );
  try {
    for (const [i, name] of names.entries()) {
      if (results[i] !== undefined) continue;
      if (kinds[i] === 'small') {
        results[i] = settled(threads.runHere('ingestFileTask', taskOf(name)).then(unwrap));
      } else {
        const listOthers = (): void => {
          for (let later = i + 1; later < names.length; later++) {
            const other = names[later];
            if (kinds[later] !== 'directory' || results[later] !== undefined || other === undefined) continue;
            const task = { top: other.file, limits: options.limits };
            const listed = threads.run('listDirectoryTask', task).then(unwrap);
            results[later] = settled(listed.then((listing) => ingestedDirectory(other.file, listing)));
          }
        };
        results[i] = settled(listHere(name.file, options, (members) => onRead(members, 0), listOthers));
      }
      await results[i]?.catch(() => {});
    }
    return await allRead(results.flatMap((result) => result ?? []));
  } catch (error) {
    await closeRead(results);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Every input's own error is told: who raises a limit for one side wants to know of the other. */
async function allRead(results: readonly Promise<IngestedInput>[]): Promise<IngestedInput[]> {
  const read: IngestedInput[] = [];
  const errors: TrustdiffError[] = [];
  for (const outcome of await Promise.allSettled(results)) {
    if (outcome.status === 'fulfilled') read.push(outcome.value);
    else if (outcome.reason instanceof TrustdiffError) errors.push(outcome.reason);
    else throw outcome.reason;
  }
  const error = together(errors);
  if (error !== undefined) throw error;
  return read;
}

/** Closes the spools of what was read although the whole failed. */
async function closeRead(results: readonly (Promise<IngestedInput> | undefined)[]): Promise<void> {
  for (const outcome of await Promise.allSettled(results)) {
    const fd = outcome.status === 'fulfilled' ? outcome.value?.spoolFd : undefined;
    if (fd !== undefined) closeSync(fd);
  }
}

/** A rejection is looked at when its turn comes; until then it must not count as unhandled. */
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
function unwrap<T>(outcome: Outcome<T>): T {
  if ('ok' in outcome) return outcome.ok;
  throw revived(outcome.failed);
}

/** What was told of an error, as the error it was. */
export function revived(trouble: Trouble): TrustdiffError {
  const { kind, what, hint = '', ...where } = trouble;
  if (kind === 'aborted') return new AbortedError();
  return kind === 'input' ? new InputError(what, where, hint) : new TrustdiffError(kind, what, where, hint);
}
