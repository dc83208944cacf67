import { join } from 'node:path';
import { scratch } from '../../cli/run-fixture.js';
import { parseExperiment } from '../experiment.js';
import { rebuild } from '../rebuild.js';
import { writeTree } from '../rebuild-fixture.js';
import { OTHER_TOOLCHAIN, otherPlace, rustTest, TOOLCHAIN, twoRustsTest } from './toolchain-fixture.js';

const CRATE = {
  'src/main.rs':
    'use std::collections::BTreeMap;\nfn main() {\n    let words: BTreeMap<_, _> = std::env::args().map(|word| (word.len(), word)).collect();\n    println!("{words:?}");\n}\n',
};

function experiment(folder: string, b: string) {
  writeTree(folder, CRATE);
  return parseExperiment(
    JSON.stringify({
      schema: 'trustdiff-experiment-1',
      name: 'one crate',
      source: 'src',
      recipe: { use: 'rustc', crate: 'main.rs', args: ['--edition=2021', '-O'] },
      roots: { a: { name: 'here', path: TOOLCHAIN }, b: { name: 'there', path: b } },
      controls: { a: 1 },
    }),
    join(folder, 'experiment.yaml'),
  );
}

rustTest('one crate by the same rustc in two places is identical', async (t) => {
  t.timeout(1_800_000);
  const folder = scratch(t);
  const other = otherPlace(TOOLCHAIN ?? '', join(folder, 'toolchain'));
  const report = await rebuild({ experiment: experiment(folder, other), out: join(folder, 'out'), jobs: 1 })
    .report;
  t.regex(report.verdict.id, /^identical/);
  t.is(report.verdict.exit, 0);
  t.is(new Set(report.runs.map(({ stages }) => stages[0]?.digest)).size, 1);
});

twoRustsTest('one crate by rustc of two versions is an effect of the root, and no noise', async (t) => {
  t.timeout(1_800_000);
  const folder = scratch(t);
  const report = await rebuild({
    experiment: experiment(folder, OTHER_TOOLCHAIN ?? ''),
    out: join(folder, 'out'),
    jobs: 1,
  }).report;
  const [a1, b1, a2] = report.runs.map(({ stages }) => stages[0]?.digest);
  t.is(a1, a2, 'rustc does the same twice');
  t.not(a1, b1);
  t.is(report.verdict.exit, 1);
  t.regex(report.verdict.id, /^root-effect/);
});
