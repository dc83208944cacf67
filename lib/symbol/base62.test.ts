import test from 'ava';
import fc from 'fast-check';
import { base62Digits, base62Value, disambiguatorValue } from './base62.js';

test('a number has no digit for 0, and the digits of n stand for n + 1', (t) => {
  t.is(base62Value(''), 0n);
  t.is(base62Value('0'), 1n);
  t.is(base62Value('Z'), 62n);
  t.is(base62Value('10'), 63n);
  t.is(base62Digits(0), '');
  t.is(base62Digits(1), '0');
  t.is(base62Digits(63), '10');
});

test('a disambiguator is one more than its number, up to 64 bits and beyond', (t) => {
  t.is(disambiguatorValue(''), 1n);
  t.is(disambiguatorValue('0'), 2n);
  t.is(disambiguatorValue('lYGhA16ahyd'), 0xffffffffffffffffn);
});

test('what is no digit, or too many of them, has no value', (t) => {
  t.is(base62Value('a-b'), undefined);
  t.is(base62Value('é'), undefined);
  t.is(base62Value('z'.repeat(1000)), undefined);
  t.is(disambiguatorValue('$'), undefined);
});

test('the digits of a number have that number as their value', (t) => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      t.is(base62Value(base62Digits(value)), BigInt(value));
    }),
  );
});
