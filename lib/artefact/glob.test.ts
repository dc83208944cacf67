import test from 'ava';
import { compileGlob, GlobError } from './glob.js';

const CASES: readonly (readonly [glob: string, matched: readonly string[], others: readonly string[]])[] = [
  ['*.so', ['libx.so', 'lib/libx.so', '.so'], ['libx.so.1', 'so']],
  ['lib/*', ['lib/a', 'lib/.a'], ['lib', 'lib/a/b', 'lib/']],
  ['lib/**', ['lib', 'lib/a', 'lib/a/b'], ['libx/a', 'x/lib/a']],
  ['**/lib', ['lib', 'a/lib', 'a/b/lib'], ['a/xlib', 'lib/a']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['ab', 'a/xb']],
  ['*/**', ['a/b', 'a/b/c'], ['a']],
  ['a**b', ['ab', 'axxb'], ['xab']],
  ['/usr/**', ['/usr/bin'], ['usr/bin']],
  ['./x', ['x'], ['a/x']],
  ['lib?.so', ['liba.so', 'lib\u{1f980}.so', 'lib\udc80.so'], ['lib.so', 'lib/.so']],
  ['[a-c]x', ['ax', 'cx'], ['dx', 'a-x']],
  ['[!a-c]x', ['dx'], ['ax', 'x']],
  ['[]a-]', [']', 'a', '-'], ['b']],
  ['[a', ['[a'], ['a']],
  ['{a,b{c,d}}', ['a', 'bc', 'bd'], ['b', 'c', '{a']],
  ['{a,b/c}', ['a', 'b/c'], ['x/a']],
  ['lib{1..3}', ['lib1', 'lib3'], ['lib4', 'lib']],
  ['{a}', ['{a}'], ['a']],
  ['{a,b', ['{a,b'], ['a']],
  ['@(a|b).so', ['a.so', 'b.so'], ['ab.so']],
  ['?(a|b).so', ['a.so', '.so'], ['ab.so']],
  ['+(a|b).so', ['a.so', 'abba.so'], ['.so']],
  ['*(a|b).so', ['.so', 'abba.so'], ['abc.so']],
  ['!*.so', ['a.rlib'], ['a.so']],
  ['\\*\\(x', ['*(x'], ['a(x']],
];

for (const [glob, matched, others] of CASES)
  test(`${glob} stands for ${matched.join(', ')}`, (t) => {
    const matches = compileGlob(glob);
    for (const path of matched) t.true(matches(path), path);
    for (const path of others) t.false(matches(path), path);
  });

for (const [glob, message] of [
  ['!(a)', /"!\(", which is not supported/],
  ['a(b)', /has a "\("/],
  ['@(a', /without its "\)"/],
  ['{a,@(b},c)', /without its/],
  ['a\\', /ends with/],
  ['[b-a]', /range of characters/],
  ['[[:alpha:]]', /not supported/],
  ['{1..101}', /more than 100 numbers/],
  ['x'.repeat(1001), /longer than 1000/],
  ['{a,'.repeat(30) + '}'.repeat(30), /more than 20 deep/],
] as const)
  test(`no glob: ${glob.slice(0, 40)}`, (t) => {
    t.throws(() => compileGlob(glob), { instanceOf: GlobError, message });
  });

// Each of these took a matcher that goes back minutes to years.
for (const glob of [
  '*a*a*a*a*a*a*a*a*a*a*a*a*b',
  '**/*a*-*a*.a*.x',
  '**/**/**/**/**/**/**/**/**/**/x',
  '+(a|aa|*a)b',
  '*(*(*(*a)))b',
  '{a,*a,?a}{a,*a,?a}{a,*a,?a}{a,*a,?a}{a,*a,?a}b',
])
  test(`${glob} takes no more steps than the lengths allow for`, (t) => {
    for (const name of ['a'.repeat(4000), 'a/'.repeat(2000), 'a-.'.repeat(1300)]) {
      const before = process.cpuUsage().user;
      t.false(compileGlob(glob)(name));
      t.true(process.cpuUsage().user - before < 5e6);
    }
  });

test('braces that do not end are read once', (t) => {
  t.true(compileGlob('{'.repeat(1000))('{'.repeat(1000)));
});
