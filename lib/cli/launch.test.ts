import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { ALLOCATOR, NODE_FLAGS } from './launch.js';
import { REPOSITORY, scratch, shell } from './run-fixture.js';

/** As it is installed. */
const BUNDLE = join(REPOSITORY, 'dist/cli/trustdiff.js');

test('the program starts node with what it takes only at its start, and with the arguments as they are', async (t) => {
  const home = scratch(t);
  const node = join(home, 'node');
  writeFileSync(node, '#!/bin/sh\nenv | grep ^MALLOC_ | sort\nprintf "<%s>\\n" "$@"\n', { mode: 0o755 });
  const expected = (allocator: Readonly<Record<string, string>>): string[] => [
    ...Object.keys(allocator)
      .sort()
      .map((name) => `${name}=${allocator[name]}`),
    ...[...NODE_FLAGS, '--', BUNDLE, 'a b', '', '$HOME', '-x'].map((word) => `<${word}>`),
  ];
  const run = async (env: Record<string, string>) => {
    const { stdout, stderr } = await shell(`"${BUNDLE}" 'a b' '' '$HOME' -x`, {
      env: { ...env, PATH: `${home}:${process.env.PATH}` },
    });
    t.is(stderr, '');
    return stdout.trimEnd().split('\n');
  };
  t.deepEqual(await run({}), expected(ALLOCATOR));
  t.deepEqual(
    await run({ MALLOC_ARENA_MAX: '4' }),
    expected({ ...ALLOCATOR, MALLOC_ARENA_MAX: '4' }),
    'of who set it',
  );
});

test('it runs from anywhere, through links, and what it runs sees the environment of the user', async (t) => {
  const home = scratch(t);
  mkdirSync(join(home, 'a b'));
  symlinkSync(BUNDLE, join(home, 'a b', '-trustdiff'));
  const rustc = join(home, 'rustc');
  writeFileSync(rustc, `#!/bin/sh\nenv > "${home}/seen"\nexit 1\n`, { mode: 0o755 });
  const cwd = join(home, 'a b');
  const version = await shell('./-trustdiff --version; PATH=".:$PATH"; -trustdiff --version', { cwd });
  t.regex(version.stdout, /^(\d+\.\d+\.\d+)\n\1\n$/);
  t.is(version.stderr, '');
  const pair = join(REPOSITORY, 'corpus/pairs/separate-metadata');
  const run = await shell(
    `./-trustdiff "${pair}/a" "${pair}/b" --rustc "${rustc}" >/dev/null; cat "${home}/seen"`,
    {
      cwd,
      env: { MALLOC_MMAP_THRESHOLD_: '70000' },
    },
  );
  t.deepEqual(
    run.stdout.split('\n').filter((line) => line.startsWith('MALLOC_')),
    ['MALLOC_MMAP_THRESHOLD_=70000'],
  );
});
