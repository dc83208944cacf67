import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pack, twin } from '../archive.js';
import { type Case, type Finding, finding, type Group, memoryFinding } from '../case.js';
import { changeEvery, insert } from '../change.js';
import { writeContent } from '../content.js';
import type { Runs } from '../rounds.js';
import { assertPrograms, type Workshop } from '../workshop.js';

/** The largest input may take so many times the memory of the smallest; less is noise. */
const FLAT = 1.25;

/** Files of each side; three are changed: in a few places, by bytes put in, and throughout. */
const FILES = 4;

const SHAPES = ['directories', 'archives'] as const;
const CONTENTS = ['equal', 'files differ'] as const;

export const memory: Case = {
  id: 'd',
  title: 'Peak memory as the input grows',
  async run(workshop) {
    assertPrograms('cp', 'tar', 'xz');
    const sizes = workshop.options.memorySizes;
    // A side as files, packed, and the other side of both; and room to pack.
    workshop.assertRoom(Math.max(...sizes) * 1e6 * 5);
    const measured: Runs[][] = [];
    for (const size of sizes) {
      measured.push(await measureSize(workshop, size));
      workshop.remove('memory-a', 'memory-b', 'memory-a.tar.xz', 'memory-b.tar.xz', 'twin-memory-a.tar.xz');
    }
    return KINDS.map((kind, i) =>
      groupOf(
        kind,
        sizes,
        measured.flatMap((runs) => runs[i] ?? []),
      ),
    );
  },
};

const KINDS = SHAPES.flatMap((shape) => CONTENTS.map((content) => `${shape}, ${content}`));

/** One measurement for each of `KINDS`, in their order. */
async function measureSize(workshop: Workshop, size: number): Promise<Runs[]> {
  const a = workshop.path('memory-a');
  const b = workshop.path('memory-b');
  workshop.tell(`making ${size} MB`);
  for (let i = 0; i < FILES; i += 1) await writeContent(join(a, `file-${i}`), (size * 1e6) / FILES, i);
  await workshop.prepare('cp', '-a', '--', a, b);
  const compare = async (first: string, second: string, status: number): Promise<Runs[]> =>
    workshop.rounds([workshop.trustdiff(['compare', first, second], [status], `trustdiff, ${size} MB`)], {
      rounds: Math.min(workshop.options.rounds, MOST_ROUNDS),
      limit: workshop.options.limit,
    });
  const equal = await compare(a, b, 0);
  changeEvery(join(b, 'file-0'), 100_000);
  insert(join(b, 'file-1'), 4096);
  changeEvery(join(b, 'file-2'), 500);
  const different = await compare(a, b, 1);
  workshop.tell(`packing ${size} MB twice with xz`);
  // Large blocks, as where several threads have packed.
  await pack(workshop, a, `${a}.tar.xz`, '-0', '--threads=0');
  await pack(workshop, b, `${b}.tar.xz`, '-0', '--threads=0');
  rmSync(a, { recursive: true });
  rmSync(b, { recursive: true });
  const packed = [
    ...(await compare(`${a}.tar.xz`, twin(workshop, `${a}.tar.xz`), 0)),
    ...(await compare(`${a}.tar.xz`, `${b}.tar.xz`, 1)),
  ];
  return [...equal, ...different, ...packed];
}

/** Memory varies less than time. */
const MOST_ROUNDS = 3;

function groupOf(kind: string, sizes: readonly number[], runs: readonly Runs[]): Group {
  const findings: Finding[] = runs.flatMap((run) => memoryFinding(run));
  const largest = findings.at(-1)?.value;
  const smallest = findings[0]?.value;
  const growth =
    largest === undefined || smallest === undefined || findings.some(({ bound }) => bound !== undefined)
      ? []
      : finding(
          `${sizes.at(-1)} MB : ${sizes[0]} MB, peak memory`,
          '×',
          [largest.median / smallest.median],
          FLAT,
        );
  return { subject: `${kind}; ${FILES} generated files a side`, runs, findings: [...findings, ...growth] };
}
