import test from 'ava';
import { stableCrateId } from './stable-crate-id.js';

const hex = (name: string, metadata: readonly string[], version: string): string =>
  Buffer.from(stableCrateId({ name, metadata, version })).reverse().toString('hex');

test('the id of a crate is what rustc 1.95.0 gives it', (t) => {
  // corpus/pairs/metadata and metadata-name
  const version = '1.95.0 (59807616e 2026-04-14)';
  t.is(hex('shape', ['a'], version), '01219820dca6ac53');
  t.is(hex('shape', ['b'], version), '8f8c22401b875ca0');
  t.is(hex('shape', ['0123456789abcdef'], version), '0de06472685cfe25');
});

test('the id of std 1.85.0 is that of its file name where cargo 1.84 built it', (t) => {
  const version = '1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)';
  t.is(hex('std', ['58bdc9a382702c52'], version), '01ffa69bf94b80b2');
  t.is(hex('core', ['9b222562f9136c53'], version), 'dba3bd5a4dd6b2e0');
  t.is(hex('libc', ['edc5135a69819c4c'], version), 'b3dd4b935b7f8abb');
});

test('values of -C metadata count once, in any order', (t) => {
  t.is(hex('a', ['x', 'y', 'x'], '1'), hex('a', ['y', 'x'], '1'));
  t.not(hex('a', ['xy'], '1'), hex('a', ['x', 'y'], '1'));
});
