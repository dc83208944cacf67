import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { trustdiff } from '../cli/run-fixture.js';
import { otherUserTest } from '../cli/unprivileged-fixture.js';
import { sealedTest } from './rebuild-fixture.js';
import { ARGUMENTS, rebuilt, runFolder, until, written } from './robust-fixture.js';

/*
 * Builds that fail, machines that are full or not writable, roots that lack something: each with its message and the
 * exit status 2, and never a verdict.
 */

/** One that needs both. */
const sealedOtherUserTest = sealedTest === test.skip ? sealedTest : otherUserTest;

const BUILD = 'cp "$TRUSTDIFF_SRC/text" "$TRUSTDIFF_OUT/"';

/** Runs an experiment that must fail, and gives what it said last. */
async function failing(t: ExecutionContext, folder: string, ...more: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await rebuilt(folder, ...more);
  t.is(status, 2, stderr);
  t.is(stdout, '');
  t.notRegex(stderr, /\n {4}at /);
  return stderr.trimEnd().split('\n').at(-1) ?? '';
}

sealedTest('a build that fails shows its last lines and the place of its log', async (t) => {
  const folder = written(t, 'seq 1 1000; printf "\\033[31mred\\033[0m\\n" >&2; exit 3');
  const { status, stdout, stderr } = await rebuilt(folder);
  t.is(status, 2);
  t.is(stdout, '');
  const log = join(runFolder(folder, 'a1'), 'logs/stage.log');
  t.true(existsSync(log));
  t.true(stderr.includes(`${log}: stage stage of run a1 failed with exit status 3`));
  t.regex(stderr, / {2}\| 999\n {2}\| 1000\n {2}\| \\x1b\[31mred/);
  t.false(stderr.includes(' | 900\n'));
});

sealedTest('a build that a signal ends is told so', async (t) => {
  t.regex(await failing(t, written(t, 'kill -SEGV $$')), /failed with exit status 139/);
});

sealedTest('a variable that is longer than the system takes is told of', async (t) => {
  const folder = written(t, BUILD, { environment: { LONG: 'x'.repeat(200_000) } });
  t.regex(await failing(t, folder), /cannot be started \(.*E2BIG\) \(the command or a variable/);
});

sealedTest('a build that leaves nothing is no output that is equal to another', async (t) => {
  t.regex(
    await failing(t, written(t, 'true')),
    /stage stage of run a1 ended well but left nothing in its output/,
  );
});

sealedTest('a root that lacks cargo or rustc is refused before anything is built', async (t) => {
  for (const [recipe, tool] of [
    ['cargo', 'rustc'],
    ['rustc', 'rustc'],
  ] as const) {
    const folder = written(t, '', { recipe });
    t.regex(await failing(t, folder), new RegExp(`roots/a: the root one has no ${tool} \\(add the archive`));
    t.false(existsSync(join(folder, 'out/runs')));
  }
  const folder = written(t, '', { recipe: 'cargo', tools: { rustc: 'b' } });
  writeFileSync(join(folder, 'roots/b/bin/rustc'), '');
  t.regex(await failing(t, folder), /the root one has no cargo .*tools: \{ cargo: b \}/);
});

sealedTest('a full disk is told of', async (t) => {
  const folder = written(t, 'head -c 4000000 /dev/zero >"$TRUSTDIFF_OUT/zeros"');
  const out = join(folder, 'out');
  mkdirSync(out);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', out]).status !== 0) {
    t.log('skipped: a small file system cannot be mounted here');
    t.pass();
    return;
  }
  try {
    t.regex(await failing(t, folder), /failed with exit status 1; the disk it was built on is full/);
    // Full before anything could be laid down.
    spawnSync('sh', ['-c', `rm -rf "${out}"/*; head -c 4000000 /dev/zero >"${out}/zeros"`]);
    t.regex(await failing(t, folder), /is full|ENOSPC/);
  } finally {
    spawnSync('umount', [out]);
  }
});

sealedTest('a folder that cannot be written to, or cannot be made, is refused', async (t) => {
  const folder = written(t, BUILD);
  writeFileSync(join(folder, 'file'), '');
  for (const [out, message] of [
    ['file', /file: it is no folder \(name another folder with --out\)/],
    ['file/out', /file\/out: it is no folder/],
    ['/proc/trustdiff', /\/proc\/trustdiff: it cannot be made \(ENOENT\)/],
    ['src/out', /lies in the sources/],
    ['roots/a', /lies in the root one/],
  ] as const) {
    for (const more of [[], ['--dry-run']]) {
      const args = ['rebuild', 'experiment.yaml', '--out', out, ...more];
      const { status, stderr } = await trustdiff(args, { cwd: folder });
      t.is(status, 2);
      t.regex(stderr, message);
    }
  }
});

sealedOtherUserTest('another user’s folder is refused', async (t) => {
  const folder = written(t, BUILD);
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'out'));
  const { status, stderr } = await trustdiff(ARGUMENTS, { cwd: folder, uid: 65534 });
  t.is(status, 2);
  t.regex(stderr, /out\/lock: it cannot be written \(EACCES\) \(name another folder with --out\)/);
});

sealedOtherUserTest(
  'what a build took every right from is removed and built anew all the same',
  async (t) => {
    const folder = written(
      t,
      'mkdir -p deep/er; : >deep/er/file; chmod 0 deep/er; chmod 0555 deep; [ -e "$TRUSTDIFF_ROOT/go" ]; cp "$TRUSTDIFF_SRC/text" "$TRUSTDIFF_OUT/"',
    );
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'out'));
    chownSync(join(folder, 'out'), 65534, 65534);
    const run = () => trustdiff(ARGUMENTS, { cwd: folder, uid: 65534, env: { HOME: folder } });
    t.regex((await run()).stderr, /stage stage of run a1 failed with exit status 1/);
    t.is(statSync(join(runFolder(folder, 'a1'), 'build/deep/er')).mode & 0o777, 0);
    // The same run once more: it must get past the removal and fail in the same way.
    t.regex((await run()).stderr, /stage stage of run a1 failed with exit status 1/);
  },
);

sealedTest(
  'a folder in which another trustdiff works is refused, and is free again when that was killed',
  async (t) => {
    const folder = written(
      t,
      `: >"$TRUSTDIFF_OUT/waits"; [ -e "$TRUSTDIFF_ROOT/go" ] || sleep 1000; ${BUILD}`,
    );
    const first = rebuilt(folder);
    await until(() => existsSync(join(runFolder(folder, 'a1'), 'out/stage.partial/waits')));
    for (const more of [[], ['--dry-run']])
      t.regex(
        await failing(t, folder, ...more),
        /^trustdiff: process \d+ works in .*out \(wait for it, or name another folder with --out\)$/,
      );
    const [pid = ''] = readFileSync(join(folder, 'out/lock'), 'utf8').split(' ');
    process.kill(Number(pid), 'SIGKILL');
    t.is((await first).signal, 'SIGKILL');
    for (const root of ['a', 'b']) writeFileSync(join(folder, 'roots', root, 'go'), '');
    t.is((await rebuilt(folder)).status, 0);
    t.deepEqual(readdirSync(join(folder, 'out')).sort(), ['roots', 'runs', 'tools']);
  },
);

sealedTest('what is no experiment file is refused at once', async (t) => {
  const folder = written(t, BUILD);
  spawnSync('mkfifo', [join(folder, 'fifo')]);
  writeFileSync(join(folder, 'large'), Buffer.alloc(2 << 20, 0x20));
  for (const [file, message] of [
    ['fifo', /fifo: it is no file/],
    ['/dev/zero', /\/dev\/zero: it is no file/],
    ['src', /src: it is no file/],
    ['missing', /missing: it cannot be read \(ENOENT\)/],
    ['large', /large: it is larger than 1048576 bytes/],
  ] as const) {
    const { status, stderr } = await trustdiff(['rebuild', file, '--out', 'out'], { cwd: folder });
    t.is(status, 2);
    t.regex(stderr, message);
  }
});
