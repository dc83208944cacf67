import test from 'ava';
import fc from 'fast-check';
import { UsageError } from '../error.js';
import { fitOf, minorText, parseVersion, versionOf, versionsBetween, versionText } from './version-rule.js';

test('versions are read as people and compilers write them', (t) => {
  const read = (text: string) => {
    const version = parseVersion(text);
    return version === undefined ? undefined : versionText(version);
  };
  t.is(read('1.85'), '1.85.0');
  t.is(read('1.85.1'), '1.85.1');
  t.is(read('1.85.0-beta.3'), '1.85.0-beta.3');
  t.is(read('1.97.0-nightly (e50aa6fba 2026-05-19)'), '1.97.0-nightly');
  t.is(read('rustc 1.84.0 (9fc6b4312 2025-01-07)'), '1.84.0');
  t.is(read(' 1.85.0\n'), '1.85.0');
  t.is(read('1.90.0-stable-mrustc'), '1.90.0');
  for (const text of ['', '1', 'rustc', '1.85.0.1', '1.85x', 'v1.85', '1.85.0-'])
    t.is(read(text), undefined, text);
  t.throws(() => versionOf('latest'), { instanceOf: UsageError });
});

test('sources build with their own version or the one before, whatever the patch is', (t) => {
  const rule = (root: string, sources: string) => fitOf(versionOf(root), versionOf(sources));
  t.is(rule('1.84.0', '1.85.0'), 'previous');
  t.is(rule('1.84.1', '1.85.0'), 'previous');
  t.is(rule('1.85.0', '1.85.1'), 'same');
  t.is(rule('1.85.0-nightly', '1.85.0'), 'same');
  t.is(rule('1.83.0', '1.85.0'), 'too-old');
  t.is(rule('1.86.0', '1.85.0'), 'too-new');
  t.is(rule('0.12.0', '1.0.0'), 'too-old');
});

test('the versions in between are a chain: each builds with the one before it, and the sources with the last', (t) => {
  fc.assert(
    fc.property(fc.nat(150), fc.nat(150), (root, sources) => {
      const [from, to] = [versionOf(`1.${root}`), versionOf(`1.${sources}`)];
      const chain = [from, ...versionsBetween(from, to), to];
      const fits = chain.slice(1).map((version, i) => fitOf(chain[i] ?? from, version));
      return sources > root ? fits.every((fit) => fit === 'previous') : chain.length === 2;
    }),
  );
  t.deepEqual(versionsBetween(versionOf('1.82'), versionOf('1.85')).map(minorText), ['1.83', '1.84']);
});
