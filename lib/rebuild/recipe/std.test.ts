import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { scratch } from '../../cli/run-fixture.js';
import { BuildError, InputError } from '../../error.js';
import { parseExperiment } from '../experiment.js';
import { rebuild } from '../rebuild.js';
import { writeTree } from '../rebuild-fixture.js';
import { rustTest, TOOLCHAIN, versionOf } from './toolchain-fixture.js';

function read(folder: string, recipe: object = {}) {
  const root = { path: TOOLCHAIN ?? 'toolchain' };
  const text = JSON.stringify({
    schema: 'trustdiff-experiment-1',
    name: 'std',
    source: 'src',
    recipe: { use: 'std', ...recipe },
    roots: { a: { name: 'here', ...root }, b: { name: 'here too', ...root } },
  });
  return parseExperiment(text, join(folder, 'experiment.yaml'));
}

/** A library that is laid out as that of rust and holds nothing; it refuses to be compiled otherwise than expected. */
function small(t: ExecutionContext, version: string | undefined, expected: 'bootstrap' | 'own') {
  const folder = scratch(t);
  const wrong = expected === 'own' ? 'bootstrap' : 'not(bootstrap)';
  writeTree(folder, {
    'src/library/Cargo.toml': '[workspace]\nmembers = ["sysroot"]\nresolver = "1"\n',
    'src/library/Cargo.lock': 'version = 3\n\n[[package]]\nname = "sysroot"\nversion = "0.0.0"\n',
    'src/library/sysroot/Cargo.toml':
      '[package]\nname = "sysroot"\nversion = "0.0.0"\nedition = "2021"\n[features]\npanic-unwind = []\n',
    'src/library/sysroot/src/lib.rs': `#![no_std]
#[cfg(${wrong})]
compile_error!("not as expected");
#[cfg(not(feature = "panic-unwind"))]
compile_error!("without its feature");
pub fn answer() -> u32 { 42 }
`,
    ...(version !== undefined && { 'src/src/version': `${version}\n` }),
  });
  const out = join(folder, 'out');
  return { out, run: rebuild({ experiment: read(folder), out, jobs: 1 }).report };
}

test('a target that is no triple is refused', (t) => {
  t.throws(() => read('/nowhere', { target: '../x' }), {
    instanceOf: InputError,
    message: /no target triple/,
  });
});

const [major = 1, minor = 0] =
  (TOOLCHAIN === undefined ? '' : versionOf(TOOLCHAIN)).match(/\d+/g)?.slice(0, 2).map(Number) ?? [];

for (const [what, version, expected] of [
  ['of its own version', `${major}.${minor}.0`, 'own'],
  ['of the version after it, as bootstrap does', `${major}.${minor + 1}.0`, 'bootstrap'],
  ['that does not tell its version', undefined, 'own'],
] as const)
  rustTest(`a compiler builds the library ${what}`, async (t) => {
    t.timeout(1_800_000);
    const { out, run } = small(t, version, expected);
    const report = await run;
    t.regex(report.verdict.id, /^identical/);
    const [first = ''] = readdirSync(join(out, 'runs'));
    const files = readdirSync(join(out, 'runs', first, 'out/std/lib/rustlib/x86_64-unknown-linux-gnu/lib'));
    t.true(
      files.some((name) => /^libsysroot-[0-9a-f]{16}\.rlib$/.test(name)),
      files.join(),
    );
  });

for (const [what, version] of [
  ['two versions after it', `${major}.${minor + 2}.0`],
  ['a version before it', `${major}.${minor - 1}.0`],
] as const)
  rustTest(`a compiler does not build the library of ${what}`, async (t) => {
    t.timeout(1_800_000);
    const error = await t.throwsAsync(small(t, version, 'own').run, { instanceOf: BuildError });
    t.regex(error?.lines.join('\n') ?? '', /cannot build the library of 1\.\d+[\s\S]*name a root of/);
  });
