import test from 'ava';
import { parseControl, relations } from './debian-control.js';

test('paragraphs are read with their continued lines; comments and empty lines are not part of them', (t) => {
  const [first, second, ...rest] = parseControl(
    '# a comment\nSource: rustc\nBuild-Depends: a,\n b,\n\tc\n\n\nPackage: rustc\nEmpty:\n',
  );
  t.deepEqual(
    [...(first ?? [])],
    [
      ['source', 'rustc'],
      ['build-depends', 'a,\nb,\nc'],
    ],
  );
  t.deepEqual(
    [...(second ?? [])],
    [
      ['package', 'rustc'],
      ['empty', ''],
    ],
  );
  t.deepEqual(rest, []);
  t.deepEqual(parseControl(''), []);
  t.deepEqual(parseControl(' no field\n'), []);
});

test('of a relation the packages of an ordinary build are told, alternatives each', (t) => {
  const names = (field: string) => relations(field).map(({ name, version }) => `${name}${version}`);
  t.deepEqual(names('rustc:native (>= 1.84) <!nocheck>, cargo | cargo-web,\n gcc [amd64]'), [
    'rustc(>= 1.84)',
    'cargo',
    'cargo-web',
    'gcc',
  ]);
  t.deepEqual(names('a <p>, b <!p>, c <p> <!q>, d <!p q>, e (<= 1) <p>'), ['b', 'c']);
  t.deepEqual(names(''), []);
  t.deepEqual(names('$misc, a'), ['a']);
});
