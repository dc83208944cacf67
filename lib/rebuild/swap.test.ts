import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import test from 'ava';
import { scratch } from '../cli/run-fixture.js';
import { InputError } from '../error.js';
import type { ExperimentReport, SwappedReport } from '../report/experiment-model.js';
import { renderExperimentText } from '../report/text/experiment.js';
import { parseExperiment } from './experiment.js';
import { rebuild } from './rebuild.js';
import { experimentText, sealedTest, type Tree, writeTree } from './rebuild-fixture.js';
import { swapSentence } from './swap-sentence.js';

/** A root whose tools each print one word, which then stands in the output. */
function root(side: string, cargo: string, rustc: string): Tree {
  const prints = (word: string): string => `#!/bin/sh\necho ${word}\n`;
  return {
    [`roots/${side}/bin/cargo*`]: prints(cargo),
    [`roots/${side}/bin/rustc*`]: prints(rustc),
    [`roots/${side}/lib/libstd.so`]: side,
  };
}

const RECIPE = {
  use: 'command',
  stages: [
    {
      name: 'build',
      run: '"$TRUSTDIFF_CARGO" >"$TRUSTDIFF_OUT/names"; "$TRUSTDIFF_REAL_RUSTC" >"$TRUSTDIFF_OUT/code"',
    },
  ],
};

async function swap(
  folder: string,
  trees: readonly Tree[],
  fields: object,
): Promise<{ report: ExperimentReport; states: string[] }> {
  for (const tree of [{ 'src/text': 'x' }, ...trees]) writeTree(folder, tree);
  const text = experimentText({ recipe: RECIPE, ...fields });
  const experiment = parseExperiment(text, join(folder, 'experiment.yaml'));
  const run = rebuild({ experiment, out: join(folder, 'out'), jobs: 1 });
  const states: string[] = [];
  for await (const event of run) if (event.type === 'stage') states.push(`${event.run} ${event.state}`);
  return { report: await run.report, states };
}

const likenessOf = ({ swapped = [] }: ExperimentReport): unknown[] =>
  swapped.map(({ tool, stages }) => [
    tool,
    stages.map(({ toA, toB }) => [toA.equal, toA.differing, toB.equal, toB.differing]),
  ]);

sealedTest(
  'a swapped tool that makes all of the difference is named, and so is one that makes none',
  async (t) => {
    const { report } = await swap(scratch(t), [root('a', 'one', 'same'), root('b', 'two', 'same')], {
      swap: ['cargo', 'rustc'],
    });
    t.deepEqual(likenessOf(report), [
      ['cargo', [[false, 1, true, 0]]],
      ['rustc', [[true, 0, false, 1]]],
    ]);
    t.is(report.verdict.id, 'inconclusive');
    t.deepEqual(report.verdict.says.slice(-2), [
      'build: Built from root A with the cargo of root B, it is equal byte for byte to that from root B: all that differs between the roots comes with the cargo, and with that the rustc and std of the two roots make no difference.',
      'build: Built from root A with the rustc and std of root B, it is equal byte for byte to that from root A: the rustc and std make no difference, and all that differs comes with the cargo.',
    ]);
  },
);

sealedTest('no swap hides the other tool: where both differ, the result is like neither', async (t) => {
  const { report } = await swap(scratch(t), [root('a', 'one', 'good'), root('b', 'two', 'bad')], {
    swap: ['cargo'],
    controls: { a: 1 },
  });
  t.deepEqual(likenessOf(report), [['cargo', [[false, 1, false, 1]]]]);
  t.is(report.verdict.id, 'root-effect-unexplained');
  t.is(report.verdict.exit, 1);
});

sealedTest(
  'the report with a swapped tool is as its schema says, and its text fits 80 columns',
  async (t) => {
    const { report } = await swap(scratch(t), [root('a', 'one', 'same'), root('b', 'two', 'same')], {
      swap: ['cargo'],
    });
    const read = (name: string): object =>
      JSON.parse(
        readFileSync(fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url)), 'utf8'),
      ) as object;
    const valid = new Ajv2020({ strict: false })
      .addSchema(read('report-1.schema.json'), 'report-1.schema.json')
      .compile(read('experiment-report-1.schema.json'));
    t.true(valid(JSON.parse(JSON.stringify(report))), JSON.stringify(valid.errors));
    const paint = { bold: String, dim: String, red: String, green: String, yellow: String } as never;
    const lines = [...renderExperimentText(report, { paint, width: 80, all: false })];
    t.true(lines.includes('SWAPPED cargo'));
    t.true(lines.every((line) => line.length <= 80));
  },
);

sealedTest('the run with the swapped tool is that of an experiment in which both sides use it', async (t) => {
  const folder = scratch(t);
  const trees = [root('a', 'one', 'same'), root('b', 'two', 'same')];
  await swap(folder, trees, { tools: { cargo: 'b' } });
  const { states } = await swap(folder, [], { swap: ['cargo'] });
  t.deepEqual(states, ['a1 starts', 'a1 done', 'b1 kept', 'swap-cargo kept']);
});

sealedTest('a tool that root B has not cannot be swapped', async (t) => {
  const folder = scratch(t);
  const trees = [root('a', 'one', 'same'), { 'roots/b/bin/rustc*': '#!/bin/sh\necho same\n' }];
  await t.throwsAsync(swap(folder, trees, { swap: ['cargo'] }), {
    instanceOf: InputError,
    message: /no cargo to swap/,
  });
});

test('a tool that both sides share already, or that is none, is refused where the file says it', (t) => {
  const parse = (fields: object) => () => parseExperiment(experimentText(fields), 'e.yaml');
  t.throws(parse({ tools: { cargo: 'b' }, swap: ['cargo'] }), { message: /cargo of root b already/ });
  t.throws(parse({ swap: ['clippy'] }), { message: /clippy is none of cargo, rustc/ });
  t.deepEqual(parse({ swap: ['rustc', 'rustc'] })().swap, ['rustc']);
});

test('each way a swap can come out has a sentence of its own, and only equal trees are called equal', (t) => {
  const like = (equal: boolean) => ({ equal, differing: equal ? 0 : 2 });
  const sentences = (['cargo', 'rustc'] satisfies SwappedReport['tool'][]).flatMap((tool) =>
    [true, false].flatMap((a) =>
      [true, false].map((b) => swapSentence(tool, { toA: like(a), toB: like(b) })),
    ),
  );
  t.is(new Set(sentences).size, 8);
  for (const tool of ['cargo', 'rustc'] as const)
    t.notRegex(swapSentence(tool, { toA: like(false), toB: like(false) }), /equal|same/);
});
