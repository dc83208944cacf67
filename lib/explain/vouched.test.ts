import test from 'ava';
import { ledgerOf } from './explain.js';
import { settle } from './settle.js';
import { summarise } from './summarise.js';

/** How the claims of texts that all differ in one way stand. */
function standing(texts: readonly string[], from: string, to: string): string[] {
  const pairs = texts.map((text, i) => {
    const [a, b] = [Buffer.from(text), Buffer.from(text.replaceAll(from, to))];
    const { ledger } = ledgerOf(a, b);
    return { path: `${i}`, explanation: summarise(ledger, { formatA: '', formatB: '', maxResidue: 0 }) };
  });
  return settle(pairs).causes.causes.map(({ cause, standing: of, why }) => `${cause} ${why ?? of}`);
}

const [HA, HB] = ['17f0b7e2c4d95a86', 'e86b1d0f3a297c54'];

test('what looks like a hash of cargo in texts alone may be anything', (t) => {
  const scripts = [`wget tool-${HA}.tar.gz\n`, `tar xf tool-${HA}.tar.gz\n`];
  t.deepEqual(standing(scripts, HA, HB), ['metadata-hash met as text only']);
});

test('so may what looks like a commit, a symbol, a unit or a folder for temporary files', (t) => {
  const commit = (digits: string): string => `${digits}${digits}${digits.slice(0, 8)}`;
  for (const [from, to] of [
    [commit(HA), commit(HB)],
    [`_ZN4shop3buy17h${HA}E`, `_ZN4shop3buy17h${HB}E`],
    [`shop.${HA}-cgu.0`, `shop.${HB}-cgu.0`],
    ['/tmp/rustcAbCdEf/key', '/tmp/rustcGhIjKl/key'],
    [`build/shop-${HA}/out`, `build/shop-${HB}/out`],
  ] as const) {
    const told = standing([`pinned: ${from}\n`, `and ${from}\n`], from, to);
    t.true(told.length > 0 && told.every((line) => !line.endsWith('confirmed')), `${from}: ${told.join()}`);
  }
});

test('a path is one of the build where it names a source, and no other one is with it', (t) => {
  const of = (...paths: readonly string[]): string[] =>
    standing(
      paths.map((path) => `at ${path}\n`),
      '/home/anna/shop',
      '/builds/bert/shop',
    );
  const only = ['build-path no mask shows it'];
  t.deepEqual(of('/home/anna/shop/keys/one.pem', '/home/anna/shop/keys/two.pem'), only);
  t.deepEqual(of('/home/anna/shop/one.cfg', '/home/anna/shop/id.rsa'), only);
  t.deepEqual(of('/home/anna/shop/root.rsa4096.pub', '/home/anna/shop/a.rst'), only);
  t.deepEqual(of('/home/anna/shop/src/main.rscalled on a None', '/home/anna/shop/one.c'), [
    'build-path confirmed',
  ]);
  t.deepEqual(of('/home/anna/shop/one.c', '/home/anna/shop/one.c'), ['build-path confirmed']);
  t.deepEqual(of('/home/anna/shop/one.pem', '/home/anna/shop/src/main.rs', '/home/anna/shop/lib.rs'), [
    'build-path confirmed',
    ...only,
  ]);
});

test('what a program starts did not move with the sources, though their folders begin alike', (t) => {
  t.deepEqual(
    standing(
      ['/usr/src/app/main.rs\n', '/usr/src/app/lib.rs\n', 'ExecStart=/usr/bin/helper\n'],
      '/usr',
      '/tmp',
    ),
    ['build-path confirmed', 'build-path no mask shows it'],
  );
});

test('a time is never confirmed: nothing tells when it was built from when something ends', (t) => {
  const text = '{"expires": "2025-02-17T00:00:00Z"}\n';
  t.deepEqual(standing([text, text], '2025-02-17', '2035-02-17'), ['timestamp no mask shows it']);
});
