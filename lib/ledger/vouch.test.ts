import test from 'ava';
import type { CauseId } from '../cause/cause-id.js';
import type { Place } from './owner.js';
import { PlaceTable } from './place-table.js';
import type { TokenEncoding } from './sink.js';
import { FOLDER, type Home, homeOf, vouches } from './vouch.js';

function vouched(
  cause: CauseId,
  encoding: TokenEncoding,
  home: Home | undefined,
  { field, rest = '' }: { readonly field?: string; readonly rest?: string } = {},
): boolean {
  return vouches({ cause, encoding, field, home, rest: () => Buffer.from(rest, 'latin1') });
}

const HOMES: readonly (Home | undefined)[] = [undefined, 'names', 'comment', 'debug', 'metadata', 'bitcode'];

/** Where a token of a cause is vouched for. */
const homesOf = (cause: CauseId, encoding: TokenEncoding, of: object = {}): unknown[] =>
  HOMES.filter((home) => vouched(cause, encoding, home, of));

test('a hash as text, or a symbol, is one where symbols and units have their names', (t) => {
  const named = ['names', 'debug', 'bitcode'];
  for (const cause of ['metadata-hash', 'crate-hash', 'thinlto-suffix', 'temp-name'] as const)
    t.deepEqual(homesOf(cause, 'hex'), named, cause);
  t.true(vouched('metadata-hash', 'hex', 'metadata', { field: 'extra_filename' }));
});

test('a version is one where compilers and linkers write, in texts and constants it may be any', (t) => {
  t.deepEqual(homesOf('rustc-version', 'text'), HOMES.slice(1));
  t.deepEqual(homesOf('source-info', 'text'), HOMES.slice(1));
});

test('a commit alone is one in debug information, or in the path of a source', (t) => {
  t.deepEqual(homesOf('source-info', 'hex'), ['debug']);
  t.deepEqual(homesOf('source-info', 'hex', { rest: '/library/core/src/lib.rs' }), HOMES);
});

test('a folder is one of the build where the path names a source', (t) => {
  for (const cause of ['build-path', 'out-dir'] as const) {
    t.deepEqual(homesOf(cause, 'text', { rest: '/key.pem' }), ['debug'], cause);
    t.deepEqual(homesOf(cause, 'text', { rest: '/src/main.rs' }), HOMES, cause);
  }
  const names = (rest: string): boolean => vouched('build-path', 'text', undefined, { rest });
  t.true(names('/src/main.rscalled `Option::unwrap()` on a `None` value'));
  t.false(names('/id.rsa'));
  for (const none of ['/root.rsa4096.pub', '/a.rst', '/a.rs.bak', '/a.rsync/x', '/src/id.rsa'])
    t.false(names(none), none);
  t.true(vouched('build-path', 'text', undefined, { field: FOLDER }));
  t.false(names('/key;src/main.rs'), 'the next text begins behind what is rare in a path');
  t.false(names('/key of src/main.rs'));
  t.true(names('/straße/möbel.rs'));
});

test('what is no text is known to who reads the structure', (t) => {
  for (const encoding of ['raw', 'le64', 'leb128'] as const)
    t.deepEqual(homesOf('crate-hash', encoding), HOMES, encoding);
});

test('the section around a place decides, not a member or a symbol', (t) => {
  const places = new PlaceTable();
  const rest: Place[] = [
    { parent: 0, kind: 'member', name: 'lib.rmeta' },
    { parent: 0, kind: 'section', name: '.rodata' },
    { parent: 0, kind: 'section', name: '.strtab' },
    { parent: 3, kind: 'symbol', name: '.debug_str' },
    { parent: 0, kind: 'section', name: '.debug_line' },
    { parent: 0, kind: 'section', name: '.strtab.mine' },
  ];
  for (const place of rest) places.push(place);
  t.deepEqual(
    Array.from({ length: places.length }, (_, place) => homeOf(places, place)),
    [undefined, undefined, undefined, 'names', 'names', 'debug', undefined],
  );
});
