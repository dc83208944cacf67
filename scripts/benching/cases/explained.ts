import { givenPair, makePair } from '../archive.js';
import { type Case, memoryFinding, timeFindings } from '../case.js';
import { assertPrograms } from '../workshop.js';

/** Times of diffoscope, which also says what differs, and not only that something does. */
const TARGET = 1;

export const explained: Case = {
  id: 'c',
  title: 'What differs between two .tar.xz, against diffoscope',
  async run(workshop) {
    assertPrograms('diffoscope');
    const { smallArchives, archives, smallSize, limit, rounds } = workshop.options;
    const given = smallArchives ?? archives;
    const pair = given === undefined ? await makePair(workshop, 'small', smallSize) : givenPair(given);
    const { a, b } = pair;
    const runs = await workshop.rounds(
      [
        workshop.trustdiff(['compare', a, b], [0, 1]),
        { name: 'diffoscope', argv: ['diffoscope', '--no-progress', '--', a, b], statuses: [0, 1] },
      ],
      { limit, rounds: Math.min(rounds, MOST_ROUNDS) },
    );
    const [own, peer] = runs;
    if (own === undefined || peer === undefined) return [];
    return [
      { subject: pair.text, runs, findings: [...timeFindings(own, peer, TARGET), ...memoryFinding(own)] },
    ];
  },
};

/** diffoscope takes many times as long as all else. */
const MOST_ROUNDS = 3;
