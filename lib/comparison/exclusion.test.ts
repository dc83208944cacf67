import test from 'ava';
import type { Member } from '../artefact/member.js';
import { exclusionOf } from './exclusion.js';

function member(path: string, name = path): Member {
  return {
    path,
    name,
    occurrence: 0,
    input: 0,
    via: [],
    role: 'content',
    metadata: { type: 'file' },
    size: 0,
  };
}

function excluded(pattern: string, ...paths: readonly string[]): string[] {
  return exclusionOf([pattern])
    .apply(paths.map((path) => member(path)))
    .excluded.map(({ path }) => path);
}

const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['*.rlib', ['libstd.rlib', 'lib/libcore.rlib', 'lib/x.so'], ['libstd.rlib', 'lib/libcore.rlib']],
  ['lib/*', ['lib/a', 'lib/b/c', 'bin/lib'], ['lib/a']],
  ['lib/**', ['lib/a', 'lib/b/c', 'bin/lib'], ['lib/a', 'lib/b/c']],
  ['**', ['.hidden', 'a/.b/c'], ['.hidden', 'a/.b/c']],
  ['.hidden', ['.hidden', 'a/.hidden', 'hidden'], ['.hidden', 'a/.hidden']],
  ['{a,b}.txt', ['a.txt', 'b.txt', 'c.txt'], ['a.txt', 'b.txt']],
  ['lib[0-9]', ['lib1', 'libx'], ['lib1']],
  ['größe', ['größe', 'grösse'], ['größe']],
];

for (const [pattern, paths, out] of CASES) {
  test(`--exclude '${pattern}' leaves out ${out.join(' and ')}`, (t) => {
    t.deepEqual(excluded(pattern, ...paths), [...out]);
  });
}

test('nothing is left out unless a pattern is given', (t) => {
  const members = [member('a')];
  t.deepEqual(exclusionOf([]).apply(members), { kept: members, excluded: [] });
});

test('a pattern is held against the name as stored, too, and the first that fits is told', (t) => {
  const { kept, excluded: out } = exclusionOf(['*.none', './usr/bin/*', '**/rustc']).apply([
    member('bin/rustc', './usr/bin/rustc'),
    member('lib/rustlib', './usr/lib/rustlib'),
  ]);
  t.deepEqual(out, [{ path: 'bin/rustc', pattern: './usr/bin/*' }]);
  t.deepEqual(
    kept.map(({ path }) => path),
    ['lib/rustlib'],
  );
});
