import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Invocation } from './invocation.js';

/** A rustc that runs. */
export interface Child {
  readonly exit: Promise<Invocation['exit']>;
  cost(): Pick<Invocation, 'cpu' | 'memory'>;
}

/** Ticks of /proc a second: USER_HZ, which is 100 on every Linux that rustc has a host for but Alpha. */
const TICKS = 100;
/** Milliseconds between looks at the memory. */
const INTERVAL = 250;

/** What a child costs: CPU of it and of all it waited for, from /proc, since Node tells only of itself. */
export class Meter {
  private memory: number | null = null;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number | undefined) {
    this.timer = setInterval(() => this.sample(), INTERVAL).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  cost(): Pick<Invocation, 'cpu' | 'memory'> {
    // Fields 16 and 17 of proc(5), counted after the name in parentheses, which may hold spaces.
    const fields = read('/proc/self/stat')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [user, system] = [Number(fields[13]), Number(fields[14])];
    const cpu =
      Number.isFinite(user) && Number.isFinite(system)
        ? { user: user / TICKS, system: system / TICKS }
        : null;
    return { cpu, memory: this.memory };
  }

  private sample(): void {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${this.pid}/status`))?.[1];
    if (peak !== undefined) this.memory = Number(peak) * 1024;
  }
}

/**
 * The descriptors of the jobserver, in the form of `stdio` from 3 on. Node closes on exec whatever it inherited; without
 * these, rustc could not ask cargo or make for leave to start threads.
 */
export function inheritedDescriptors(
  environment: Readonly<Record<string, string | undefined>>,
): (number | 'ignore')[] {
  const wanted = new Set<number>();
  let parent: readonly string[] | undefined;
  for (const name of ['CARGO_MAKEFLAGS', 'MAKEFLAGS', 'MFLAGS']) {
    for (const [, read, write] of (environment[name] ?? '').matchAll(
      /--jobserver-(?:auth|fds)=(\d+),(\d+)/g,
    )) {
      parent ??= descriptorsOf(process.ppid);
      for (const fd of [Number(read), Number(write)])
        if (fd > 2 && fd < 1024 && isInherited(fd, parent)) wanted.add(fd);
    }
  }
  const last = Math.max(2, ...wanted);
  return Array.from({ length: last - 2 }, (_, i) => (wanted.has(i + 3) ? i + 3 : 'ignore'));
}

/**
 * Flags may name descriptors that nobody passed on, whose numbers Node now uses for pipes of its own: a pipe that came
 * from the parent is one that the parent has, too.
 */
function isInherited(fd: number, parent: readonly string[]): boolean {
  const pipe = link(`/proc/self/fd/${fd}`);
  return pipe.startsWith('pipe:') && parent.includes(pipe);
}

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => link(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
