import test from 'ava';
import type { FactName, Identity } from '../artefact/identity.js';
import { compilerFixture, type FixtureCompiler, identityOf } from '../artefact/identity-fixture.js';
import { incomparabilities } from './comparable.js';

const DEBIAN = {
  version: '1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)',
  llvm: 'libLLVM.so.19.1',
};
const UPSTREAM = {
  version: '1.84.0 (9fc6b4312 2025-01-07)',
  llvm: 'libLLVM.so.19.1-rust-1.84.0-stable',
  bolt: true,
};

const compare = (a: FixtureCompiler, b: FixtureCompiler) =>
  incomparabilities(identityOf(compilerFixture(a)), identityOf(compilerFixture(b)));

const stating = (facts: Partial<Record<FactName, readonly string[]>>): Identity => ({
  facts: Object.fromEntries(
    Object.entries(facts).map(([name, values]) => [name, values.map((value) => ({ value, from: 'test' }))]),
  ),
  unread: [],
});

const brief = (a: Identity, b: Identity) => incomparabilities(a, b).map((r) => `${r.weight}: ${r.fact}`);

test('stage 1 of one source is comparable, whichever compiler compiled it', (t) => {
  t.deepEqual(compare({ ...DEBIAN, builtBy: UPSTREAM.version }, { ...DEBIAN, builtBy: DEBIAN.version }), []);
});

test('another release is not comparable, and is not said a second time as commit and version', (t) => {
  const reasons = compare(DEBIAN, {
    ...DEBIAN,
    version: '1.96.0 (ac68faa20 2026-05-25)',
    llvm: 'libLLVM.so.22.1',
  });
  t.deepEqual(
    reasons.map((r) => [r.fact, r.a, r.b, r.weight]),
    [
      ['release', '1.85.0', '1.96.0', 'not-comparable'],
      ['llvm-version', '19.1', '22.1', 'not-comparable'],
    ],
  );
});

test('a distribution’s compiler and upstream’s are not comparable: LLVM and BOLT', (t) => {
  const facts = compare({ ...DEBIAN, stripped: true }, UPSTREAM).map((r) => `${r.weight}: ${r.fact}`);
  t.deepEqual(facts, [
    'not-comparable: release',
    'not-comparable: llvm-origin',
    'not-comparable: bolt',
    'differs: symbols',
  ]);
});

test('the same release with another description is not comparable: it is hashed into every crate', (t) => {
  const reasons = compare(DEBIAN, { ...DEBIAN, version: '1.85.0 (4d91de4e4 2025-02-17)' });
  t.deepEqual(
    reasons.map((r) => r.fact),
    ['version'],
  );
});

test('stable and nightly of one number differ in channel', (t) => {
  const a = stating({ release: ['1.85.0'], channel: ['stable'] });
  t.deepEqual(brief(a, stating({ release: ['1.85.0-nightly'], channel: ['nightly'] })), [
    'not-comparable: channel',
  ]);
});

test('a short commit is the same as its long form, another is not', (t) => {
  const long = '9fc6b43126469e3858e2fe86cafb4f0fd5068869';
  t.deepEqual(brief(stating({ commit: ['9fc6b4312'] }), stating({ commit: [long, '9fc6b4312'] })), []);
  t.deepEqual(brief(stating({ commit: ['9fc6b4313'] }), stating({ commit: [long] })), [
    'not-comparable: commit',
  ]);
});

test('a fact that one side does not state is no reason', (t) => {
  const everything = identityOf(compilerFixture(DEBIAN));
  t.deepEqual(incomparabilities(everything, stating({})), []);
  t.deepEqual(incomparabilities(stating({}), everything), []);
  t.deepEqual(incomparabilities(everything, everything), []);
});

test('targets with nothing in common are not comparable; with some, the rest is said', (t) => {
  const a = stating({ target: ['x86_64-unknown-linux-gnu', 'wasm32-wasip1'] });
  t.deepEqual(brief(a, stating({ target: ['aarch64-unknown-linux-gnu'] })), ['not-comparable: target']);
  t.deepEqual(brief(a, stating({ target: ['wasm32-wasip1'] })), ['differs: target']);
});

test('a patch release of LLVM differs; a name that says less does not', (t) => {
  const a = stating({ 'llvm-version': ['19', '19.1', '19.1.5'] });
  t.deepEqual(brief(a, stating({ 'llvm-version': ['19.1.7'] })), ['differs: llvm-version']);
  t.deepEqual(brief(a, stating({ 'llvm-version': ['19.1'] })), []);
  t.deepEqual(brief(a, stating({ 'llvm-version': ['20.1'] })), ['not-comparable: llvm-version']);
});

test('linker, C compiler and package revision merely differ', (t) => {
  const a = stating({
    linker: ['Linker: LLD 19.1.0'],
    'c-compiler': ['GCC: 9'],
    'package-version': ['rustc 1.85.0-1'],
  });
  const b = stating({
    linker: ['Linker: LLD 20.1.0'],
    'c-compiler': ['GCC: 12'],
    'package-version': ['rustc 1.85.0-2'],
  });
  t.deepEqual(brief(a, b), ['differs: linker', 'differs: c-compiler', 'differs: package-version']);
});

test('one machine has one name in every package format', (t) => {
  const a = stating({ 'package-architecture': ['amd64'] });
  t.deepEqual(brief(a, stating({ 'package-architecture': ['x86_64'] })), []);
  t.deepEqual(brief(a, stating({ 'package-architecture': ['aarch64'] })), [
    'not-comparable: package-architecture',
  ]);
});

test('settings that change code are not comparable, those of the build say nothing', (t) => {
  const settings = (...values: string[]) => stating({ 'builder-config': values });
  const a = settings(
    "rust.lto = 'thin'",
    'rust.debug-assertions = true',
    'build.jobs = 4',
    "dist.compression-profile = 'best'",
    'target.x86_64-unknown-linux-gnu.crt-static = true',
    'rust.dist-src = true',
  );
  const b = settings(
    "rust.lto = 'off'",
    'build.jobs = 8',
    "dist.compression-profile = 'fast'",
    'target.x86_64-unknown-linux-gnu.crt-static = false',
    'rust.dist-src = false',
  );
  t.deepEqual(
    incomparabilities(a, b).map((r) => [r.weight, r.fact, r.a, r.b]),
    [
      ['not-comparable', 'builder-config rust.lto', "'thin'", "'off'"],
      ['not-comparable', 'builder-config target.x86_64-unknown-linux-gnu.crt-static', 'true', 'false'],
      ['differs', 'builder-config rust.debug-assertions', 'true', '(default)'],
      ['differs', 'builder-config rust.dist-src', 'true', 'false'],
    ],
  );
});

test('a setting with several values on a side is compared by what they have in common', (t) => {
  const a = stating({ 'builder-config': ["rust.lto = 'thin'", "rust.lto = 'off'"] });
  t.deepEqual(brief(a, stating({ 'builder-config': ["rust.lto = 'thin'"] })), []);
});

test('the reasons of a against b are those of b against a', (t) => {
  const [a, b] = [identityOf(compilerFixture(DEBIAN)), identityOf(compilerFixture(UPSTREAM))];
  const swapped = incomparabilities(b, a).map((r) => ({ ...r, a: r.b, b: r.a }));
  t.deepEqual(incomparabilities(a, b), swapped);
});
