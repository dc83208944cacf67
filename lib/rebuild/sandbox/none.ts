import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { SpoolError } from '../../error.js';
import { measured } from '../measured-command.js';
import { sealedPlace } from '../place.js';
import type { Sandbox, SealedOrder } from '../sandbox.js';

/**
 * No sandbox: the command sees the whole machine. The same paths stand for every run's directories all the same:
 * links in one folder, laid anew for each command.
 */
export function noSandbox(top: string): Sandbox {
  return {
    use: 'none',
    version: '',
    open: [
      'The builds were not sealed: they could see and change all that their user can, network included.',
      'A program that follows links sees where root, sources and output really lie, which differs from run to run.',
      'What a build leaves running is ended only as far as it kept its environment.',
      'Host name, users and running programs are those of the host.',
    ],
    place: () => sealedPlace(top),
    command(order) {
      endLeftOver(top);
      layLinks(order, top);
      const place = sealedPlace(top);
      return {
        program: '/bin/sh',
        args: measured(order.run, order.surroundings).slice(1),
        // Shells then call the folder by its link, which is the same for every run.
        environment: { ...order.environment, PWD: place.build },
        cwd: place.build,
      };
    },
    end: () => endLeftOver(top),
  };
}

/** Milliseconds between two looks for what was left running, and the most looks at what does not end. */
const PAUSE = 5;
const MOST_LOOKS = 2000;

/**
 * Kills the processes of builds at this place that outlived their command, or a trustdiff that was killed, and waits
 * until they are gone: a signal that was sent stops nothing yet, and the output is read next.
 * @throws SpoolError for a process that does not end
 */
function endLeftOver(top: string): void {
  const wait = new Int32Array(new SharedArrayBuffer(4));
  // Twice: a process that is about to become another program shows no environment at that moment.
  let quiet = 0;
  for (let looks = 0; quiet < 2; looks += 1) {
    const left = leftOver(top);
    if (looks >= MOST_LOOKS && left.length > 0)
      throw new SpoolError(
        `process ${left.join(', ')}, which a build left running, does not end`,
        {},
        'end it first',
      );
    for (const pid of left) kill(pid);
    quiet = left.length === 0 ? quiet + 1 : 0;
    if (quiet < 2) Atomics.wait(wait, 0, 0, PAUSE);
  }
}

/** They are known by the environment that they were given, in whatever group or session they are. */
function leftOver(top: string): number[] {
  const mark = Buffer.from(`TRUSTDIFF_TOOLS=${sealedPlace(top).tools}\0`);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`).includes(mark);
    } catch {
      // It has ended, or is another user's.
      return false;
    }
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended since.
  }
}

function layLinks({ folders, tools, stage, earlier, writable = {} }: SealedOrder, top: string): void {
  const place = sealedPlace(top);
  rmSync(top, { recursive: true, force: true });
  mkdirSync(place.out, { recursive: true });
  for (const key of ['source', 'root', 'cargoRoot', 'rustcRoot', 'build', 'home', 'log'] as const)
    symlinkSync(folders[key], place[key]);
  symlinkSync(tools.folder, place.tools);
  for (const name of earlier) symlinkSync(join(folders.out, name), join(place.out, name));
  if (stage !== '') symlinkSync(join(folders.out, `${stage}.partial`), join(place.out, stage));
  for (const [inside, host] of Object.entries(writable)) symlinkSync(host, inside);
}
