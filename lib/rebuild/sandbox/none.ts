import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
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

/**
 * Kills the processes of builds at this place that outlived their command, or a trustdiff that was killed: they are
 * known by the environment that they were given, in whatever group or session they are.
 */
function endLeftOver(top: string): void {
  const mark = Buffer.from(`TRUSTDIFF_TOOLS=${sealedPlace(top).tools}\0`);
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      if (readFileSync(`/proc/${name}/environ`).includes(mark)) process.kill(Number(name), 'SIGKILL');
    } catch {
      // It has ended, or is another user's.
    }
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
