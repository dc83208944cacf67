import test from 'ava';
import fc from 'fast-check';
import { decodePunycode } from './punycode.js';

test('the places and values of characters outside ASCII are decoded', (t) => {
  t.is(decodePunycode('bcher', 'kva'), 'bücher');
  t.is(decodePunycode('', 'wgv71a119e'), '日本語');
  t.is(decodePunycode('abc', ''), 'abc');
});

test('what is cut off, no digit or no character is refused', (t) => {
  t.is(decodePunycode('a', 'zz'), undefined);
  t.is(decodePunycode('a', 'A'), undefined);
  t.is(decodePunycode('a', '99999999b'), undefined);
  t.is(decodePunycode('a'.repeat(200), 'kva'), undefined);
});

test('no digits make it throw', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.stringMatching(/^[a-z0-9]{0,40}$/), (ascii, digits) => {
      const text = decodePunycode(ascii, digits);
      t.true(text === undefined || [...text].length <= 128);
    }),
  );
});
