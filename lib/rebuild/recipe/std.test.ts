import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { scratch } from '../../cli/run-fixture.js';
import { BuildError, InputError } from '../../error.js';
import { parseExperiment } from '../experiment.js';
import { rebuild } from '../rebuild.js';
import { sealedTest, type Tree, writeTree } from '../rebuild-fixture.js';
import { rustTest, TOOLCHAIN, versionOf } from './toolchain-fixture.js';

function read(folder: string, root: string, recipe: object = {}) {
  const text = JSON.stringify({
    schema: 'trustdiff-experiment-1',
    name: 'std',
    source: 'src',
    recipe: { use: 'std', ...recipe },
    roots: { a: { name: 'here', path: root }, b: { name: 'here too', path: root } },
  });
  return parseExperiment(text, join(folder, 'experiment.yaml'));
}

/** A compiler that says it is 1.85, and a cargo that leaves its flags where a library would be. */
const FAKE: Tree = {
  'root/bin/rustc*': '#!/bin/sh\nprintf "rustc 1.85.0\\nrelease: 1.85.0-nightly\\n"\n',
  'root/bin/cargo*': `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
  --target-dir) folder=$2 ;;
  --target) target=$2 ;;
  esac
  shift
done
mkdir -p "$folder/$target/release/deps"
echo "$RUSTFLAGS" >"$folder/$target/release/deps/libflags.rlib"
echo "$PWD" >"$folder/$target/release/deps/flags.d"
`,
  'src/library/Cargo.lock': '',
  'src/library/sysroot/Cargo.toml': '',
};

async function fake(
  t: ExecutionContext,
  tree: Tree,
  recipe: object = {},
): Promise<Readonly<Record<string, string>>> {
  const folder = scratch(t);
  writeTree(folder, { ...FAKE, ...tree });
  const out = join(folder, 'out');
  await rebuild({ experiment: read(folder, join(folder, 'root'), recipe), out, jobs: 1 }).report;
  const lib = join(outputOf(out), 'lib/rustlib/x86_64-unknown-linux-gnu/lib');
  return Object.fromEntries(
    readdirSync(lib).map((name) => [name, readFileSync(join(lib, name), 'utf8').trim()]),
  );
}

function outputOf(out: string): string {
  const run = readdirSync(join(out, 'runs')).find((name) => name.startsWith('a1-'));
  return join(out, 'runs', run ?? '', 'out/std');
}

test('a target that is no triple is refused', (t) => {
  const error = t.throws(() => read('/nowhere', 'root', { target: '../x' }), { instanceOf: InputError });
  t.regex(error?.message ?? '', /no target triple/);
});

const MARKED = '-Zforce-unstable-if-unmarked';

for (const [what, tree, flags] of [
  ['of its own version', { 'src/src/version': '1.85.1\n' }, MARKED],
  [
    'of the version after it as bootstrap does',
    { 'src/src/version': '1.86.0\n' },
    `${MARKED} --cfg bootstrap`,
  ],
  ['that does not tell its version as its own', {}, MARKED],
] as const)
  sealedTest(`a compiler builds the library ${what}`, async (t) => {
    t.deepEqual(await fake(t, tree), { 'libflags.rlib': flags });
  });

for (const [what, tree, says] of [
  [
    'of two versions after it',
    { 'src/src/version': '1.87.0\n' },
    /rustc 1\.85 cannot build the library of 1\.87\n.*name a root of 1\.87 or 1\.86/,
  ],
  [
    'of a version before it',
    { 'src/src/version': '1.84.0\n' },
    /rustc 1\.85 cannot build the library of 1\.84/,
  ],
] as const)
  sealedTest(`a compiler does not build the library ${what}`, async (t) => {
    const error = await t.throwsAsync(fake(t, tree), { instanceOf: BuildError });
    t.regex(error?.lines.join('\n') ?? '', says);
  });

sealedTest('sources that are none of rust are refused with what is missing', async (t) => {
  const folder = scratch(t);
  writeTree(folder, { 'root/bin/rustc*': '', 'root/bin/cargo*': '', 'src/main.rs': '' });
  const run = rebuild({
    experiment: read(folder, join(folder, 'root')),
    out: join(folder, 'out'),
    jobs: 1,
  }).report;
  const error = await t.throwsAsync(run, { instanceOf: BuildError });
  t.regex(error?.lines.join('\n') ?? '', /no library\/sysroot\/Cargo\.toml/);
});

/** A library that is laid out as that of rust and holds nothing; it refuses to be compiled otherwise than expected. */
function smallLibrary(version: string): Tree {
  return {
    'src/library/Cargo.toml': '[workspace]\nmembers = ["sysroot"]\nresolver = "1"\n',
    'src/library/Cargo.lock': 'version = 3\n\n[[package]]\nname = "sysroot"\nversion = "0.0.0"\n',
    'src/library/sysroot/Cargo.toml':
      '[package]\nname = "sysroot"\nversion = "0.0.0"\nedition = "2021"\n[features]\npanic-unwind = []\n',
    'src/library/sysroot/src/lib.rs': `#![no_std]
#[cfg(not(bootstrap))]
compile_error!("not as bootstrap does");
#[cfg(not(feature = "panic-unwind"))]
compile_error!("without its feature");
pub fn answer() -> u32 { 42 }
`,
    'src/src/version': `${version}\n`,
  };
}

rustTest(
  'a real compiler takes the flags with which it builds the library of the version after it',
  async (t) => {
    t.timeout(1_800_000);
    const folder = scratch(t);
    const [major = 0, minor = 0] =
      versionOf(TOOLCHAIN ?? '')
        .match(/\d+/g)
        ?.map(Number) ?? [];
    writeTree(folder, smallLibrary(`${major}.${minor + 1}.0`));
    const out = join(folder, 'out');
    const report = await rebuild({ experiment: read(folder, TOOLCHAIN ?? ''), out, jobs: 1 }).report;
    t.regex(report.verdict.id, /^identical/);
    const files = readdirSync(join(outputOf(out), 'lib/rustlib/x86_64-unknown-linux-gnu/lib'));
    t.true(
      files.some((name) => /^libsysroot-[0-9a-f]{16}\.rlib$/.test(name)),
      files.join(),
    );
  },
);
