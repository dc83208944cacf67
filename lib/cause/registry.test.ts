import test from 'ava';
import type { Cause } from './cause.js';
import { CAUSE_IDS } from './cause-id.js';
import { CAUSES } from './registry.js';

const causes: readonly Cause[] = Object.values(CAUSES);

test('the registry has every cause under its own id, in order', (t) => {
  t.deepEqual(Object.keys(CAUSES), [...CAUSE_IDS]);
  t.deepEqual(
    causes.map(({ id }) => id),
    [...CAUSE_IDS],
  );
});

test('every text is whole: no cause without a signature, an explanation, a consequence and a removal', (t) => {
  for (const { id, title, signature, explanation, consequence, removal, falsePositives } of causes) {
    for (const text of [signature, explanation, consequence, removal]) t.regex(text, /[.:)]$/, id);
    t.regex(title, /^[^.]+$/, id);
    t.true(falsePositives === '–' || falsePositives.endsWith('.'), id);
  }
});

test('threads are links to https, none twice in a cause', (t) => {
  for (const { id, threads } of causes) {
    t.is(new Set(threads.map(({ url }) => url)).size, threads.length, id);
    for (const { url } of threads) t.regex(url, /^https:\/\//, id);
  }
});

test('code, padding and what is only configuration are labels: they never mask a byte', (t) => {
  t.deepEqual(
    causes.filter(({ maskable }) => !maskable).map(({ id }) => id),
    [
      'bitcode',
      'codegen-units',
      'rmeta-order',
      'proc-macro-hash',
      'llvm-pointer-order',
      'c-object',
      'debug-info',
      'linker',
      'pgo-bolt',
      'llvm',
      'timestamp',
      'padding',
      'code',
    ],
  );
});
