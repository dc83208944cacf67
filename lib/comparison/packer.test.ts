import test from 'ava';
import type { Metadata } from '../artefact/container/container.js';
import { Packers } from './packer.js';

type Pair = ConstructorParameters<typeof Packers>[0][number];

function pair(a: Partial<Metadata>, b: Partial<Metadata>): Pair {
  const member = (metadata: Partial<Metadata>) => ({ metadata: { type: 'file', mode: 0o755, ...metadata } });
  return { a: member(a), b: member(b) } as Pair;
}

const [ROOT, ANNA, BERT] = [{ uid: 0 }, { uid: 1000 }, { uid: 1001 }];

test('another packer wrote one other owner into all members that had the same one', (t) => {
  const pairs = [pair(ROOT, ANNA), pair(ROOT, ANNA), pair(BERT, BERT)];
  const packers = new Packers(pairs);
  t.true(packers.explain(pairs[0] as Pair));
});

test('an owner that changed in one member alone was changed by somebody, and so was one that stayed elsewhere', (t) => {
  for (const pairs of [
    [pair(ROOT, ANNA), pair(BERT, BERT)],
    [pair(ROOT, ANNA), pair(ROOT, ROOT), pair(ROOT, ROOT)],
    [pair(ROOT, ANNA), pair(ROOT, ANNA), pair(ROOT, BERT)],
  ])
    t.false(new Packers(pairs).explain(pairs[0] as Pair));
});

test('the owner of a setuid, setgid or sticky file is never a matter of who packed it', (t) => {
  for (const mode of [0o4755, 0o2755, 0o1777]) {
    const special = pair({ ...ROOT, mode }, { ...ANNA, mode });
    t.false(new Packers([special, pair(ROOT, ANNA), pair(ROOT, ANNA)]).explain(special));
  }
});
