import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext, type TestFn } from 'ava';
import { tarOf, writeTree } from '../cli/tree-fixture.js';
import { toolchains } from '../rebuild/invocation/toolchain-fixture.js';
import type { Report } from '../report/model.js';
import { compare } from './comparison.js';

/*
 * An artefact may hold one crate in several versions, as rustc's own stage 2 does: their names differ in the hash only,
 * and another cargo gives other hashes.
 */

function scratch(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** `rule: A = B`, and what is left over. */
function paired({ pairs, onlyA, onlyB }: Report): string[] {
  return [
    ...pairs
      .filter(({ rule }) => rule !== 'path')
      .map(({ rule, path, b }) => `${rule}: ${path} = ${b.name.at(-1)}`),
    ...onlyA.map(({ path }) => `a: ${path}`),
    ...onlyB.map(({ path }) => `b: ${path}`),
  ];
}

const [toolchain] = toolchains();
// Needs a toolchain of rustup.
const rustcTest = (toolchain === undefined ? test.skip : test) as TestFn;

const SOURCES = {
  old: 'pub fn twice(x: u32) -> u32 { x + x }\npub struct Old(pub u8);\nimpl Old { pub fn get(&self) -> u8 { self.0 } }\n',
  young:
    '#[derive(Clone, Debug, PartialEq)]\npub struct Young { pub one: String, pub two: Vec<u64> }\npub trait Twice { fn twice(&self) -> Self; }\nimpl Twice for Young { fn twice(&self) -> Self { self.clone() } }\n',
};

/** Compiles each source in its folder; the hash stands in names and in the metadata. */
function compiled(
  t: ExecutionContext,
  folders: Record<keyof typeof SOURCES, string>,
  ending: 'rlib' | 'rmeta',
) {
  const top = scratch(t);
  const side = (name: string, hashes: Record<keyof typeof SOURCES, string>): string => {
    const out = join(top, name);
    mkdirSync(out);
    for (const own of ['old', 'young'] as const) {
      const source = join(folders[own], 'src/lib.rs');
      mkdirSync(join(top, folders[own], 'src'), { recursive: true });
      writeFileSync(join(top, source), SOURCES[own]);
      const hash = hashes[own].repeat(16);
      const args = [
        '--crate-name',
        'twice',
        '--crate-type',
        'rlib',
        '--edition',
        '2021',
        source,
        '--out-dir',
        out,
      ];
      const kind = ending === 'rlib' ? 'link' : 'metadata';
      const codegen = ['-C', `metadata=${hash}`, '-C', `extra-filename=-${hash}`];
      execFileSync(toolchain?.rustc ?? '', [...args, `--emit=${kind}`, ...codegen], { cwd: top });
    }
    return out;
  };
  return { a: side('a', { old: '1', young: '2' }), b: side('b', { old: '4', young: '3' }), jobs: 1 };
}

for (const ending of ['rlib', 'rmeta'] as const) {
  const name = (digit: string) => `libtwice-${digit.repeat(16)}.${ending}`;
  rustcTest(`two versions of a crate pair by version: ${ending}`, async (t) => {
    t.timeout(120_000);
    const report = await compare(compiled(t, { old: 'twice-0.1.0', young: 'twice-0.2.0' }, ending)).report;
    t.deepEqual(paired(report), [
      `crate-version: ${name('1')} = ${name('4')}`,
      `crate-version: ${name('2')} = ${name('3')}`,
    ]);
    t.true(report.pairs.every(({ rule, status }) => rule === 'path' || status === 'content'));
  });

  rustcTest(
    `where no path tells the version, they pair by what they have in common: ${ending}`,
    async (t) => {
      t.timeout(120_000);
      const report = await compare(compiled(t, { old: 'somewhere', young: 'elsewhere' }, ending)).report;
      t.deepEqual(paired(report), [
        `likeness: ${name('1')} = ${name('4')}`,
        `likeness: ${name('2')} = ${name('3')}`,
      ]);
    },
  );
}

const [H1, H2, H3, H4] = ['1', '2', '3', '4'].map((digit) => digit.repeat(16));
/** Lines of text; `own` is the build's. */
const text = (topic: string, own: string): string =>
  `${Array.from({ length: 400 }, (_, i) => `${topic} ${i * i}`).join('\n')}\n${own.repeat(40)}\n`;
const A = { [`x-${H1}`]: text('apples', 'one'), [`x-${H2}`]: text('pears', 'two') };
const B = { [`x-${H3}`]: text('pears', 'three'), [`x-${H4}`]: text('apples', 'four') };

for (const form of ['directory', 'archive'] as const) {
  test(`what is alike but for the hash is told apart by contents: ${form}`, async (t) => {
    const folder = scratch(t);
    const side = (name: string, tree: Record<string, string>): string => {
      if (form === 'directory') return writeTree(join(folder, name), tree);
      writeFileSync(join(folder, `${name}.tar`), tarOf(tree));
      return join(folder, `${name}.tar`);
    };
    const report = await compare({ a: side('a', A), b: side('b', B), jobs: 1 }).report;
    t.deepEqual(paired(report), [`likeness: x-${H1} = x-${H4}`, `likeness: x-${H2} = x-${H3}`]);
    t.is(report.verdict.exit, 1);
  });
}

test('large contents are looked at in threads, and come to the same', async (t) => {
  const folder = scratch(t);
  const large = (tree: Record<string, string>) =>
    Object.fromEntries(Object.entries(tree).map(([name, content]) => [name, content.repeat(300)]));
  const a = writeTree(join(folder, 'a'), large(A));
  const b = writeTree(join(folder, 'b'), large(B));
  const report = await compare({ a, b, jobs: 2, explain: false, maxDetail: 0 }).report;
  t.deepEqual(paired(report), [`likeness: x-${H1} = x-${H4}`, `likeness: x-${H2} = x-${H3}`]);
});

test('a pair that was guessed in a control is no noise', async (t) => {
  const folder = scratch(t);
  const a = writeTree(join(folder, 'a'), A);
  const b = writeTree(join(folder, 'b'), B);
  // Of B's names: a name that no control has is no noise in any case.
  const again = { [`x-${H3}`]: text('pears', 'seven'), [`x-${H4}`]: text('apples', 'nine') };
  const controls = [{ of: 'a', paths: writeTree(join(folder, 'c'), again) }] as const;
  const { verdict, controls: found } = await compare({ a, b, controls, jobs: 1 }).report;
  t.deepEqual(found[0]?.varying, [`x-${H1}`, `x-${H2}`]);
  t.is(verdict.exit, 1);
  t.regex(verdict.says.join(' '), /in 2 files differ and vary in no control/);
});
