import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { type Expect, parseExpect } from '../../scripts/corpora/expect.js';
import { PAIRS, pairNames } from '../../scripts/corpora/folder.js';
import { scratch } from '../cli/run-fixture.js';
import { copyCorpus } from '../cli/tree-fixture.js';
import type { PairReport, Report } from '../report/model.js';
import { demangled } from '../report/symbol-text.js';
import { compare } from './comparison.js';
import type { ControlOption } from './options.js';

/*
 * Every pair of the corpus with the explanation on: the causes that its expect.json knows are found and stand as they
 * must, what really differs is named, and no more bytes are left over than are known to be. UPDATE_SNAPSHOTS=1 writes
 * the numbers of bytes anew; causes, places and verdicts are judged by hand.
 */

for (const name of pairNames()) {
  test(`the pair ${name} of the corpus is explained as what it is`, async (t) => {
    const folder = copyCorpus(scratch(t), `corpus/pairs/${name}`);
    const file = join(PAIRS, name, 'expect.json');
    const expect = parseExpect(readFileSync(file, 'utf8'), file);
    const { explained } = expect;
    const side = (of: string): string | undefined => {
      const found = readdirSync(folder).find((entry) => entry === of || entry.startsWith(`${of}.`));
      return found === undefined ? undefined : join(folder, found);
    };
    const [a, b, control] = [side('a') ?? '', side('b') ?? '', side('control-a')];
    const explain = (controls: readonly ControlOption[]): Promise<Report> =>
      compare({ a, b, controls, jobs: 1, verify: true }).report;

    const report = await explain(control === undefined ? [] : [{ of: 'a', paths: control }]);
    if (process.env.UPDATE_SNAPSHOTS === '1') writeNumbers(file, expect, report);
    const { suspectedBytes, unexplainedBytes } =
      process.env.UPDATE_SNAPSHOTS === '1' ? numbers(report) : explained;

    t.deepEqual(report.troubles, []);
    t.is(verdictOf(report), explained.verdict);
    t.deepEqual(faults(report), []);
    const standings = standingsOf(report);
    for (const { cause, standing } of explained.causes)
      t.is(standings.get(cause), standing, `the cause ${cause}`);
    const doubtful = doubtfulPlaces(report);
    for (const place of explained.residue)
      t.true(doubtful.has(place), `${place} is not among what is left: ${[...doubtful].join('; ')}`);
    const left = numbers(report);
    t.true(left.unexplainedBytes <= unexplainedBytes, `${left.unexplainedBytes} bytes are unexplained`);
    t.true(
      left.suspectedBytes + left.unexplainedBytes <= suspectedBytes + unexplainedBytes,
      `${left.suspectedBytes} bytes are suspected, ${left.unexplainedBytes} unexplained`,
    );
    if (control === undefined) return;
    t.is(verdictOf(await explain([])), explained.verdictWithoutControl ?? explained.verdict);
  });
}

function verdictOf(report: Report): string {
  const { verdict, masks } = report;
  const unpacked = masks.length > 0 && masks.every(({ id }) => id === 'unpacked-metadata');
  const archives = report.a.inputs.concat(report.b.inputs).every(({ kind }) => kind === 'archive');
  // A directory has the owner of whoever made the checkout.
  return verdict.id === 'equivalent' && unpacked && !archives ? 'identical' : verdict.id;
}

const BEST = ['confirmed', 'derived', 'masked', 'suspected', 'unexplained'] as const;

/** The best standing that each cause has somewhere. */
function standingsOf({ causes, masks }: Report): Map<string, string> {
  const standings = new Map<string, string>();
  for (const standing of [...BEST].reverse())
    for (const of of causes?.causes ?? []) if (of.standing === standing) standings.set(of.cause, standing);
  for (const { id, cause } of masks)
    if (id === 'explained' && cause !== undefined) standings.set(cause, 'confirmed');
  return standings;
}

/** Where something is suspected or unexplained. */
function doubtfulPlaces({ pairs }: Report): Set<string> {
  const places = new Set<string>();
  const add = (pair: PairReport, ...place: readonly string[]) =>
    places.add([pair.path, ...place].join(' › '));
  for (const pair of pairs) {
    for (const { place, symbolA, symbolB } of pair.explanation?.residue ?? []) {
      const symbol = symbolA ?? symbolB;
      add(pair, ...place, ...(symbol === undefined ? [] : [demangled(symbol)]));
    }
    for (const { place, standing } of pair.explanation?.owners ?? [])
      if (standing === 'suspected' || standing === 'unexplained') add(pair, ...place);
  }
  return places;
}

function numbers({ causes }: Report): { suspectedBytes: number; unexplainedBytes: number } {
  const { suspected = 0, unexplained = 0 } = causes?.accounts ?? {};
  return { suspectedBytes: suspected, unexplainedBytes: unexplained };
}

/** Notes that tell of a fault of the program itself. */
function faults({ pairs }: Report): string[] {
  return pairs.flatMap(({ explanation }) =>
    (explanation?.notes ?? []).filter((note) => note.includes('fault of trustdiff')),
  );
}

function writeNumbers(file: string, expect: Expect, report: Report): void {
  const explained = { ...expect.explained, ...numbers(report) };
  writeFileSync(file, `${JSON.stringify({ ...expect, explained }, null, 2)}\n`);
}
