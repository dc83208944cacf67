import { readdirSync, readFileSync } from 'node:fs';

/** Every how many looks new processes are searched for: that costs more than to look at those known. */
const SEARCH_EVERY = 5;

/**
 * The memory of a process's descendants, looked at again and again through Linux's /proc. The peak is the larger of
 * the most that all of them held at one look and the most that one of them ever held (VmHWM, which misses nothing
 * but growth after the last look). Pages that processes share count for each.
 */
export class TreeMemory {
  readonly #root: number;
  #known: number[] = [];
  #looks = 0;
  #peak = 0;

  /** The root itself is not counted. */
  constructor(root: number) {
    this.#root = root;
  }

  /** Bytes; undefined where the system does not tell. */
  get peak(): number | undefined {
    return this.#peak === 0 ? undefined : this.#peak;
  }

  look(): void {
    if (this.#known.length === 0 || this.#looks % SEARCH_EVERY === 0) this.#known = descendants(this.#root);
    this.#looks += 1;
    let together = 0;
    for (const pid of this.#known) {
      const status = read(`/proc/${pid}/status`);
      together += kibibytes(status, RESIDENT);
      this.#peak = Math.max(this.#peak, kibibytes(status, HIGH_WATER));
    }
    this.#peak = Math.max(this.#peak, together);
  }
}

/** A child stands with the thread that made it, so every thread is asked. */
function descendants(root: number): number[] {
  const found: number[] = [];
  // What is found is asked in its turn: the loop goes on over what is added to the list.
  const asked = [root];
  for (const pid of asked) {
    for (const thread of list(`/proc/${pid}/task`)) {
      for (const [child] of read(`/proc/${pid}/task/${thread}/children`).matchAll(/\d+/g)) {
        found.push(Number(child));
        asked.push(Number(child));
      }
    }
  }
  return found;
}

const RESIDENT = /^VmRSS:\s*(\d+) kB/m;
const HIGH_WATER = /^VmHWM:\s*(\d+) kB/m;

/** Bytes; 0 where the line is missing, as for a process that has ended. */
function kibibytes(status: string, line: RegExp): number {
  return Number(line.exec(status)?.[1] ?? 0) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
