import { type ArchivePair, givenPair, makePair, twin } from '../archive.js';
import { type Case, type Group, memoryFinding, timeFindings } from '../case.js';
import type { Command } from '../measurement.js';
import { assertPrograms, type Workshop } from '../workshop.js';

/** Times of the peer, which decodes and digests both archives at once and compares nothing. */
const TARGET = 1.2;

const DECODE_BOTH = 'for side in "$1" "$2"; do xz -dc -- "$side" | sha256sum & done; wait';

export const archives: Case = {
  id: 'b',
  title: 'Two .tar.xz',
  async run(workshop) {
    assertPrograms('xz', 'sha256sum');
    const { archives: given, archiveSize } = workshop.options;
    const pair = given === undefined ? await makePair(workshop, 'pair', archiveSize) : givenPair(given);
    const same = { a: pair.a, b: twin(workshop, pair.a), text: `${pair.text}; the first of them twice` };
    return [
      await measurePair(workshop, same, [workshop.trustdiff(['compare', same.a, same.b], [0])]),
      await measurePair(workshop, pair, [
        workshop.trustdiff(
          ['compare', '--no-explain', '--max-detail=0', pair.a, pair.b],
          [0, 1],
          'trustdiff --no-explain --max-detail=0',
        ),
        workshop.trustdiff(['compare', pair.a, pair.b], [0, 1]),
      ]),
    ];
  },
};

/** The target is for reading and deciding; to describe what differs comes on top, without one. */
async function measurePair(
  workshop: Workshop,
  { a, b, text }: ArchivePair,
  commands: readonly [Command, ...Command[]],
): Promise<Group> {
  const decode: Command = {
    name: 'xz -dc | sha256sum of both at once',
    argv: ['sh', '-c', DECODE_BOTH, 'sh', a, b],
    statuses: [0],
  };
  const runs = await workshop.rounds([...commands, decode], { limit: workshop.options.limit });
  const own = runs.slice(0, -1);
  const peer = runs.at(-1);
  if (peer === undefined) return { subject: text, runs, findings: [] };
  return {
    subject: text,
    runs,
    findings: own.flatMap((run, i) => [
      ...timeFindings(run, peer, i === 0 ? TARGET : undefined),
      ...memoryFinding(run),
    ]),
  };
}
