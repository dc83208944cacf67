import test from 'ava';
import fc from 'fast-check';
import { decodeName, encodeName, pathBytes, printableName, printableText } from './name.js';

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const nearUtf8 = fc
  .array(
    fc.oneof(
      fc.string().map((s) => Buffer.from(s)),
      bytes,
    ),
    { maxLength: 4 },
  )
  .map((parts) => Buffer.concat(parts));

test('the bytes of every name come back', (t) => {
  fc.assert(fc.property(fc.oneof(bytes, nearUtf8), (name) => encodeName(decodeName(name)).equals(name)));
  t.pass();
});

test('two different names are never one string', (t) => {
  fc.assert(fc.property(nearUtf8, nearUtf8, (a, b) => a.equals(b) === (decodeName(a) === decodeName(b))));
  t.pass();
});

test('two different names never print alike, and nothing printed acts on a terminal', (t) => {
  fc.assert(
    fc.property(nearUtf8, nearUtf8, (a, b) => {
      const [x, y] = [printableName(decodeName(a)), printableName(decodeName(b))];
      return (
        a.equals(b) === (x === y) && !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]/u.test(x)
      );
    }),
  );
  t.pass();
});

const ESCAPES: readonly (readonly [string, string])[] = [
  ['plain/größe-大 name', 'plain/größe-大 name'],
  ['back\\slash', 'back\\\\slash'],
  ['a\nb\tc', 'a\\nb\\tc'],
  ['\x00\x1b\x7f', '\\x00\\x1b\\x7f'],
  ['\u009b31m', '\\u{9b}31m'],
  ['\u202eexe', '\\u{202e}exe'],
  ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
  ['\udcff\udc80', '\\xff\\x80'],
];

for (const [name, printed] of ESCAPES) {
  test(`the name ${JSON.stringify(name)} prints as ${printed}`, (t) => {
    t.is(printableName(name), printed);
  });
}

test('text keeps its backslashes, names double them', (t) => {
  t.is(printableText('a\\b\x1b'), 'a\\b\\x1b');
});

test('surrogates and overlong forms are not UTF-8: their bytes are kept', (t) => {
  for (const hex of ['eda080', 'c080', 'f08080af', 'f4908080', 'e28', 'ff']) {
    const name = Buffer.from(hex.padEnd(hex.length + (hex.length % 2), '0'), 'hex');
    t.true(encodeName(decodeName(name)).equals(name), hex);
  }
});

test('a byte order mark is part of the name', (t) => {
  t.is(decodeName(Buffer.from('efbbbf61', 'hex')), '\ufeffa');
});

test('only a name that is not UTF-8 goes to the system as bytes', (t) => {
  t.is(pathBytes('a/ö'), 'a/ö');
  t.deepEqual(pathBytes('a/\udcff'), Buffer.from([0x61, 0x2f, 0xff]));
});
