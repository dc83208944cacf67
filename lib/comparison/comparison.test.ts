import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { type Tree, tarOf, writeTree } from '../cli/tree-fixture.js';
import type { Report } from '../report/model.js';
import { renderReport } from '../report/render.js';
import { pairOptions, reportOf } from '../report/report-fixture.js';
import { compare } from './comparison.js';

/*
 * What holds for any artefact. Trees are generated; they lie on disk, in tar archives and in compressed ones.
 */

const segment = fc.stringMatching(/^[a-z0-9ö][a-z0-9._-]{0,6}$/);
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const content = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ maxLength: 60 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ minLength: 200, maxLength: 3000 }),
);

type Files = Readonly<Record<string, Uint8Array>>;

/** Files none of which lies in the place of another's folder. */
const files: fc.Arbitrary<Files> = fc.dictionary(path, content, { minKeys: 1, maxKeys: 8 }).map((all) => {
  const names = Object.keys(all);
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => !names.some((other) => other.startsWith(`${name}/`))),
  );
});

/** Files, one of them that is not empty, and an offset in it. */
const filesAndByte = files
  .filter((tree) => Object.values(tree).some((bytes) => bytes.length > 0))
  .chain((tree) => {
    const names = Object.keys(tree).filter((name) => (tree[name]?.length ?? 0) > 0);
    return fc
      .constantFrom(...names)
      .chain((name) => fc.tuple(fc.constant(tree), fc.constant(name), fc.nat((tree[name]?.length ?? 1) - 1)));
  });

const FORMS = {
  directory: (folder: string, tree: Files) => {
    writeTree(folder, tree);
    return folder;
  },
  tar: (folder: string, tree: Files) => written(`${folder}.tar`, tarOf(tree)),
  'tar.gz': (folder: string, tree: Files) => written(`${folder}.tar.gz`, gzipSync(tarOf(tree))),
} as const satisfies Record<string, (folder: string, tree: Files) => string>;
type Form = keyof typeof FORMS;
const form = fc.constantFrom(...(Object.keys(FORMS) as Form[]));

function written(file: string, bytes: Uint8Array): string {
  writeFileSync(file, bytes);
  return file;
}

/** Two trees in two forms, compared. */
async function compared(
  [a, formA]: readonly [Files, Form],
  [b, formB]: readonly [Files, Form],
  options: { jobs?: number; swap?: boolean } = {},
): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  try {
    const [left, right] = [FORMS[formA](join(folder, 'a'), a), FORMS[formB](join(folder, 'b'), b)];
    const [first, second] = options.swap === true ? [right, left] : [left, right];
    return await compare({ a: first, b: second, jobs: options.jobs ?? 1 }).report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function changed(tree: Files, name: string, offset: number): Files {
  const bytes = Buffer.from(tree[name] ?? []);
  bytes.writeUInt8((bytes[offset] ?? 0) ^ 1, offset);
  return { ...tree, [name]: bytes };
}

const RUNS = { numRuns: 60 } as const;

test('a tree is identical to itself', async (t) => {
  await fc.assert(
    fc.asyncProperty(files, form, async (tree, as) => {
      const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
      const a = FORMS[as](join(folder, 'a'), tree);
      const report = await compare({ a, b: a, jobs: 1 }).report;
      rmSync(folder, { recursive: true });
      return report.verdict.id === 'identical' && report.verdict.exit === 0 && report.masks.length === 0;
    }),
    RUNS,
  );
  t.pass();
});

test('a tree is the same as a directory, as an archive and as a compressed one, with nothing left over', async (t) => {
  await fc.assert(
    fc.asyncProperty(files, form, form, async (tree, formA, formB) => {
      const { verdict, summary, onlyA, onlyB } = await compared([tree, formA], [tree, formB]);
      const fits =
        formA === 'directory' || formB === 'directory' ? ['identical', 'equivalent'] : ['identical'];
      return (
        fits.includes(verdict.id) &&
        verdict.exit === 0 &&
        onlyA.length + onlyB.length === 0 &&
        summary.content.identical + summary.content.equivalent === summary.content.pairs
      );
    }),
    RUNS,
  );
  t.pass();
});

test('one changed byte is found, in its file, at its offset', async (t) => {
  await fc.assert(
    fc.asyncProperty(filesAndByte, form, form, async ([tree, name, offset], formA, formB) => {
      const report = await compared([tree, formA], [changed(tree, name, offset), formB]);
      const differing = report.pairs.filter((pair) => pair.status === 'content');
      const [only] = differing;
      return (
        report.verdict.exit === 1 &&
        differing.length === 1 &&
        (only?.a.name.at(-1) ?? '') === name &&
        only?.difference?.first === offset &&
        only.difference.changedA === 1 &&
        only.difference.changedB === 1
      );
    }),
    RUNS,
  );
  t.pass();
});

test('a file that only one side has is named', async (t) => {
  await fc.assert(
    fc.asyncProperty(files, form, form, async (tree, formA, formB) => {
      const more = { ...tree, 'only/here-is-one': Buffer.from('one more') };
      const { onlyA, onlyB, verdict } = await compared([more, formA], [tree, formB]);
      const files = onlyA.filter(({ type }) => type === 'file').map(({ path: at }) => at);
      return verdict.exit === 1 && files.join() === 'only/here-is-one' && onlyB.length === 0;
    }),
    RUNS,
  );
  t.pass();
});

test('with the sides swapped the summary is mirrored', async (t) => {
  await fc.assert(
    fc.asyncProperty(files, files, form, form, async (treeA, treeB, formA, formB) => {
      const there = await compared([treeA, formA], [treeB, formB]);
      const back = await compared([treeA, formA], [treeB, formB], { swap: true });
      const mirrored = (counts: Report['summary']['content']) => ({
        ...counts,
        onlyA: counts.onlyB,
        onlyB: counts.onlyA,
      });
      t.deepEqual(
        {
          ...there.summary,
          content: mirrored(there.summary.content),
          package: mirrored(there.summary.package),
        },
        { ...back.summary, changedA: back.summary.changedB, changedB: back.summary.changedA },
      );
      t.is(there.verdict.id, back.verdict.id);
      t.is(there.verdict.exit, back.verdict.exit);
    }),
    RUNS,
  );
});

test('the same inputs give the same bytes of JSON, with one thread and with four', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const many = (seed: number): Tree =>
    Object.fromEntries(
      Array.from({ length: 1800 }, (_, i) => [
        `lib/${i % 7}/file-${i}`,
        `${i % 50 === seed ? seed : 'same'} ${i}`,
      ]),
    );
  writeTree(join(folder, 'a'), { ...many(1), large: Buffer.alloc(30 * 2 ** 20, 'a') });
  writeTree(join(folder, 'b'), { ...many(2), large: Buffer.alloc(30 * 2 ** 20, 'b') });
  const json = async (jobs: number): Promise<string> => {
    const report = await compare({ a: join(folder, 'a'), b: join(folder, 'b'), jobs }).report;
    return [...renderReport(report, { format: 'json' })].join('');
  };
  const first = await json(1);
  t.is(first.length > 100_000, true);
  t.true((await json(1)) === first);
  t.true((await json(4)) === first);
});

test('events tell each pair once, and the report after all others', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeTree(join(folder, 'a'), { one: '1', two: '2', mine: 'x' });
  writeTree(join(folder, 'b'), { one: '1', two: '3', yours: 'y' });
  const types: string[] = [];
  const comparison = compare({ a: join(folder, 'a'), b: join(folder, 'b'), jobs: 1 });
  for await (const event of comparison) if (event.type !== 'progress') types.push(event.type);
  t.deepEqual(types, ['side', 'side', 'pair', 'pair', 'unpaired', 'unpaired', 'report']);
  t.is((await comparison.report).pairs.length, 2);
});

test('times of two directories do not keep equal trees from being the same', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const side of ['a', 'b']) writeTree(join(folder, side), { file: 'x' });
  utimesSync(join(folder, 'b/file'), 1, 1);
  const { verdict, masks } = await compare({ a: join(folder, 'a'), b: join(folder, 'b'), jobs: 1 }).report;
  t.is(verdict.exit, 0);
  t.deepEqual(
    masks.map(({ id, fields }) => [id, fields]),
    [['unpacked-metadata', { mtime: 1 }]],
  );
});

test('a control that varies in the same place makes a difference noise, and one elsewhere a root effect', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const text = (token: string, constant: string): string =>
    `${'x'.repeat(500)}${token}${'y'.repeat(500)}${constant}${'z'.repeat(500)}`;
  const make = (side: string, token: string, constant: string): string =>
    writeTree(join(folder, side), { file: text(token, constant) });
  const a = make('a', 'token-01', 'constant');
  const control = { of: 'a', paths: make('a2', 'token-99', 'constant') } as const;
  const noise = await compare({ a, b: make('b', 'token-55', 'constant'), controls: [control], jobs: 1 })
    .report;
  t.is(noise.verdict.id, 'noise');
  t.is(noise.verdict.exit, 0);
  t.is(
    (await compare({ a, b: join(folder, 'b'), controls: [control], jobs: 1, failOn: ['noise'] }).report)
      .verdict.exit,
    1,
  );
  const effect = await compare({ a, b: make('c', 'token-55', 'CONSTANT'), controls: [control], jobs: 1 })
    .report;
  t.is(effect.verdict.id, 'root-effect-unexplained');
  t.is(effect.verdict.exit, 1);
  t.regex(effect.verdict.says[0] ?? '', /8 bytes in 1 file differ and vary in no control: file/);
});

test('a control that misses a file, or is of another artefact, cannot serve', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const a = writeTree(join(folder, 'a'), { file: 'one' });
  const b = writeTree(join(folder, 'b'), { file: 'two' });
  const other = writeTree(join(folder, 'other'), { unrelated: 'entirely', more: 'of it' });
  const { verdict, controls } = await compare({ a, b, controls: [{ of: 'a', paths: other }], jobs: 1 })
    .report;
  t.is(verdict.id, 'inconclusive');
  t.false(controls[0]?.usable);
});

for (const limits of [{ bytes: 4000 }, { members: 3 }]) {
  test(`the limit of ${Object.keys(limits).join()} is that of a side, over all its files`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const paths = ['one', 'two'].map((name) =>
      written(join(folder, `${name}.tar.gz`), gzipSync(tarOf({ [name]: 'x', [`${name}-more`]: 'x' }))),
    );
    const { verdict } = await compare({ a: paths, b: paths, limits, jobs: 1 }).report;
    t.is(verdict.exit, 2);
  });
}

test('what two sides say of themselves does not part them where both were built from the same sources', async (t) => {
  const apart = await reportOf({ ...pairOptions('rustc-version'), jobs: 1 });
  t.is(apart.verdict.id, 'not-comparable');
  const { verdict, reasons, settings } = await reportOf({
    ...pairOptions('rustc-version'),
    sameSources: true,
    jobs: 1,
  });
  t.not(verdict.id, 'not-comparable');
  t.true(reasons.length > 0 && reasons.every(({ weight }) => weight === 'differs'));
  t.true(settings.sameSources);
});
