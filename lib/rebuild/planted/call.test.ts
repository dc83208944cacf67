import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { scratch } from '../../cli/run-fixture.js';
import { codeFiles, readCall } from './call.js';

test('a call of cargo names the crate, its kind, and where its files go', (t) => {
  const call = readCall(
    '--crate-name serde_json --edition=2021 src/lib.rs --crate-type lib --emit=dep-info,metadata,link -C opt-level=3 -C metadata=1 -C extra-filename=-1a2b --out-dir /t/deps -L dependency=/t/deps'.split(
      ' ',
    ),
  );
  t.deepEqual(call, {
    crate: 'serde_json',
    types: ['lib'],
    output: undefined,
    folder: '/t/deps',
    suffix: '-1a2b',
  });
});

test('options may be joined to their values', (t) => {
  const call = readCall(['--crate-name=x', '--crate-type=dylib,rlib', '-Cextra-filename=-1', '--out-dir=o']);
  t.like(call, { crate: 'x', types: ['dylib', 'rlib'], suffix: '-1', folder: 'o' });
});

test('a crate without a name has that of its file', (t) => {
  t.like(readCall(['a/my-tool.rs', '-o', 'out/tool']), {
    crate: 'my_tool',
    output: 'out/tool',
    folder: 'out',
  });
  t.is(readCall(['-vV']).crate, '');
});

test('the code of a crate is in objects, archives, libraries and programs, not in its metadata', (t) => {
  const folder = scratch(t);
  const names = ['libx-1.rlib', 'libx-1.so', 'libx-1.rmeta', 'x-1', 'x-1.d', 'x-1.o', 'x-12', 'libxy-1.rlib'];
  for (const name of names) writeFileSync(join(folder, name), '');
  const call = readCall(['--crate-name', 'x', '-C', 'extra-filename=-1', '--out-dir', folder]);
  t.deepEqual(
    codeFiles(call),
    ['libx-1.rlib', 'libx-1.so', 'x-1', 'x-1.o'].map((name) => join(folder, name)),
  );
  t.deepEqual(codeFiles({ ...call, folder: join(folder, 'missing') }), []);
});
