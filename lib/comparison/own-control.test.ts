import { copyFileSync, linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { scratch } from '../cli/run-fixture.js';
import { writeTree } from '../cli/tree-fixture.js';
import { assertOtherBuild } from './own-control.js';

const OTHER_SIDE = /is the other side, and no control of A/;
const ITSELF = /is A itself, and no control of it/;

test('a side is no control, by whatever path', (t) => {
  const folder = scratch(t);
  const a = writeTree(join(folder, 'a'), { 'bin/f': 'x' });
  const b = writeTree(join(folder, 'b'), { 'bin/f': 'y' });
  symlinkSync('b', join(folder, 'link'));
  linkSync(join(a, 'bin/f'), join(folder, 'hard'));
  const refused = (control: string, message: RegExp, own = a, other = b): void => {
    t.throws(() => assertOtherBuild([control], [own], [other], 'a'), { message });
  };
  refused(b, OTHER_SIDE);
  refused(join(folder, 'link'), OTHER_SIDE);
  refused(join(b, 'bin/f'), OTHER_SIDE);
  refused(join(b, 'bin'), OTHER_SIDE);
  refused(a, ITSELF);
  refused(join(folder, 'x/../a'), ITSELF);
  refused(join(a, 'bin'), ITSELF);
  refused(folder, ITSELF);
  refused(join(folder, 'hard'), ITSELF, join(a, 'bin/f'), join(b, 'bin/f'));
});

test('another build is a control, equal or not, and so is what both sides have beside their own', (t) => {
  const folder = scratch(t);
  const tree = writeTree(folder, { a: 'x', b: 'y', more: 'z' });
  const [a, b, more, copy] = ['a', 'b', 'more', 'copy'].map((name) => join(tree, name)) as [
    string,
    string,
    string,
    string,
  ];
  copyFileSync(a, copy);
  t.notThrows(() => assertOtherBuild([copy], [a], [b], 'a'));
  t.notThrows(() => assertOtherBuild([copy, more], [a, more], [b, more], 'a'));
  t.notThrows(() => assertOtherBuild(['/no/such'], [a], [b], 'a'));
});
