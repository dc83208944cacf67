import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { readLog } from './log.js';
import { fakeRustc, runWrapper, startWrapper, WRAPPER, workplace } from './wrapper-fixture.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('rustc gets the same arguments, environment, folder and standard input as without a wrapper', (t) => {
  const folder = workplace(t);
  const rustc = fakeRustc(
    folder,
    'tr "\\0" "\\n" </proc/$$/cmdline; tr "\\0" "\\n" </proc/$$/environ | sort; pwd; cat; echo to-stderr >&2',
  );
  const args = ['--crate-name', 'a b', '', '-C', 'metadata=\u{1f980}', '@missing', 'x.rs'];
  const env = { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: '/somewhere', EMPTY: '', FOO: 'a\nb' };
  const bare = spawnSync(rustc, args, { env, cwd: folder, input: 'hello', encoding: 'utf8' });
  const wrapped = runWrapper(folder, [rustc, ...args], { env, input: 'hello' });
  t.is(wrapped.stdout, bare.stdout);
  t.is(wrapped.stderr, 'to-stderr\n');
  t.true(wrapped.stdout.includes('FOO=a\n') && wrapped.stdout.endsWith('hello'));
  t.false(wrapped.stdout.includes('TRUSTDIFF'));
});

test('with TRUSTDIFF_REAL_RUSTC all arguments are those of rustc', (t) => {
  const folder = workplace(t);
  const rustc = fakeRustc(folder, 'echo "$0 $*"');
  const { stdout } = runWrapper(folder, ['-vV', 'x'], { env: { TRUSTDIFF_REAL_RUSTC: rustc } });
  t.is(stdout, `${rustc} -vV x\n`);
  t.like(readLog(join(folder, 'log')).invocations[0], { rustc, argv: ['-vV', 'x'], kind: 'version' });
});

for (const status of [0, 1, 101, 125]) {
  test(`an exit status ${status} of rustc is passed on and logged`, (t) => {
    const folder = workplace(t);
    t.is(runWrapper(folder, [fakeRustc(folder, `exit ${status}`), 'x.rs']).status, status);
    t.deepEqual(readLog(join(folder, 'log')).invocations[0]?.exit, { code: status, signal: null });
  });
}

test('a rustc that a signal ended ends the wrapper by the same signal', (t) => {
  const folder = workplace(t);
  for (const signal of ['SIGSEGV', 'SIGKILL', 'SIGTERM', 'SIGABRT'] as const) {
    const name = signal.slice(3);
    t.is(runWrapper(folder, [fakeRustc(folder, `kill -${name} $$`), 'x.rs']).signal, signal);
  }
  t.deepEqual(
    readLog(join(folder, 'log')).invocations.map(({ exit }) => exit.signal),
    ['SIGSEGV', 'SIGKILL', 'SIGTERM', 'SIGABRT'],
  );
});

test('a signal to the wrapper reaches rustc, and the call is logged', async (t) => {
  const folder = workplace(t);
  const wrapper = startWrapper(folder, [
    fakeRustc(folder, 'trap "exit 9" INT; echo ready; while :; do sleep 0.1; done'),
    'x.rs',
  ]);
  await once(wrapper.stdout ?? wrapper, 'data');
  wrapper.kill('SIGINT');
  t.deepEqual(await once(wrapper, 'exit'), [9, null]);
  t.is(readLog(join(folder, 'log')).invocations[0]?.exit.code, 9);
});

test('a signal that comes as soon as rustc runs reaches it, too', async (t) => {
  const folder = workplace(t);
  for (let i = 0; i < 5; i++) {
    const rustc = fakeRustc(folder, 'trap "exit 9" INT; kill -INT $PPID; sleep 10 & wait');
    t.deepEqual(await once(startWrapper(folder, [rustc, 'x.rs']), 'exit'), [9, null]);
  }
});

/** The wrapper with these flags and, as descriptors 5 and 7, a pipe with one letter and one to standard output. */
function withPipes(folder: string, rustc: string, flags: string): string {
  // The shell in between has the pipes as well, as make and cargo have.
  const call = `"${process.execPath}" "${WRAPPER}" "${rustc}" x.rs </dev/null; :`;
  const command = `printf '|' | sh -c '${call}' 5<&0 7>&1 | cat`;
  const env = { PATH: process.env.PATH, TRUSTDIFF_LOG: join(folder, 'log'), CARGO_MAKEFLAGS: flags };
  return spawnSync('/bin/sh', ['-c', command], { env, encoding: 'utf8' }).stdout;
}

test('the pipes of a jobserver reach rustc', (t) => {
  const folder = workplace(t);
  const rustc = fakeRustc(folder, 'head -c 1 <&5; printf + >&7');
  t.is(withPipes(folder, rustc, '-j --jobserver-fds=5,7 --jobserver-auth=5,7'), '|+');
});

test('pipes of Node itself are not taken for those of a jobserver', (t) => {
  const folder = workplace(t);
  const rustc = fakeRustc(folder, 'ls /proc/$$/fd');
  const flags = Array.from({ length: 30 }, (_, i) => `--jobserver-auth=${i + 8},${i + 9}`).join(' ');
  const seen = withPipes(folder, rustc, flags).trim().split('\n').map(Number);
  // dash has its script open as 10 or above.
  t.deepEqual(
    seen.filter((fd) => fd < 10),
    [0, 1, 2],
  );
});

for (const [what, args, env, message] of [
  ['without a folder for the log', ['fake'], { TRUSTDIFF_LOG: '' }, /TRUSTDIFF_LOG does not name/],
  ['with a folder that is not there', ['fake'], { TRUSTDIFF_LOG: '/proc/none' }, /ENOENT.*\/proc\/none/],
  ['without a rustc', [], {}, /there is no rustc to call/],
  ['with a rustc that is not there', ['/nowhere/rustc'], {}, /\/nowhere\/rustc cannot be started: .*ENOENT/],
  ['with an argument that is not UTF-8', ['fake', Buffer.of(0xff)], {}, /an argument is not UTF-8/],
] as const) {
  test(`a call ${what} fails with status 125 and says why`, (t) => {
    const folder = workplace(t);
    const rustc = fakeRustc(folder, 'echo ran');
    const real = args.map((arg) => (arg === 'fake' ? rustc : arg));
    // Node's own spawn would turn the byte into a character, so a shell passes it.
    const quoted = real
      .map((arg) => (typeof arg === 'string' ? `'${arg}'` : '"$(printf "\\377")"'))
      .join(' ');
    const ended = spawnSync('/bin/sh', ['-c', `exec '${process.execPath}' '${WRAPPER}' ${quoted}`], {
      env: { PATH: process.env.PATH, TRUSTDIFF_LOG: join(folder, 'log'), ...env },
      encoding: 'utf8',
    });
    t.is(ended.status, 125);
    t.is(ended.stdout, '');
    t.regex(ended.stderr, /^trustdiff: this call of rustc could not be logged: /);
    t.regex(ended.stderr, message);
  });
}

test('a log that can no longer be written when rustc has ended makes the call fail', (t) => {
  const folder = workplace(t);
  const ended = runWrapper(folder, [fakeRustc(folder, 'rm -r log; exit 0'), 'x.rs']);
  t.is(ended.status, 125);
  t.regex(ended.stderr, /could not be logged: ENOENT/);
});

test('a wrapper that is killed leaves a call that did not end', async (t) => {
  const folder = workplace(t);
  const rustc = fakeRustc(folder, 'echo $$; exec sleep 60');
  const wrapper = startWrapper(folder, [rustc, '--crate-name', 'big', 'x.rs']);
  const [pid] = await once(wrapper.stdout ?? wrapper, 'data');
  wrapper.kill('SIGKILL');
  await once(wrapper, 'exit');
  process.kill(Number(pid));
  const log = readLog(join(folder, 'log'));
  t.deepEqual(log.invocations, []);
  t.like(log.unfinished[0], { crate: 'big', rustc, argv: ['--crate-name', 'big', 'x.rs'] });
});

test('what went in and came out is digested, and what another call wrote is not taken for an output', (t) => {
  const folder = workplace(t);
  const rustc = fakeRustc(
    folder,
    'printf lib >out/libfoo-1.rlib; printf meta >out/libfoo-1.rmeta; printf "out/libfoo-1.rlib: src/lib.rs src/a\\\\ b.rs\\n# env-dep:FOO=x\\n# env-dep:NOPE\\n" >out/foo-1.d',
  );
  for (const name of ['src', 'out', 'native']) mkdirSync(join(folder, name));
  for (const [name, content] of Object.entries({
    'src/lib.rs': 'pub fn f() {}',
    'src/a b.rs': 'mod',
    'out/libbar-2.rlib': 'bar',
    'out/libfoo-1.old': 'stale',
    'native/libz.a': 'zzz',
    'native/liby.a': 'yyy',
    args: '--extern\nbar=out/libbar-2.rlib\n',
  }))
    writeFileSync(join(folder, name), content);
  const args = [
    ...[
      '--crate-name',
      'foo',
      'src/lib.rs',
      '--crate-type',
      'lib',
      '--emit=dep-info,metadata,link',
      '-Cmetadata=1',
    ],
    ...[
      '-C',
      'extra-filename=-1',
      '--out-dir',
      'out',
      '@args',
      '-Lnative=native',
      '-lstatic=z',
      '--sysroot',
      'none',
    ],
  ];
  const ended = runWrapper(folder, [rustc, ...args], {
    env: { FOO: 'x', CARGO_REGISTRY_TOKEN: 'hush', BAR: 'y', TRUSTDIFF_OUT: '/out/stage1' },
  });
  t.is(ended.status, 0, ended.stderr);
  const [invocation] = readLog(join(folder, 'log')).invocations;
  t.like(invocation, {
    stage: 'stage1',
    kind: 'compile',
    sources: 'dep-info',
    crate: { name: 'foo', types: ['lib'], test: false, target: null, metadata: ['1'], extraFilename: '-1' },
    environmentRead: { FOO: 'x', NOPE: null },
    cwd: folder,
  });
  t.deepEqual(
    invocation?.inputs.map(({ role, path, digest, name }) => [
      role,
      path.slice(folder.length + 1),
      digest,
      name,
    ]),
    [
      ['argument-file', 'args', sha256('--extern\nbar=out/libbar-2.rlib\n'), undefined],
      ['extern', 'out/libbar-2.rlib', sha256('bar'), 'bar'],
      ['native', 'native/libz.a', sha256('zzz'), 'z'],
      ['source', 'src/lib.rs', sha256('pub fn f() {}'), undefined],
      ['source', 'src/a b.rs', sha256('mod'), undefined],
    ],
  );
  t.deepEqual(invocation?.outputs, [
    { path: join(folder, 'out/libfoo-1.rlib'), digest: sha256('lib'), size: 3 },
    { path: join(folder, 'out/libfoo-1.rmeta'), digest: sha256('meta'), size: 4 },
  ]);
  t.is(invocation?.environment.CARGO_REGISTRY_TOKEN, '(not logged)');
  t.false('BAR' in (invocation?.environment ?? {}));
  t.true(invocation?.expanded?.includes('bar=out/libbar-2.rlib'));
});

test('thirty calls at once leave thirty records and a cache of whole lines', async (t) => {
  const folder = workplace(t);
  const big = Buffer.alloc(200_000, 'x');
  for (let i = 0; i < 5; i++) writeFileSync(join(folder, `lib${i}.rlib`), big);
  const rustc = fakeRustc(folder, 'exit 0');
  const externs = [0, 1, 2, 3, 4].flatMap((i) => ['--extern', `x=lib${i}.rlib`]);
  const wrappers = Array.from({ length: 30 }, () => startWrapper(folder, [rustc, 'x.rs', ...externs]));
  const codes = await Promise.all(wrappers.map(async (wrapper) => (await once(wrapper, 'exit'))[0]));
  t.deepEqual(new Set(codes), new Set([0]));
  const { invocations, unfinished } = readLog(join(folder, 'log'));
  t.is(invocations.length, 30);
  t.deepEqual(unfinished, []);
  const digest = sha256('x'.repeat(200_000));
  for (const { inputs } of invocations)
    t.deepEqual(
      inputs.filter(({ role }) => role === 'extern').map((input) => input.digest),
      Array(5).fill(digest),
    );
  const lines = readFileSync(join(folder, 'log/digests.cache'), 'utf8').split('\n').slice(0, -1);
  for (const line of lines) t.regex(line, /^\d+ \d+ \d+ \d+ [0-9a-f]{64} \/.*\.rlib$/);
  t.false(readdirSync(join(folder, 'log')).some((name) => /\.(tmp|started)$/.test(name)));
});

test('a file that was changed is digested anew, though its size is the same', (t) => {
  const folder = workplace(t);
  const rustc = fakeRustc(folder, 'exit 0');
  const path = join(folder, 'libx.rlib');
  const contents = ['x', 'y'].map((letter) => letter.repeat(100_000));
  for (const content of contents) {
    writeFileSync(path, content);
    runWrapper(folder, [rustc, 'x.rs', '--extern', `x=${path}`]);
  }
  const digests = readLog(join(folder, 'log')).invocations.map(({ inputs }) => inputs[0]?.digest);
  t.deepEqual(digests, contents.map(sha256));
});
