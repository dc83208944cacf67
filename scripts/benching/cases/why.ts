import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Case, type Finding, type Group, memoryRatio, outputFinding, timeFindings } from '../case.js';
import { shareFindings } from '../shares.js';
import { assertPrograms, megabytes, type Workshop } from '../workshop.js';

/** Times of diffoscope's time and memory; and megabytes of the report. */
const TIME_TARGET = 1 / 25;
const MEMORY_TARGET = 1 / 3;
const REPORT_TARGET = 1;
/** Reading, decoding and aligning alone: no explanation takes less. */
const FIRST_STEPS = fileURLToPath(new URL('../first-steps.js', import.meta.url));
/** Below it both spend their time on starting: no target. Bytes. */
const TELLING = 1_000_000;
/** Pairs of the corpus where none are given: the largest. */
const DEFAULT_PAIRS = 3;

export const why: Case = {
  id: 'f',
  title: 'Why two files differ, against diffoscope',
  async run(workshop) {
    const groups: Group[] = [];
    const pairs = workshop.options.pairs.length > 0 ? workshop.options.pairs : corpusPairs();
    for (const [a, b] of pairs) groups.push(await measurePair(workshop, a, b));
    return groups;
  },
};

async function measurePair(workshop: Workshop, a: string, b: string): Promise<Group> {
  const withPeer = isInstalled();
  const own = workshop.trustdiff(['explain', a, b], [0, 1], 'trustdiff explain');
  const other = {
    name: 'diffoscope',
    argv: ['diffoscope', '--no-progress', '--', a, b] as const,
    statuses: [0, 1],
  };
  const least = {
    name: 'its first steps',
    argv: [process.execPath, FIRST_STEPS, a, b] as const,
    statuses: [0],
  };
  const { limit } = workshop.options;
  const commands = withPeer && holdsElf(a) ? [own, other, least] : withPeer ? [own, other] : [own];
  const [runs, peer, steps] = await workshop.rounds(commands, { limit });
  const size = statSync(a).size + statSync(b).size;
  const subject = `${basename(a)} and ${basename(b)}, ${megabytes(size)} MB together${withPeer ? '' : '; diffoscope is not installed'}`;
  if (runs === undefined) return { subject, runs: [], findings: [] };
  const aim = (target: number) => (size < TELLING ? undefined : target);
  const findings: Finding[] = [
    ...(peer === undefined ? [] : timeFindings(runs, peer, aim(TIME_TARGET))),
    ...(peer === undefined ? [] : memoryRatio(runs, peer, aim(MEMORY_TARGET))),
    ...(peer === undefined || steps === undefined ? [] : timeFindings(steps, peer)),
    ...(peer === undefined || steps === undefined ? [] : memoryRatio(steps, peer)),
    ...outputFinding(runs, REPORT_TARGET),
    ...(peer === undefined ? [] : outputFinding(peer)),
    ...shares(workshop, a, b),
  ];
  return { subject, runs: [runs, peer, steps].flatMap((of) => of ?? []), findings };
}

/** An ELF file, or an archive, which may hold some. */
function holdsElf(file: string): boolean {
  return /\.(so|rlib|o|a)$/.test(file);
}

/** What became of the bytes that differ. */
function shares(workshop: Workshop, a: string, b: string): Finding[] {
  const { stdout } = spawnSync(workshop.options.trustdiff, ['explain', '--format=json', a, b], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  return shareFindings(stdout);
}

function isInstalled(): boolean {
  try {
    assertPrograms('diffoscope');
    return true;
  } catch {
    return false;
  }
}

/** The largest pairs of files that the corpus holds, seen from `dist/scripts/benching/cases/`. */
function corpusPairs(): (readonly [string, string])[] {
  const folder = fileURLToPath(new URL('../../../../corpus/pairs', import.meta.url));
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder).flatMap((name) => {
    const files = readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' })
      .map((file) => join(folder, name, file))
      .filter((file) => statSync(file).isFile());
    const pair = twoAlike(files);
    return pair === undefined ? [] : [pair];
  });
  return found.sort((x, y) => statSync(y[0]).size - statSync(x[0]).size).slice(0, DEFAULT_PAIRS);
}

/** The two largest files of a folder, where they differ. */
function twoAlike(files: readonly string[]): readonly [string, string] | undefined {
  const [a, b] = [...files].sort((x, y) => statSync(y).size - statSync(x).size || (x < y ? -1 : 1));
  if (a === undefined || b === undefined || readFileSync(a).equals(readFileSync(b))) return undefined;
  return a < b ? [a, b] : [b, a];
}
