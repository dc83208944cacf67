import { writeFileSync } from 'node:fs';
import { type Case, type Finding, finding } from '../case.js';
import { makeImage } from '../image.js';
import type { Runs } from '../rounds.js';

/** Times the cost of a megabyte in the smallest file that counts: no more than noise and caches. */
const LINEAR = 1.5;
/** In smaller files the start of the program is most of it. MB. */
const TELLING = 4;

export const growingImages: Case = {
  id: 'g',
  title: 'Explaining two shared libraries as they grow',
  async run(workshop) {
    const { imageSizes: sizes, limit } = workshop.options;
    workshop.assertRoom(Math.max(...sizes) * 2e6);
    const all: Runs[] = [];
    for (const size of sizes) {
      workshop.tell(`making ${size} MB`);
      const [a, b] = [workshop.path('a.so'), workshop.path('b.so')];
      writeFileSync(a, makeImage({ size: size * 1e6, side: 0 }));
      writeFileSync(b, makeImage({ size: size * 1e6, side: 1 }));
      const command = workshop.trustdiff(['explain', a, b], [1], `trustdiff explain, ${size} MB`);
      all.push(...(await workshop.rounds([command], { limit })));
      workshop.remove('a.so', 'b.so');
    }
    return [
      {
        subject: 'made libraries, one function of a thousand changed',
        runs: all,
        findings: findingsOf(sizes, all),
      },
    ];
  },
};

function findingsOf(sizes: readonly number[], all: readonly Runs[]): Finding[] {
  const counted = sizes.flatMap((size, i) => (size >= TELLING ? [{ size, runs: all[i] }] : []));
  const [first, last] = [counted[0], counted.at(-1)];
  if (first?.runs === undefined || last?.runs === undefined || first === last) return [];
  const perByte = ({ samples }: Runs, size: number) => samples.map(({ wall }) => wall / size);
  const smallest = Math.min(...perByte(first.runs, first.size));
  const ratios = perByte(last.runs, last.size).map((seconds) => seconds / smallest);
  return finding(`seconds for a megabyte, ${last.size} MB : ${first.size} MB`, '×', ratios, LINEAR);
}
