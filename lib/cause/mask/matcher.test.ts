import test from 'ava';
import fc from 'fast-check';
import { Matcher, TooManySteps } from './matcher.js';
import { PatternError, parsePattern } from './pattern.js';

function matches(pattern: string, text: string): string[] {
  const content = Buffer.from(text, 'latin1');
  return new Matcher(parsePattern(pattern))
    .ranges(content)
    .map(({ start, length }) => content.toString('latin1', start, start + length));
}

test('characters, classes, escapes, groups and repeats', (t) => {
  t.deepEqual(matches('a.c', 'abc a\nc axc'), ['abc', 'axc']);
  t.deepEqual(matches('[a-c]+|\\d{2,3}', 'abcabd 1 12 12345'), ['abcab', '12', '123', '45']);
  t.deepEqual(matches('x(?:yz)?(q|r)', 'xq xyzr xy'), ['xq', 'xyzr']);
  t.deepEqual(matches('\\x00\\xff', '\0\xff'), ['\0\xff']);
  t.deepEqual(matches('[^\\x00-\\x1f]{3,}', 'ab\0abc\nabcd'), ['abc', 'abcd']);
  t.deepEqual(matches('[\\]\\-a]+', 'a]-b'), ['a]-']);
  t.deepEqual(matches('[a-]+', 'a-b'), ['a-']);
  t.deepEqual(matches('\\W\\S', 'a b'), [' b']);
  t.deepEqual(matches('(a|ab)(c|bcd)', 'abcd'), ['abcd']);
});

test('what cannot be matched in linear time, or has no meaning in bytes, is refused with its place', (t) => {
  for (const [pattern, column] of [
    ['^a', 1],
    ['a$', 2],
    ['a*?', 3],
    ['a**', 3],
    ['(?=a)', 2],
    ['(a', 3],
    ['a)', 2],
    ['[a', 3],
    ['[z-a]', 5],
    ['\\1', 2],
    ['\\bx', 2],
    ['a{2,1}', 2],
    ['a{2000}', 2],
    ['\\x1', 2],
    ['é', 1],
    ['*', 1],
  ] as const) {
    const error = t.throws(() => parsePattern(pattern), { instanceOf: PatternError }, pattern);
    t.is(error.column, column, pattern);
  }
  t.throws(() => new Matcher(parsePattern('((a{1000}){1000}){1000}')), { instanceOf: PatternError });
  t.throws(() => new Matcher(parsePattern('(((()){1000}){1000}){1000}a')), { instanceOf: PatternError });
  t.throws(() => parsePattern('('.repeat(1000)), { instanceOf: PatternError });
});

const atom = fc.constantFrom('a', 'b', '[ab]', '.', '(?:ab|b)', '(?:a|)', '[^a]');
const part = fc
  .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}'))
  .map((both) => both.join(''));
const pattern = fc
  .array(fc.array(part, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
  .map((alternatives) => alternatives.map((parts) => parts.join('')).join('|'));

test('the first match is where that of JavaScript is, and no shorter', (t) => {
  fc.assert(
    fc.property(pattern, fc.stringMatching(/^[abc\n]{0,12}$/), (source, text) => {
      if (new RegExp(`^(?:${source})$`).test('')) {
        t.throws(() => new Matcher(parsePattern(source)), { instanceOf: PatternError });
        return;
      }
      const ours = new Matcher(parsePattern(source)).ranges(Buffer.from(text))[0];
      const theirs = new RegExp(source).exec(text);
      t.is(ours?.start, theirs?.index);
      if (ours === undefined || theirs === null) return;
      t.true(ours.length >= theirs[0].length);
      const longest = text.slice(ours.start, ours.start + ours.length);
      t.true(new RegExp(`^(?:${source})$`).test(longest));
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

test('a pattern that would take a square of the length is stopped by counting, not by a clock', (t) => {
  const content = Buffer.alloc(400_000, 'a');
  t.throws(() => new Matcher(parsePattern('a.*b')).ranges(content), { instanceOf: TooManySteps });
  t.throws(() => new Matcher(parsePattern('(?:a|b|ab)*[ab]{900}c')).ranges(content), {
    instanceOf: TooManySteps,
  });
  t.is(new Matcher(parsePattern('(?:a*)*a')).ranges(content).length, Math.ceil(400_000 / 65_536));
});
