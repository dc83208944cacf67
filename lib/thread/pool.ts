import type { Tinypool } from 'tinypool';
import { AbortedError } from '../error.js';
import { exposeCollector } from './garbage.js';
import type * as tasks from './worker.js';

type Tasks = typeof tasks;
type TaskName = { [K in keyof Tasks]: Tasks[K] extends (task: never) => unknown ? K : never }[keyof Tasks];
type TaskInput<K extends TaskName> = Parameters<Tasks[K]>[0];
type TaskOutput<K extends TaskName> = Awaited<ReturnType<Tasks[K]>>;

/**
 * Runs the tasks of worker.ts, in threads or, where the work is small, in this one: to start a thread costs as
 * much time as to compare some tens of megabytes.
 */
export class Threads {
  #pool: Promise<Tinypool> | undefined;
  #closed = false;
  #young = YOUNG_GENERATION;

  constructor(
    readonly count: number,
    readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => void this.close(), { once: true });
  }

  /**
   * Shared with the threads: 1 as soon as work shall end. A thread must not be ended while a decoder in native code
   * runs, since that would abort the process; a thread that unpacks looks here before each piece.
   */
  readonly stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #unpacking = new Set<Promise<unknown>>();

  /** Bytes that there are to work on, as far as is known. Threads that are started from then on keep less garbage for few. */
  expect(bytes: number): void {
    this.#young = bytes < LITTLE ? SMALL_YOUNG_GENERATION : YOUNG_GENERATION;
  }

  /** Starts the first thread now; the others come when there is work for them. */
  start(): Promise<Tinypool> {
    this.#pool ??= startPool(this.count, this.#young);
    return this.#pool;
  }

  /** Runs one task in a thread. @throws AbortedError when the signal is given before the end */
  async run<K extends TaskName>(name: K, input: TaskInput<K>): Promise<TaskOutput<K>> {
    this.#assertOpen();
    const pool = await this.start();
    const result = pool.run(input, { name });
    if (name === 'ingestFileTask') {
      this.#unpacking.add(result);
      result.finally(() => this.#unpacking.delete(result)).catch(() => {});
    }
    try {
      return await result;
    } catch (error) {
      this.#assertOpen();
      throw error;
    }
  }

  /** Runs one task in this thread. */
  async runHere<K extends TaskName>(name: K, input: TaskInput<K>): Promise<TaskOutput<K>> {
    this.#assertOpen();
    const here = (await import('./worker.js')) as unknown as Record<
      K,
      (input: TaskInput<K>) => TaskOutput<K>
    >;
    return here[name](input);
  }

  /** Lets the threads go with all they hold; they start anew where there is work again. Nothing may be under way. */
  async release(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await (await pool)?.destroy();
  }

  async close(): Promise<void> {
    this.#closed = true;
    Atomics.store(this.stop, 0, 1);
    await Promise.allSettled(this.#unpacking);
    await (await this.#pool)?.destroy();
  }

  #assertOpen(): void {
    if (this.signal.aborted || this.#closed) throw new AbortedError();
  }
}

/**
 * Megabytes that a thread fills before it looks for what is still needed, and those where there is little to do. V8 takes 48
 * unless told otherwise, and a pair of files of some megabytes fills that without being any faster for it; with 8 one of
 * 150 MB takes a few hundredths longer, with 3 a tenth.
 */
const YOUNG_GENERATION = 8;
const SMALL_YOUNG_GENERATION = 3;
/** Bytes to work on that are little. */
const LITTLE = 64 * 2 ** 20;

/** Milliseconds after which a thread ends that has nothing to do: it costs more to start it again. */
const IDLE = 60_000;

async function startPool(threads: number, youngGeneration: number): Promise<Tinypool> {
  const { Tinypool } = await import('tinypool');
  exposeCollector();
  const filename = new URL('./worker.js', import.meta.url).href;
  return new Tinypool({
    filename,
    // More are started as tasks wait: a pair of files needs one.
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: IDLE,
    resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
    // A spool that a thread opened is read by the others and outlives it: node would close it as the thread ends.
    trackUnmanagedFds: false,
  });
}
