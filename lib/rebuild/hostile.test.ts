import { linkSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { trustdiff } from '../cli/run-fixture.js';
import { sealedTest } from './rebuild-fixture.js';
import { ARGUMENTS, rebuilt, runFolder, until, written } from './robust-fixture.js';

/*
 * Builds that do what no build should: none reaches the network, the machine or the sources, none can be waited for in
 * vain, and nothing is followed out of what they leave.
 */

const logOf = (folder: string): string =>
  readFileSync(join(runFolder(folder, 'a1'), 'logs/stage.log'), 'utf8');

sealedTest('a build reaches no network', async (t) => {
  const folder = written(
    t,
    'ls /sys/class/net 2>/dev/null || true; cut -d: -f1 /proc/net/dev >"$TRUSTDIFF_OUT/interfaces"',
  );
  t.is((await rebuilt(folder)).status, 0);
  const text = readFileSync(join(runFolder(folder, 'a1'), 'out/stage/interfaces'), 'utf8');
  const [, , ...interfaces] = text.trim().split('\n');
  t.deepEqual(
    interfaces.map((name) => name.trim()),
    ['lo'],
  );
});

sealedTest('a build writes nowhere but where it is to', async (t) => {
  const folder = written(
    t,
    `for place in / /usr /usr/bin /etc /trustdiff "$TRUSTDIFF_SRC" "$TRUSTDIFF_ROOT" "$TRUSTDIFF_CARGO" "$TRUSTDIFF_TOOLS" "$TRUSTDIFF_STAGES" \\
       "$TRUSTDIFF_STAGES/first" "$TRUSTDIFF_BUILD" "$TRUSTDIFF_OUT" "$HOME" /tmp; do
       if (: >"$place/written") 2>/dev/null; then echo "$place"; rm "$place/written"; fi
     done >"$TRUSTDIFF_OUT/places"
     (: >"$TRUSTDIFF_SRC/text") 2>/dev/null && echo changed >>"$TRUSTDIFF_OUT/places"
     ls -d /root /home /work /mnt /var 2>/dev/null >>"$TRUSTDIFF_OUT/places" || true`,
  );
  t.is((await rebuilt(folder)).status, 0);
  t.is(
    readFileSync(join(runFolder(folder, 'a1'), 'out/stage/places'), 'utf8'),
    '/trustdiff/build\n/trustdiff/out/stage\n/trustdiff/home\n/tmp\n',
  );
});

sealedTest('a source that is swapped from inside while it is built cannot be: it is read-only', async (t) => {
  const folder = written(
    t,
    `cp "$TRUSTDIFF_SRC/text" kept
     ! (echo swapped >"$TRUSTDIFF_SRC/text") 2>refused
     ! mv "$TRUSTDIFF_SRC/text" "$TRUSTDIFF_SRC/aside" 2>>refused
     ! mount --bind kept "$TRUSTDIFF_SRC/text" 2>>refused
     cp "$TRUSTDIFF_SRC/text" refused "$TRUSTDIFF_OUT/"`,
  );
  t.is((await rebuilt(folder)).status, 0);
  const output = join(runFolder(folder, 'a1'), 'out/stage');
  t.is(readFileSync(join(output, 'text'), 'utf8'), 'the source\n');
  t.is(
    readFileSync(join(output, 'refused'), 'utf8').match(
      /Read-only file system|must be superuser|permission denied/gi,
    )?.length,
    3,
  );
});

for (const [what, swap] of [
  ['rewritten and put back', (file: string) => writeBack(file)],
  ['joined by another one for a while', (file: string) => visit(`${file}-too`)],
] as const) {
  sealedTest(
    `a source that is ${what} from outside during a build is told, and its run does not count`,
    async (t) => {
      const folder = written(
        t,
        ': >"$TRUSTDIFF_OUT/waits"; while [ ! -e "$TRUSTDIFF_BUILD/go" ]; do sleep 0.1; done; cp "$TRUSTDIFF_SRC/text" "$TRUSTDIFF_OUT/"',
      );
      const first = rebuilt(folder);
      await until(() => statSync(join(runFolder(folder, 'a1'), 'out/stage.partial/waits')).isFile());
      swap(join(folder, 'src/text'));
      writeFileSync(join(runFolder(folder, 'a1'), 'build/go'), '');
      const { status, stdout, stderr } = await first;
      t.is(status, 2);
      t.is(stdout, '');
      t.regex(stderr, /src › .*: it was written to while run a1 was built/);
      t.deepEqual(readdirSync(join(folder, 'out/runs')), []);
    },
  );
}

sealedTest(
  'a root that is changed from outside during a build is told, and the run does not count',
  async (t) => {
    const folder = written(
      t,
      ': >"$TRUSTDIFF_OUT/waits"; while [ ! -e "$TRUSTDIFF_BUILD/go" ]; do sleep 0.1; done; "$TRUSTDIFF_ROOT/bin/compile" "$TRUSTDIFF_SRC/text" "$TRUSTDIFF_OUT/text"',
    );
    const first = rebuilt(folder);
    await until(() => statSync(join(runFolder(folder, 'a1'), 'out/stage.partial/waits')).isFile());
    writeFileSync(join(folder, 'roots/a/bin/compile'), '#!/bin/sh\necho other >"$2"\n');
    writeFileSync(join(runFolder(folder, 'a1'), 'build/go'), '');
    const { status, stdout, stderr } = await first;
    t.is(status, 2);
    t.is(stdout, '');
    t.regex(stderr, /roots\/a: it was written to while run a1 was built/);
    t.deepEqual(readdirSync(join(folder, 'out/runs')), []);
  },
);

sealedTest('a root of which a file got another name for a while is the same root', async (t) => {
  const folder = written(
    t,
    ': >"$TRUSTDIFF_OUT/waits"; [ -e "$TRUSTDIFF_ROOT/other" ] || while [ ! -e "$TRUSTDIFF_BUILD/go" ]; do sleep 0.1; done; echo 1 >"$TRUSTDIFF_OUT/text"',
  );
  writeFileSync(join(folder, 'roots/b/other'), '');
  const first = rebuilt(folder);
  await until(() => statSync(join(runFolder(folder, 'a1'), 'out/stage.partial/waits')).isFile());
  const compiler = join(folder, 'roots/a/bin/compile');
  linkSync(compiler, join(folder, 'another-name'));
  writeFileSync(join(runFolder(folder, 'a1'), 'build/go'), '');
  t.is((await first).status, 0);
});

sealedTest('a log that a build spoiled keeps nobody from the verdict', async (t) => {
  const folder = written(
    t,
    'echo nonsense >"$TRUSTDIFF_LOG/x.json"; "$TRUSTDIFF_ROOT/bin/compile" "$TRUSTDIFF_SRC/text" "$TRUSTDIFF_OUT/text"',
    { controls: { a: 1, b: 1 }, roots: { a: { path: 'roots/a' }, b: { path: 'roots/odd' } } },
  );
  const { status, stdout } = await rebuilt(folder);
  t.is(status, 1);
  t.regex(stdout, /VERDICT root-effect-unexplained/);
  t.regex(
    stdout.replace(/\s+/g, ' '),
    /written down of the calls of rustc cannot be used: the record is not JSON/,
  );
});

function writeBack(file: string): void {
  const text = readFileSync(file);
  writeFileSync(file, 'something else\n');
  writeFileSync(file, text);
}

function visit(file: string): void {
  writeFileSync(file, '');
  rmSync(file);
}

sealedTest('a build that leaves programs running is not waited for, and they are gone', async (t) => {
  const sleep = `sleep ${process.pid}4321`;
  const folder = written(t, `${sleep} & setsid ${sleep} & nohup ${sleep} & echo 1 >"$TRUSTDIFF_OUT/text"`);
  t.is((await rebuilt(folder)).status, 0);
  const left = readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1') === `${sleep.replace(' ', '\0')}\0`;
    } catch {
      return false;
    }
  });
  t.deepEqual(left, []);
});

/** Lets a program of Node print at its end how large it has been (proc(5)). */
const TELLS_PEAK = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync, writeSync } from 'node:fs';
  process.on('exit', () => writeSync(2, readFileSync('/proc/self/status', 'latin1').match(/VmHWM.*/)[0] + '\\n'));
`)}`;

sealedTest('a log of 100 MB is kept on the disk and not in memory', async (t) => {
  /** Bytes that trustdiff takes at most for builds with a log of so many. */
  const peak = async (length: number): Promise<number> => {
    const folder = written(
      t,
      `head -c ${length} /dev/zero | tr "\\\\0" x; echo; echo 1 >"$TRUSTDIFF_OUT/text"`,
    );
    const { status, stderr } = await trustdiff(ARGUMENTS, { cwd: folder, node: ['--import', TELLS_PEAK] });
    t.is(status, 0, stderr);
    t.is(statSync(join(runFolder(folder, 'a1'), 'logs/stage.log')).size, length + 1);
    // Its threads tell as well, each of the whole.
    return Math.max(...[...stderr.matchAll(/VmHWM:\s+(\d+) kB/g)].map(([, size]) => Number(size) * 1024));
  };
  const [small, large] = [await peak(1), await peak(100_000_000)];
  t.true(large - small < 50 * 2 ** 20, `${small} and ${large} bytes`);
});

sealedTest('a long line of a log is shortened where it is shown', async (t) => {
  const { status, stderr } = await rebuilt(written(t, 'head -c 1000000 /dev/zero | tr "\\\\0" x; exit 1'));
  t.is(status, 2);
  t.true(stderr.length < 2000);
});

sealedTest(
  'odd names and links out of the output are outputs like others: compared, never followed',
  async (t) => {
    const folder = written(
      t,
      `cd "$TRUSTDIFF_OUT"
     ln -s /etc/passwd link; ln -s ../../../.. up; ln -s / top; ln -s self self
     printf 1 >"$(printf 'a\\nb')"; printf 2 >"$(printf '\\377')"; printf 3 >"$(printf '\\033[31mred')"; printf 4 >-rf`,
    );
    const { status, stdout, stderr } = await rebuilt(folder);
    t.is(status, 0, stderr);
    t.notRegex(stdout + stderr, /\u001b/);
    t.regex(stdout, /^copies$/m);
    const record = JSON.parse(readFileSync(join(runFolder(folder, 'a1'), 'run.json'), 'utf8'));
    t.is(record.stages[0].files, 4);
    t.is(record.stages[0].bytes, 4);
  },
);

sealedTest(
  'links that lead elsewhere on the two sides differ, though what they lead to is equal',
  async (t) => {
    const folder = written(
      t,
      'ln -s "$(cat "$TRUSTDIFF_ROOT/target")" "$TRUSTDIFF_OUT/link"; : >"$TRUSTDIFF_OUT/file"',
      {
        controls: { a: 1 },
      },
    );
    writeFileSync(join(folder, 'roots/a/target'), '/usr/bin/../bin');
    writeFileSync(join(folder, 'roots/b/target'), '/usr/bin');
    const { status, stdout } = await rebuilt(folder);
    t.is(status, 1);
    t.regex(stdout, /root-effect-unexplained/);
    t.is(logOf(folder), '');
  },
);
