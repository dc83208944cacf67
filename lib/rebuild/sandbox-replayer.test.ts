import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { scratch } from '../cli/run-fixture.js';
import { InputError } from '../error.js';
import type { ReplayRequest } from './invocation/replay-plan.js';
import { SURROUNDINGS } from './place.js';
import { sealedTest } from './rebuild-fixture.js';
import { bubblewrap } from './sandbox/bubblewrap.js';
import { sandboxReplayer } from './sandbox-replayer.js';
import { layTools } from './tools.js';

/*
 * Whatever ran in a build could write the log that a replay follows, and make links in the folders that it left. None
 * of that leads a replay out of them.
 */

const KEYS = ['source', 'root', 'cargoRoot', 'rustcRoot', 'build', 'home', 'out', 'log'] as const;

/** A run that left `evil` and a folder for outputs in its build directory, beside a folder that is not its own. */
function left(t: ExecutionContext) {
  const top = scratch(t);
  const folders = Object.fromEntries(KEYS.map((key) => [key, join(top, 'run', key)])) as Record<
    (typeof KEYS)[number],
    string
  >;
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const outside = join(top, 'outside');
  for (const folder of [outside, join(folders.build, 'deps')]) mkdirSync(folder);
  writeFileSync(join(outside, 'kept'), 'mine\n');
  writeFileSync(join(folders.build, 'evil'), 'evil\n');
  const side = { folders, stages: [] };
  const replayer = sandboxReplayer({
    sides: { a: side, b: side },
    sandbox: bubblewrap(),
    tools: layTools(join(top, 'tools'), true),
    surroundings: { ...SURROUNDINGS, cores: 1 },
    temporary: join(top, 'replay'),
    onCall: () => {},
  });
  const run = (request: Partial<ReplayRequest>) =>
    replayer.run({ ...REQUEST, ...request }, new AbortController().signal);
  return { folders, outside, run };
}

const REQUEST: ReplayRequest = {
  id: 'a-as-is',
  side: 'a',
  compiler: 'a',
  rustc: '/usr/bin/true',
  cwd: '/trustdiff/build',
  argv: ['--crate-name', 'x', 'x.rs', '--out-dir', '/trustdiff/build/deps'],
  environment: {},
  needs: [],
  files: [],
  without: [],
  folders: [],
};

const EVIL = {
  from: 'b',
  path: '/trustdiff/build/evil',
  digest: createHash('sha256').update('evil\n').digest('hex'),
} as const;

const leadsOut = { instanceOf: InputError, message: /leads out|no build keeps its outputs there/ };

sealedTest(
  'a replay writes nothing through a link that a build left in the folder of its outputs',
  async (t) => {
    const { folders, outside, run } = left(t);
    symlinkSync(outside, join(folders.build, 'deps/link'));
    const files = [{ ...EVIL, at: '/trustdiff/build/deps/link/planted' }];
    await t.throwsAsync(run({ files }), leadsOut);
    t.deepEqual(readdirSync(outside), ['kept']);
  },
);

sealedTest('a replay puts a file in the place of a link, and not where the link leads', async (t) => {
  const { folders, outside, run } = left(t);
  symlinkSync(join(outside, 'kept'), join(folders.build, 'deps/link'));
  await run({ files: [{ ...EVIL, at: '/trustdiff/build/deps/link' }] });
  t.is(readFileSync(join(outside, 'kept'), 'utf8'), 'mine\n');
});

sealedTest('a replay writes nowhere that a path with ".." leads', async (t) => {
  const { outside, run } = left(t);
  const files = [{ ...EVIL, at: '/trustdiff/build/deps/../../../../outside/planted' }];
  await t.throwsAsync(run({ files }), leadsOut);
  t.deepEqual(readdirSync(outside), ['kept']);
});

sealedTest(
  'a folder of outputs that is a link, or is none of the build, is neither copied nor bound',
  async (t) => {
    const { folders, outside, run } = left(t);
    symlinkSync(outside, join(folders.build, 'link'));
    for (const folder of [
      '/trustdiff/build/link',
      '/usr/bin',
      '/trustdiff/src',
      '/trustdiff/build/deps/../../src',
    ])
      await t.throwsAsync(run({ argv: ['x.rs', '--out-dir', folder] }), { instanceOf: InputError }, folder);
    t.deepEqual(readdirSync(outside), ['kept']);
  },
);

sealedTest('a replay reads nothing that a build could not see, and no file that never ends', async (t) => {
  const { folders, outside, run } = left(t);
  symlinkSync(join(outside, 'kept'), join(folders.build, 'link'));
  symlinkSync('/dev/zero', join(folders.build, 'zero'));
  for (const path of [
    '/dev/zero',
    '/tmp/x',
    join(outside, 'kept'),
    '/trustdiff/build/link',
    '/trustdiff/build/zero',
    '/usr/../dev/zero',
  ])
    await t.throwsAsync(run({ needs: [{ ...EVIL, path, at: path }] }), leadsOut, path);
});

sealedTest('the compiler of the other side is one that its build made, and no other folder', async (t) => {
  const { outside, run } = left(t);
  await t.throwsAsync(run({ compiler: 'b', rustc: join(outside, 'bin/rustc') }), leadsOut);
  t.true(existsSync(outside));
});
