import { mkdirSync, writeFileSync } from 'node:fs';
import { type Case, timeFindings } from '../case.js';

/** Times of a Node that does nothing. */
const TARGET = 3;

/** Short runs vary more and cost little. */
const ROUNDS_FACTOR = 4;

export const startUp: Case = {
  id: 'e',
  title: 'Start-up',
  async run(workshop) {
    mkdirSync(workshop.path('small'));
    const a = workshop.path('small', 'a.txt');
    const b = workshop.path('small', 'b.txt');
    writeFileSync(a, 'one line\nanother line\n');
    writeFileSync(b, 'one line\na changed line\n');
    const runs = await workshop.rounds(
      [
        workshop.trustdiff(['--version'], [0], 'trustdiff --version'),
        workshop.trustdiff(['compare', a, b], [1], 'trustdiff, two small files'),
        { name: 'node -e 0', argv: [process.execPath, '-e', '0'], statuses: [0] },
      ],
      { rounds: workshop.options.rounds * ROUNDS_FACTOR },
    );
    const [version, compare, node] = runs;
    if (version === undefined || compare === undefined || node === undefined) return [];
    const findings = [...timeFindings(version, node, TARGET), ...timeFindings(compare, node, TARGET)];
    return [{ subject: 'two texts of two lines, one of which differs', runs, findings }];
  },
};
