import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestFn } from 'ava';
import { InputError } from '../../error.js';
import { type Runs, runsIn, WORKSPACE } from './cargo-fixture.js';
import { directReplayer } from './direct-replayer-fixture.js';
import { findDivergence, pairOf } from './divergence.js';
import type { InvocationLog } from './log.js';
import { replayInvocation } from './replay.js';
import type { ReplayReport } from './replay-judge.js';
import type { Side } from './replay-plan.js';
import { divergenceText, replayText } from './text.js';
import { type Toolchain, toolchains } from './toolchain-fixture.js';
import { WRAPPER } from './wrapper-fixture.js';

const [one, other] = [toolchains().at(-1), toolchains().at(0)] as (Toolchain | undefined)[];
// Needs toolchains of rustup: one for most, two for what follows another cargo or rustc.
const cargoTest = (one === undefined ? test.skip : test.serial) as TestFn;
const twoToolchains = (one === undefined || one.name === other?.name ? test.skip : test.serial) as TestFn;

function found(toolchain: Toolchain | undefined): Toolchain {
  if (toolchain === undefined) throw new Error('there is no toolchain');
  return toolchain;
}

/** Makes the first call that diverged again, between two runs that were kept as `a` and `b`. */
async function replayed(
  runs: Runs,
  a: InvocationLog,
  b: InvocationLog,
  rustc: (side: Side, path: string) => string,
): Promise<ReplayReport> {
  const { first } = findDivergence(a, b);
  const pair = first === null ? undefined : pairOf(first.invocation, a, b);
  if (pair === undefined) throw new Error('nothing diverged');
  const replayer = directReplayer({
    ...{ seen: runs.seen, kept: { a: runs.kept('a'), b: runs.kept('b') }, rustc },
    ...{ temporary: runs.temporary, wrapper: WRAPPER },
  });
  return replayInvocation(pair, replayer, new AbortController().signal);
}

function fits(lines: Iterable<string>): string {
  const text = [...lines];
  for (const line of text)
    if (line.length > 80 && line.trim().includes(' ')) throw new Error(`too long: ${line}`);
  return text.join('\n');
}

cargoTest('two builds from one toolchain do not part', (t) => {
  t.timeout(300_000);
  const runs = runsIn(t);
  const { rustc } = found(one);
  const [a, b] = (['a', 'b'] as const).map((name) => runs.build(name, { cargo: found(one), rustc })) as [
    InvocationLog,
    InvocationLog,
  ];
  const divergence = findDivergence(a, b);
  t.is(divergence.first, null);
  t.is(divergence.equal, divergence.pairs);
  t.true(divergence.pairs >= 5);
  t.deepEqual([divergence.inputs, divergence.onlyA, divergence.onlyB, divergence.rootOnly], [[], [], [], 0]);
  t.deepEqual(
    new Set(a.invocations.filter(({ kind }) => kind === 'compile').map(({ crate }) => crate?.name)),
    new Set(['build_script_build', 'base', 'middle', 'mac', 'app']),
  );
});

cargoTest('one changed source is the origin, and a replay confirms it', async (t) => {
  t.timeout(300_000);
  const runs = runsIn(t);
  const { rustc } = found(one);
  const a = runs.build('a', { cargo: found(one), rustc });
  const files = { 'middle/src/lib.rs': `${WORKSPACE['middle/src/lib.rs']}pub fn more() -> u32 { 7 }\n` };
  const b = runs.build('b', { cargo: found(one), rustc, files });
  const divergence = findDivergence(a, b);
  t.is(divergence.first?.invocation.crate, 'middle');
  t.is(divergence.first?.class, 'inputs');
  t.deepEqual(
    divergence.first?.differences.map(({ kind, name }) => [kind, name]),
    [['source', join(runs.seen, 'src/middle/src/lib.rs')]],
  );
  t.is(divergence.origins.length, 1);
  const report = await replayed(runs, a, b, (_, path) => path);
  t.is(report.verdict, 'cause-confirmed');
  t.deepEqual(report.causes, [join(runs.seen, 'src/middle/src/lib.rs')]);
  t.regex(fits(replayText(report)), /confirmed/);
});

cargoTest('a variable that the source reads is the cause, and another that differs is refuted', async (t) => {
  t.timeout(300_000);
  const runs = runsIn(t);
  const { rustc } = found(one);
  const a = runs.build('a', { cargo: found(one), rustc, environment: { SALT: 'x', RUST_NOTHING: '1' } });
  const b = runs.build('b', { cargo: found(one), rustc, environment: { SALT: 'y', RUST_NOTHING: '2' } });
  const divergence = findDivergence(a, b);
  t.is(divergence.first?.invocation.crate, 'app');
  const report = await replayed(runs, a, b, (_, path) => path);
  t.is(report.verdict, 'cause-confirmed');
  t.deepEqual(report.causes, ['SALT']);
  t.is(report.variables.find(({ id }) => id === 'RUST_NOTHING')?.standing, 'refuted');
});

cargoTest(
  'a rustc that plants code in one crate is found there, and confirmed by the rustc of the other side',
  async (t) => {
    t.timeout(300_000);
    const runs = runsIn(t);
    const rustc = join(runs.temporary, 'root/bin/rustc');
    mkdirSync(dirname(rustc), { recursive: true });
    const honest = `#!/bin/sh\nexec '${found(one).rustc}' "$@"\n`;
    const trojan = `#!/bin/sh\ncase "$*" in *"--crate-name middle "*) set -- "$@" -C overflow-checks=on;; esac\nexec '${found(one).rustc}' "$@"\n`;
    const at = (side: Side): string => join(runs.temporary, `root-${side}/bin/rustc`);
    for (const [side, script] of [
      ['a', honest],
      ['b', trojan],
    ] as const) {
      mkdirSync(dirname(at(side)), { recursive: true });
      writeFileSync(at(side), script);
      chmodSync(at(side), 0o755);
    }
    const logs = (['a', 'b'] as const).map((side) => {
      cpSync(at(side), rustc);
      return runs.build(side, { cargo: found(one), rustc });
    }) as [InvocationLog, InvocationLog];
    const divergence = findDivergence(...logs);
    t.is(divergence.first?.invocation.crate, 'middle');
    t.is(divergence.first?.class, 'compiler');
    const report = await replayed(runs, ...logs, (side) => at(side));
    t.is(report.verdict, 'cause-confirmed');
    t.deepEqual(report.causes, ['rustc']);
  },
);

cargoTest('a rustc that varies by itself is noise', async (t) => {
  t.timeout(300_000);
  const runs = runsIn(t);
  const rustc = join(runs.temporary, 'rustc');
  const script = `#!/bin/sh\ncase "$*" in *"--crate-name base "*) set -- "$@" -C metadata=$(date +%s%N);; esac\nexec '${found(one).rustc}' "$@"\n`;
  writeFileSync(rustc, script);
  chmodSync(rustc, 0o755);
  const [a, b] = (['a', 'b'] as const).map((name) => runs.build(name, { cargo: found(one), rustc })) as [
    InvocationLog,
    InvocationLog,
  ];
  const divergence = findDivergence(a, b);
  t.like(divergence.first, { class: 'nothing', differences: [] });
  t.is(divergence.first?.invocation.crate, 'base');
  const report = await replayed(runs, a, b, (_, path) => path);
  t.is(report.verdict, 'noise');
  t.deepEqual(report.variables, []);
});

cargoTest('a replay of a run whose build directory is gone says which file is missing', async (t) => {
  t.timeout(300_000);
  const runs = runsIn(t);
  const { rustc } = found(one);
  const a = runs.build('a', { cargo: found(one), rustc, environment: { SALT: 'x' } });
  const b = runs.build('b', { cargo: found(one), rustc, environment: { SALT: 'y' } });
  const needed =
    a.invocations.find(({ crate }) => crate?.name === 'app')?.inputs.find(({ role }) => role === 'extern')
      ?.path ?? '';
  const kept = needed.replace(runs.seen, runs.kept('a'));
  const content = readFileSync(kept);
  rmSync(kept);
  const gone = await t.throwsAsync(
    replayed(runs, a, b, (_, path) => path),
    { instanceOf: InputError },
  );
  t.like(gone, { what: 'what the call read is gone', where: { file: kept } });
  writeFileSync(kept, content.subarray(1));
  const changed = await t.throwsAsync(
    replayed(runs, a, b, (_, path) => path),
    { instanceOf: InputError },
  );
  t.is(changed?.what, 'what the call read was changed since');
});

cargoTest(
  "another hash of cargo's for every crate is told as one cause, at its first crate, and confirmed",
  async (t) => {
    t.timeout(300_000);
    const runs = runsIn(t);
    const { rustc } = found(one);
    const a = runs.build('a', { cargo: found(one), rustc });
    // What rustc's own build gives cargo, to have other hashes than others have; another cargo does the same to all.
    const b = runs.build('b', {
      cargo: found(one),
      rustc,
      environment: { __CARGO_DEFAULT_LIB_METADATA: 'other' },
    });
    const divergence = findDivergence(a, b);
    t.is(divergence.first?.class, 'metadata');
    t.is(divergence.equal, 0);
    t.deepEqual([divergence.onlyA, divergence.onlyB], [[], []]);
    const { first } = divergence;
    const text = fits(divergenceText(divergence)).replaceAll(/\s+/g, ' ');
    t.regex(
      text,
      /The arguments differ: -C metadata: [0-9a-f]{16} in A, [0-9a-f]{16} in B; -C extra-filename: /,
    );
    t.true(text.includes(`first at crate ${first?.invocation.crate}.`));
    const report = await replayed(runs, a, b, (_, path) => path);
    fits(replayText(report));
    t.true(report.verdict === 'cause-confirmed' || report.verdict === 'causes-together');
    for (const cause of report.causes) t.true(['-C metadata', 'cargo-hash'].includes(cause), cause);
  },
);

twoToolchains('another cargo and another rustc: each is told for what it did', async (t) => {
  t.timeout(300_000);
  const runs = runsIn(t);
  const root = join(runs.temporary, 'root');
  const of = (side: Side): Toolchain => found(side === 'a' ? one : other);
  const [a, b] = (['a', 'b'] as const).map((side) => {
    // Some releases of node look through a link in `rmSync`.
    if (side === 'b') unlinkSync(root);
    symlinkSync(dirname(dirname(of(side).rustc)), root);
    return runs.build(side, { cargo: of(side), rustc: join(root, 'bin/rustc') });
  }) as [InvocationLog, InvocationLog];
  const divergence = findDivergence(a, b);
  t.true(divergence.origins.length > 0);
  for (const origin of divergence.origins) {
    const kinds = new Set(origin.differences.map(({ kind }) => kind));
    t.true(kinds.has('compiler') && kinds.has('sysroot') && kinds.has('metadata'));
    t.is(origin.class, 'metadata-and-compiler');
  }
  t.false(divergence.compilers[0]?.equal);
  t.deepEqual([divergence.onlyA, divergence.onlyB], [[], []]);
  const report = await replayed(runs, a, b, (side) => of(side).rustc);
  fits(replayText(report));
  t.deepEqual([report.reproduction.a.state, report.reproduction.b.state], ['same', 'same']);
  t.is(report.variables.find(({ id }) => id === 'everything')?.standing, 'confirmed');
  t.deepEqual(report.causes, ['rustc + -C metadata']);
});
