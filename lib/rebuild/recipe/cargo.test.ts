import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { scratch } from '../../cli/run-fixture.js';
import { BuildError, InputError } from '../../error.js';
import { digestTree } from '../../root/tree-digest.js';
import { type Experiment, parseExperiment } from '../experiment.js';
import { rebuild } from '../rebuild.js';
import { sealedTest, type Tree, writeTree } from '../rebuild-fixture.js';
import { otherPlace, rustTest, TOOLCHAIN } from './toolchain-fixture.js';

function read(
  folder: string,
  recipe: object,
  roots: readonly [string, string],
  more: object = {},
): Experiment {
  const text = JSON.stringify({
    schema: 'trustdiff-experiment-1',
    name: 'a package',
    source: 'src',
    recipe: { use: 'cargo', ...recipe },
    roots: { a: { name: 'here', path: roots[0] }, b: { name: 'there', path: roots[1] } },
    ...more,
  });
  return parseExperiment(text, join(folder, 'experiment.yaml'));
}

for (const [what, recipe, says] of [
  ['a profile that is no name', { profile: '../x' }, /profile: that is no name/],
  ['dependencies from two places', { vendor: 'vendor', registry: '/usr/share' }, /come from one place/],
  ['a registry that the sandbox does not show', { registry: '/opt/crates' }, /only what lies below \/usr/],
  ['vendored dependencies outside the source', { vendor: '../vendor' }, /a path inside the source/],
  ['a manifest outside the source', { manifest: '/Cargo.toml' }, /a path inside the source/],
  ['another way to lock', { lock: 'update' }, /update is none of keep, make/],
] as const) {
  test(`${what} is refused with its line`, (t) => {
    const error = t.throws(() => read('/nowhere', recipe, ['a', 'b']), { instanceOf: InputError });
    t.regex(error?.message ?? '', says);
    t.regex(error?.message ?? '', /^line 1, column \d+: recipe\./);
  });
}

async function filesBelow(folder: string): Promise<string[]> {
  const { entries } = await digestTree(folder);
  return entries.filter(({ type }) => type === 'file').map(({ path }) => path);
}

/** A cargo that knows its own name and leaves what a real one leaves, and a rustc to go with it. */
const FAKE: Tree = {
  'root/bin/rustc*': '#!/bin/sh\nexit 1\n',
  'root/bin/cargo*': `#!/bin/sh
case $1 in
locate-project) echo "$PWD/Cargo.toml" ;;
generate-lockfile) echo made >Cargo.lock ;;
build)
  while [ $# -gt 0 ]; do
    [ "$1" != --target-dir ] || target=$2
    shift
  done
  mkdir -p "$target/release/deps" "$target/release/build/x-0123456789abcdef" "$target/release/examples" "$target/some-target/release/deps"
  cd "$target"
  for file in release/program release/program.d release/libx.rlib release/.cargo-lock release/deps/x-0123456789abcdef \\
    release/build/x-0123456789abcdef/build-script release/examples/shown release/examples/shown-0123456789abcdef \\
    release/examples/shown.d release/examples/libit-0123456789abcdef.so release/examples/libit.so some-target/release/cross; do
    echo "$file" >"$file"
  done ;;
esac
`,
  'src/Cargo.toml': '[package]\n',
};

async function fake(t: ExecutionContext, tree: Tree, recipe: object = {}) {
  const folder = scratch(t);
  writeTree(folder, { ...FAKE, ...tree });
  const root = join(folder, 'root');
  const out = join(folder, 'out');
  return { out, run: rebuild({ experiment: read(folder, recipe, [root, root]), out, jobs: 1 }).report };
}

sealedTest('what cargo leaves as artefacts is the output, and what it works with is not', async (t) => {
  const { out, run } = await fake(t, { 'src/Cargo.lock': '' });
  await run;
  const [first = ''] = readdirSync(join(out, 'runs'));
  t.deepEqual(await filesBelow(join(out, 'runs', first, 'out/package')), [
    'examples/libit.so',
    'examples/shown',
    'libx.rlib',
    'program',
    'some-target/cross',
  ]);
});

sealedTest('sources that cannot be written to are copied where cargo is to choose versions', async (t) => {
  const { out, run } = await fake(t, { 'src/Cargo.lock': 'from upstream' }, { lock: 'make' });
  await run;
  const [first = ''] = readdirSync(join(out, 'runs'));
  t.true(existsSync(join(out, 'runs', first, 'build/source/Cargo.lock')));
});

for (const [what, tree, recipe, says] of [
  ['no Cargo.lock', {}, {}, /hold no Cargo\.lock, and cannot be written to[\s\S]*lock: make/],
  ['no manifest', { 'src/Cargo.lock': '' }, { manifest: 'x/Cargo.toml' }, /hold no x\/Cargo\.toml/],
  [
    'dependencies of crates.io and no place to take them from',
    { 'src/Cargo.lock': 'source = "registry+https://github.com/rust-lang/crates.io-index"\n' },
    {},
    /builds have no network[\s\S]*cargo vendor/,
  ],
  [
    'a dependency of git',
    {
      'src/Cargo.lock': 'source = "git+https://example.org/x?rev=1#1"\n',
      'src/vendor/x/Cargo.toml': '',
    },
    { vendor: 'vendor' },
    /example\.org[\s\S]*comes from git[\s\S]*\.cargo\/config\.toml/,
  ],
  ['a vendor folder that is not there', { 'src/Cargo.lock': '' }, { vendor: 'crates' }, /no folder crates/],
] as const) {
  sealedTest(`a source with ${what} ends the build with what to do`, async (t) => {
    const { run } = await fake(t, tree, recipe);
    const error = await t.throwsAsync(run, { instanceOf: BuildError });
    t.regex(error?.lines.join('\n') ?? '', says);
  });
}

/** Two members: a program with a build script and a derive of its own, and a library for C. */
const WORKSPACE: Tree = {
  'src/Cargo.toml': '[workspace]\nmembers = ["app", "derive", "native"]\n',
  'src/app/Cargo.toml':
    '[package]\nname = "app"\nversion = "1.0.0"\nedition = "2021"\nbuild = "build.rs"\n[dependencies]\nderive = { path = "../derive" }\n',
  'src/app/build.rs':
    'fn main() { std::fs::write(format!("{}/made.rs", std::env::var("OUT_DIR").unwrap()), "pub const MADE: u32 = 7;").unwrap(); }\n',
  'src/app/src/main.rs':
    'include!(concat!(env!("OUT_DIR"), "/made.rs"));\n#[derive(derive::Named)]\nstruct Thing;\nfn main() { println!("{} {MADE}", Thing::name()); }\n',
  'src/app/src/bin/second.rs': 'fn main() {}\n',
  'src/app/examples/shown.rs': 'fn main() {}\n',
  'src/derive/Cargo.toml':
    '[package]\nname = "derive"\nversion = "1.0.0"\nedition = "2021"\n[lib]\nproc-macro = true\n',
  'src/derive/src/lib.rs':
    '#[proc_macro_derive(Named)]\npub fn named(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    "impl Thing { fn name() -> &\'static str { \\"Thing\\" } }".parse().unwrap()\n}\n',
  'src/native/Cargo.toml':
    '[package]\nname = "native"\nversion = "1.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib", "staticlib", "rlib"]\n',
  'src/native/src/lib.rs': '#[no_mangle]\npub extern "C" fn answer() -> u32 { 42 }\n',
  'src/Cargo.lock': `version = 3

[[package]]
name = "app"
version = "1.0.0"
dependencies = [
 "derive",
]

[[package]]
name = "derive"
version = "1.0.0"

[[package]]
name = "native"
version = "1.0.0"
`,
};

rustTest(
  'a workspace with build script, derive and all kinds of artefacts is identical from one rustc in two places',
  async (t) => {
    t.timeout(1_800_000);
    const folder = scratch(t);
    writeTree(folder, WORKSPACE);
    const there = otherPlace(TOOLCHAIN ?? '', join(folder, 'toolchain'));
    const experiment = read(folder, { args: ['--workspace', '--bins', '--lib', '--examples'] }, [
      TOOLCHAIN ?? '',
      there,
    ]);
    const out = join(folder, 'out');
    const report = await rebuild({ experiment, out, jobs: 1 }).report;
    const [first = ''] = readdirSync(join(out, 'runs'));
    t.deepEqual(await filesBelow(join(out, 'runs', first, 'out/package')), [
      'app',
      'examples/shown',
      'libderive.so',
      'libnative.a',
      'libnative.rlib',
      'libnative.so',
      'second',
    ]);
    t.regex(report.verdict.id, /^identical/);
  },
);

/** Debian's librust-pulldown-cmark-dev: a program that turns Markdown into HTML, with a build script and six crates. */
const REGISTRY = '/usr/share/cargo/registry';
const PROGRAM = 'pulldown-cmark-0.9.2';
const programTest = existsSync(join(REGISTRY, PROGRAM)) ? rustTest : test.skip;

programTest('a real program is identical from one rustc in two places and twice from one', async (t) => {
  t.timeout(1_800_000);
  const folder = scratch(t);
  cpSync(join(REGISTRY, PROGRAM), join(folder, 'src'), { recursive: true });
  // Cargo chooses versions for its tests as well, and Debian does not have all that they need.
  const manifest = join(folder, 'src/Cargo.toml');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/^\[dev-dependencies[^[]*/gm, ''));
  const there = otherPlace(TOOLCHAIN ?? '', join(folder, 'toolchain'));
  const roots = [TOOLCHAIN ?? '', there] as const;
  const experiment = read(folder, { registry: REGISTRY, lock: 'make' }, roots, { controls: { a: 1 } });
  const out = join(folder, 'out');
  const report = await rebuild({ experiment, out, jobs: 1 }).report;
  t.regex(report.verdict.id, /^identical/);
  t.is(report.verdict.exit, 0);
  t.is(new Set(report.runs.map(({ stages }) => stages[0]?.digest)).size, 1);
  t.deepEqual(
    report.runs.map(({ role }) => role),
    ['cross', 'cross', 'control'],
  );
  const [first = ''] = readdirSync(join(out, 'runs'));
  const program = join(out, 'runs', first, 'out/package/pulldown-cmark');
  t.is(spawnSync(program, { input: '*so*', encoding: 'utf8' }).stdout, '<p><em>so</em></p>\n');
});
