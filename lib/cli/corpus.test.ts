import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { type Expect, parseExpect } from '../../scripts/corpora/expect.js';
import { pairNames } from '../../scripts/corpora/folder.js';
import { compare } from '../comparison/comparison.js';
import type { PairReport, Report, UnpairedReport } from '../report/model.js';
import { scratch } from './run-fixture.js';
import { copyCorpus } from './tree-fixture.js';

/*
 * Every pair of the corpus with its known answer, which was found without any of trustdiff's code.
 */

for (const name of pairNames()) {
  test(`the pair ${name} of the corpus gets its known answer`, async (t) => {
    const folder = copyCorpus(scratch(t), `corpus/pairs/${name}`);
    const expect = parseExpect(readFileSync(join(folder, 'expect.json'), 'utf8'), name);
    const side = (of: string): string | undefined => {
      const found = readdirSync(folder).find((file) => file === of || file.startsWith(`${of}.`));
      return found === undefined ? undefined : join(folder, found);
    };
    const [a, b, control] = [side('a') ?? '', side('b') ?? '', side('control-a')];
    const controls = control === undefined ? [] : [{ of: 'a', paths: control } as const];
    // The answer is that of bytes and aligned ranges: comparison/eight-verdicts.test.ts has those of causes.
    const report = await compare({ a, b, controls, explain: false, jobs: 1 }).report;

    t.deepEqual(report.troubles, []);
    t.deepEqual(factsOf(report, expect), expectedFacts(expect));
    const archives = report.a.inputs.concat(report.b.inputs).every((input) => input.kind === 'archive');
    t.is(softened(report, archives), expect.verdict);
    t.is(report.verdict.exit, expect.exit);
    if (control === undefined) return;
    const without = await compare({ a, b, explain: false, jobs: 1 }).report;
    t.is(without.verdict.id, expect.verdictWithoutControl ?? expect.verdict);
    t.is(without.verdict.exit, 1);
  });
}

test('a deb is identical to itself under another name', async (t) => {
  const folder = copyCorpus(scratch(t), 'corpus/pairs/hidden-deb');
  const [a, b] = [join(folder, 'a.deb'), join(folder, 'another.deb')];
  copyFileSync(a, b);
  t.is((await compare({ a, b, jobs: 1 }).report).verdict.id, 'identical');
});

/** A directory has the owner of whoever made the checkout: under that mask alone, `equivalent` is `identical`. */
function softened({ verdict, masks }: Report, archives: boolean): string {
  const unpacked = masks.length > 0 && masks.every((mask) => mask.id === 'unpacked-metadata');
  return verdict.id === 'equivalent' && unpacked && !archives ? 'identical' : verdict.id;
}

/** What expect.json says, in the form in which a report is read below. */
function expectedFacts(expect: Expect): unknown {
  const { identical, differing, onlyA, onlyB, firstDifference, differingBytes, pairedWith = {} } = expect;
  const metadata = (expect.metadata ?? []).map(({ path, field, a, b }) =>
    field === 'mode'
      ? { path, field, a: octal(a), b: octal(b) }
      : { path, field, a: String(a), b: String(b) },
  );
  return { identical, differing, onlyA, onlyB, firstDifference, differingBytes, pairedWith, metadata };
}

function factsOf(report: Report, expect: Expect): unknown {
  const files = report.pairs.filter((pair) => pair.role === 'content' && pair.a.digest !== undefined);
  const differing = files.filter((pair) => pair.status === 'content').sort(byName);
  const equal = files.filter((pair) => pair.status !== 'content');
  const entries = <T>(of: (pair: PairReport) => T | undefined): Record<string, T> =>
    Object.fromEntries(
      differing.flatMap((pair) => {
        const value = of(pair);
        return value === undefined ? [] : [[stored(pair.a), value] as const];
      }),
    );
  return {
    identical: equal.length,
    differing: differing.map((pair) => stored(pair.a)),
    onlyA: unpaired(report.onlyA),
    onlyB: unpaired(report.onlyB),
    firstDifference: entries((pair) => pair.difference?.first),
    differingBytes: entries((pair) => differingBytes(pair, expect)),
    pairedWith: Object.fromEntries(
      files
        .sort(byName)
        .flatMap((pair) => (stored(pair.a) === stored(pair.b) ? [] : [[stored(pair.a), stored(pair.b)]])),
    ),
    metadata: equal.flatMap((pair) =>
      (pair.metadata ?? []).flatMap(({ field, a, b, mask }) =>
        mask === undefined ? [{ path: stored(pair.a), field, a, b }] : [],
      ),
    ),
  };
}

/**
 * Differing bytes of a pair of equal size. Where bytes moved, fewer of them differ once the two are aligned: then
 * the number that expect.json counts in place is an upper bound.
 */
function differingBytes(pair: PairReport, expect: Expect): number | undefined {
  const { difference } = pair;
  if (difference === undefined || pair.a.size !== pair.b.size) return undefined;
  const counted = expect.differingBytes[stored(pair.a)] ?? 0;
  const { changedA, changedB, ranges } = difference;
  const inPlace =
    ranges.leftOut === 0 && ranges.shown.every((r) => r.aStart === r.bStart && r.aLength === r.bLength);
  return !inPlace && changedA > 0 && changedA === changedB && changedA <= counted ? counted : changedA;
}

function unpaired(members: readonly UnpairedReport[]): string[] {
  return members
    .filter((member) => member.role === 'content')
    .map(({ member }) => stored(member))
    .sort();
}

function stored({ name }: PairReport['a']): string {
  return (name.at(-1) ?? '').replace(/^\.\//, '');
}

function byName(x: PairReport, y: PairReport): number {
  return stored(x.a) < stored(y.a) ? -1 : 1;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
