import test from 'ava';
import fc from 'fast-check';
import { wrapped } from './wrap.js';

test('text is broken at spaces, and later lines are indented', (t) => {
  t.deepEqual(wrapped('  - one two three four', 12, '    '), ['  - one two', '    three', '    four']);
  t.deepEqual(wrapped('short', 80), ['short']);
  t.deepEqual(wrapped('', 80), ['']);
});

test('a word longer than a line stays whole: a path can be copied', (t) => {
  t.deepEqual(wrapped('in lib/rustlib/x86_64/lib now', 10, ' '), ['in', ' lib/rustlib/x86_64/lib', ' now']);
});

test('no word is lost, and no line is longer than it may be unless it is one word', (t) => {
  const word = fc.stringMatching(/^[a-z/]{1,12}$/);
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 4, max: 30 }),
      (words, width) => {
        const lines = wrapped(words.join(' '), width, '  ');
        const fits = lines.every((line) => line.length <= width || !line.trim().includes(' '));
        return fits && lines.flatMap((line) => line.trim().split(' ')).join(' ') === words.join(' ');
      },
    ),
  );
  t.pass();
});
