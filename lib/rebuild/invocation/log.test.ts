import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { InputError } from '../../error.js';
import { readLog } from './log.js';
import { EMPTY, madeLog } from './log-fixture.js';

const [WHOLE] = madeLog([{ name: 'core', dependencies: [] }]).invocations.map((one) => ({ ...one, id: 'x' }));
const TEXT = JSON.stringify(WHOLE);

function logWith(t: ExecutionContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-log-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** That the log is refused, for this reason, with the file named. */
function refused(t: ExecutionContext, folder: string, name: string, reason: RegExp): void {
  const error = t.throws(() => readLog(folder), { instanceOf: InputError });
  t.regex(error?.what ?? '', reason);
  t.is(error?.where.file, join(folder, name));
}

test('a record is read back as it was written', (t) => {
  const folder = logWith(t, { 'x.json': TEXT, 'digests.cache': 'whatever', 'y.tmp': '{' });
  t.deepEqual(JSON.parse(JSON.stringify(readLog(folder).invocations)), [JSON.parse(TEXT)]);
});

test('a record that is cut off anywhere is refused, with its name', (t) => {
  fc.assert(
    fc.property(fc.nat(TEXT.length - 1), (length) => {
      refused(t, logWith(t, { 'x.json': TEXT.slice(0, length) }), 'x.json', /not JSON/);
    }),
    { numRuns: 30 },
  );
});

for (const [what, record, reason] of [
  ['is of another schema', { ...WHOLE, schema: 'trustdiff-invocation-2' }, /^schema is not one of/],
  ['has a field that is not known', { ...WHOLE, extra: 1 }, /^extra is not a known field/],
  ['lacks a field', { ...WHOLE, argv: undefined }, /^argv is not a list/],
  [
    'has a digest that is none',
    { ...WHOLE, outputs: [{ path: '/x', digest: 'abc', size: 1 }] },
    /^outputs\[0\]\.digest/,
  ],
  [
    'has a relative path',
    { ...WHOLE, outputs: [{ path: '../x', digest: null, size: 1 }] },
    /^outputs\[0\]\.path/,
  ],
  ['has a number for a variable', { ...WHOLE, environment: { A: 1 } }, /^environment\.A is not a text/],
  ['has a time before 1970', { ...WHOLE, started: -1 }, /^started is not an amount/],
  ['says that it is another', { ...WHOLE, id: 'y' }, /says of itself that it is y/],
  ['is a list', [], /^the record is not an object/],
  [
    'names a sysroot whose list is missing',
    { ...WHOLE, sysroot: { path: '/r', digest: 'a'.repeat(64), files: 1 } },
    /list of the sysroot a+ is missing/,
  ],
] as const) {
  test(`a record that ${what} is refused`, (t) => {
    refused(t, logWith(t, { 'x.json': JSON.stringify(record) }), 'x.json', reason);
  });
}

test('a name that every object has is a variable like any other', (t) => {
  const folder = logWith(t, {
    'x.json': TEXT.replace('"environment":{', '"environment":{"__proto__":"a","constructor":"b",'),
  });
  const environment = readLog(folder).invocations[0]?.environment ?? {};
  t.deepEqual(Object.keys(environment).slice(0, 2), ['__proto__', 'constructor']);
});

test('a link, a pipe and a record too large are refused', (t) => {
  const linked = logWith(t, {});
  symlinkSync('/etc/passwd', join(linked, 'x.json'));
  refused(t, linked, 'x.json', /cannot be read \(ELOOP\)/);
  const piped = logWith(t, {});
  spawnSync('/bin/sh', ['-c', 'mkfifo "$1"', '-', join(piped, 'x.json')]);
  refused(t, piped, 'x.json', /not a regular file/);
  const large = logWith(t, { 'x.json': ' '.repeat(2 ** 24 + 1) });
  refused(t, large, 'x.json', /more than 16777216 bytes/);
});

test('a folder that is not there is refused', (t) => {
  const error = t.throws(() => readLog('/nowhere/log'), { instanceOf: InputError });
  t.is(error?.what, 'the log of invocations cannot be read (ENOENT)');
});

test('a call with a beginning and an end is not unfinished', (t) => {
  const { started, stage, kind, cwd, rustc, argv } = EMPTY;
  const begun = JSON.stringify({ id: 'x', started, stage, kind, cwd, rustc, argv, crate: null });
  t.deepEqual(readLog(logWith(t, { 'x.json': TEXT, 'x.started': begun })).unfinished, []);
  t.is(readLog(logWith(t, { 'x.started': begun })).unfinished[0]?.id, 'x');
});
