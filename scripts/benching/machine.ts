import { spawnSync } from 'node:child_process';
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  /** Megabytes (10^6 bytes). */
  readonly memory: number;
  readonly node: string;
  /** Processes that wanted a core in the minute before. */
  readonly load: number;
  /** The first line of `--version` of each peer that is there. */
  readonly peers: Readonly<Record<string, string>>;
}

const PEERS = ['diff', 'sha256sum', 'xz', 'diffoscope'];

export function describeMachine(): Machine {
  const versions = PEERS.flatMap((program) => {
    const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    const [version] = (stdout ?? '').split('\n');
    if (!version) return [];
    return [[program, program === 'diffoscope' ? version + missing(program) : version] as const];
  });
  return {
    system: `${type()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 1e6),
    node: process.version,
    load: loadavg()[0] ?? 0,
    peers: Object.fromEntries(versions),
  };
}

/** Without fuzzy hashes diffoscope compares no renamed members: it takes half the time for less than half the work. */
function missing(program: string): string {
  const { stdout } = spawnSync(program, ['--list-missing-tools'], { encoding: 'utf8' });
  const modules = /^Missing-Python-Modules: (.*)$/m.exec(stdout ?? '')?.[1] ?? '';
  return modules.split(', ').includes('tlsh')
    ? ', without tlsh (python3-tlsh): renamed members are not compared'
    : '';
}

/** Whether other work disturbs the measurements. */
export function isBusy({ load, cores }: Machine): boolean {
  return load > cores / 2;
}
