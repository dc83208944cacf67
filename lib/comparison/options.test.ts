import test from 'ava';
import { DEFAULT_LIMITS } from '../artefact/limits.js';
import type { CompareOptions } from './options.js';
import { resolveOptions } from './options.js';

const WRONG: Readonly<Record<string, [Partial<CompareOptions>, RegExp]>> = {
  'no file for a side': [{ a: [] }, /no file is given for A/],
  'an empty name': [{ b: [''] }, /an empty name is given for B/],
  'a control without a file': [{ controls: [{ of: 'a', paths: [] }] }, /no file is given for a control/],
  'the other side as a control': [
    { controls: [{ of: 'a', paths: ['./b'] }] },
    /\.\/b is the other side, and no control of A/,
  ],
  'an empty pattern': [{ exclude: [''] }, /an empty pattern excludes nothing/],
  'no pattern': [{ exclude: ['a\\'] }, /the pattern a\\ ends with a "\\"/],
  'a side as its own control': [
    { controls: [{ of: 'a', paths: ['x/../a'] }] },
    /x\/\.\.\/a is A itself, and no control of it/,
  ],
  'no thread': [{ jobs: 0 }, /0 makes no number of jobs/],
  'half a thread': [{ jobs: 1.5 }, /1.5 makes no number of jobs/],
  'too many threads': [{ jobs: 1000 }, /1000 makes no number of jobs/],
  'a limit that is no number': [{ limits: { bytes: Number.NaN } }, /NaN makes no limit of bytes/],
  'a negative limit': [{ limits: { depth: -1 } }, /-1 makes no limit of depth/],
  'a negative number of details': [{ maxDetail: -1 }, /-1 makes no number of details/],
  'an unknown digest': [{ digest: 'md5' as 'sha256' }, /md5 is no digest/],
  'a field of metadata that always counts': [
    { ignoreMetadata: ['mode' as 'mtime'] },
    /mode is no ignored metadata field/,
  ],
  'a verdict that fails anyway': [
    { failOn: ['inconclusive' as 'noise'] },
    /inconclusive is no fail-on verdict/,
  ],
};

for (const [title, [options, says]] of Object.entries(WRONG)) {
  test(`options with ${title} make no sense`, (t) => {
    t.throws(() => resolveOptions({ a: 'a', b: 'b', ...options }), { name: 'UsageError', message: says });
  });
}

test('what is not given is filled in', (t) => {
  const { labelA, labelB, digest, limits, controls, maxDetail } = resolveOptions({ a: 'a', b: ['b', 'c'] });
  t.deepEqual([labelA, labelB, digest, controls.length, maxDetail], ['A', 'B', 'blake3', 0, 1000]);
  t.deepEqual(limits, DEFAULT_LIMITS);
});

test('slashes at the end of a name mean nothing, but for the root', (t) => {
  t.deepEqual(resolveOptions({ a: ['x//', '/', '//'], b: './y/' }).a, ['x', '/', '/']);
  t.deepEqual(resolveOptions({ a: 'x', b: './y/' }).b, ['./y']);
});

test('one limit that is given leaves the others as they are', (t) => {
  t.deepEqual(resolveOptions({ a: 'a', b: 'b', limits: { depth: 3 } }).limits, {
    ...DEFAULT_LIMITS,
    depth: 3,
  });
});
