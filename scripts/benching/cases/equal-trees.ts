import { type Case, memoryFinding, timeFindings } from '../case.js';
import { findTree } from '../tree.js';
import { assertPrograms } from '../workshop.js';

/** Times of the peer: `diff` stops at bytes and digests nothing; `sha256sum` digests and compares nothing. */
const DIFF_TARGET = 1;
const SHA256SUM_TARGET = 1;

const SUM_BOTH = 'for side in "$1" "$2"; do find "$side" -type f -exec sha256sum {} + & done; wait';

export const equalTrees: Case = {
  id: 'a',
  title: 'Two equal trees',
  async run(workshop) {
    assertPrograms('cp', 'diff', 'find', 'sha256sum');
    const tree = await findTree(workshop);
    workshop.assertRoom(tree.bytes * 2.2);
    const a = workshop.path('tree-a');
    const b = workshop.path('tree-b');
    workshop.tell('copying the tree twice');
    await workshop.prepare('cp', '-a', '--', tree.path, a);
    await workshop.prepare('cp', '-a', '--', tree.path, b);
    const runs = await workshop.rounds([
      workshop.trustdiff(['compare', a, b], [0]),
      { name: 'diff -rq', argv: ['diff', '-rq', '--', a, b], statuses: [0] },
      { name: 'sha256sum of both at once', argv: ['sh', '-c', SUM_BOTH, 'sh', a, b], statuses: [0] },
    ]);
    workshop.remove('tree-a', 'tree-b');
    const [own, diff, sums] = runs;
    if (own === undefined || diff === undefined || sums === undefined) return [];
    const findings = [
      ...timeFindings(own, diff, DIFF_TARGET),
      ...timeFindings(own, sums, SHA256SUM_TARGET),
      ...memoryFinding(own),
    ];
    return [{ subject: tree.text, runs, findings }];
  },
};
