import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import test, { type ExecutionContext } from 'ava';
import { UsageError } from '../lib/error.js';
import { parseExperiment } from '../lib/rebuild/experiment.js';
import type { ExperimentReport } from '../lib/report/experiment-model.js';
import { artefactFile } from './corpora/manifest.js';
import { adoptDownloads, aptName, inputArtefacts, missingInputs, ROOTS } from './experiments/downloads.js';
import { EXPERIMENTS, experimentText } from './experiments/experiment-file.js';
import { missingFrom } from './experiments/packages.js';
import { SOURCE_DIGEST, strip } from './experiments/prepared-source.js';
import { takeSteps, worstStatus } from './experiments/step.js';

function temporary(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-experiment-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const read = (text: string) => parseExperiment(text, '/work-folder/experiment.yaml');

test('the two experiments differ in name, cargo and control alone, so that runs which are the same are made once', (t) => {
  const [one, own] = [read(experimentText('one-cargo', 2)), read(experimentText('own-cargo', 2))];
  t.deepEqual(one.tools, { cargo: 'b' });
  t.deepEqual(own.tools, {});
  t.deepEqual(
    [one.controls, own.controls],
    [
      { a: 0, b: 0 },
      { a: 0, b: 1 },
    ],
  );
  t.deepEqual({ ...one, name: '', tools: {}, controls: own.controls, swap: ['cargo'] }, { ...own, name: '' });
  t.deepEqual(
    one.recipe.stages.map(({ name, claim }) => [name, claim]),
    [
      ['stage1', false],
      ['stage2', true],
    ],
  );
  t.is(one.source.digest, SOURCE_DIGEST);
});

test('with one stage, stage1 is what is judged', (t) => {
  const { recipe } = read(experimentText('one-cargo', 1));
  t.deepEqual(
    recipe.stages.map(({ name, claim }) => [name, claim]),
    [['stage1', true]],
  );
});

test('experiments name files by where they lie in the work folder', (t) => {
  for (const name of EXPERIMENTS) {
    const { roots, source } = read(experimentText(name, 2));
    t.is(source.given, 'source');
    t.deepEqual(roots.a.given, ROOTS.debian);
    t.deepEqual(roots.b.given, ROOTS.upstream);
    t.true([...roots.a.given, ...roots.b.given].every((path) => path.startsWith('downloads/')));
  }
});

test('each file of a root, and the whole source package, is in the manifest with its digest', (t) => {
  const files = inputArtefacts().map((artefact) => `downloads/${artefactFile(artefact)}`);
  for (const path of [...ROOTS.debian, ...ROOTS.upstream]) t.true(files.includes(path), path);
  t.is(files.filter((path) => path.startsWith('downloads/source-1.85/')).length, 5);
  t.is(files.length, 4 + 5 + 3);
});

test('what lies in a folder of downloads under the name of apt is linked, and nothing else', (t) => {
  const folder = temporary(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  mkdirSync(from);
  writeFileSync(join(from, 'rustc-web_1.85.0+dfsg3-1~deb12u3_amd64.deb'), 'a package');
  writeFileSync(join(from, 'rustc-web_1.96.0+dfsg1-1~deb12u2_amd64.deb'), 'of another version');
  const said: string[] = [];
  adoptDownloads([join(folder, 'none'), from], to, (line) => said.push(line));
  t.deepEqual(said, [`debian-1.85/rustc-web: taken from ${from}`]);
  t.is(readFileSync(join(to, 'debian-1.85/rustc-web.deb'), 'utf8'), 'a package');
  t.regex(readlinkSync(join(to, 'debian-1.85/rustc-web.deb')), /1\.85\.0/);
  t.is(missingInputs(to).length, inputArtefacts().length - 1);
  t.false(missingInputs(to).some((line) => line.startsWith('debian-1.85/rustc-web,')));
});

test('every input has a name of its own at apt or in its tarball', (t) => {
  const names = inputArtefacts().map(aptName);
  t.is(new Set(names).size, names.length);
  t.true(names.includes('rustc-1.84.0-x86_64-unknown-linux-gnu.tar.xz'));
  t.true(names.includes('rustc-web_1.85.0+dfsg3-1~deb12u3.dsc'));
});

test('a package that was removed and left its settings, or is only unpacked, is missing', (t) => {
  const listing = 'ii  cmake\nrc  g++\niU  python3\nun  bubblewrap\n';
  t.deepEqual(missingFrom(listing, ['cmake', 'g++', 'python3', 'bubblewrap', 'unknown']), [
    'g++',
    'python3',
    'bubblewrap',
    'unknown',
  ]);
});

test('the bundled binaries leave the sources, and four lists of versions are put aside', (t) => {
  const tree = temporary(t);
  for (const folder of [
    'stage0/2025-01-09',
    '.pc',
    'src/bootstrap',
    'library',
    'src/tools/rust-analyzer',
    'src/doc',
  ])
    mkdirSync(join(tree, folder), { recursive: true });
  const locked = ['.', 'src/bootstrap', 'library', 'src/tools/rust-analyzer'];
  for (const folder of [...locked, 'src/doc']) writeFileSync(join(tree, folder, 'Cargo.lock'), folder);
  strip(tree);
  t.false(existsSync(join(tree, 'stage0')));
  t.false(existsSync(join(tree, '.pc')));
  for (const folder of locked) {
    t.false(existsSync(join(tree, folder, 'Cargo.lock')));
    t.is(readFileSync(join(tree, folder, 'Cargo.lock.orig'), 'utf8'), folder);
  }
  t.true(existsSync(join(tree, 'src/doc/Cargo.lock')));
});

test('sources without a list of versions where one is expected are not those of the package', (t) => {
  t.throws(() => strip(temporary(t)), { code: 'ENOENT' });
});

test('steps are taken in order until one fails, and with dry-run only looked at', async (t) => {
  const said: string[] = [];
  const took: string[] = [];
  const step = (what: string, fails = false) => ({
    what,
    look: () => [`${what} is left`],
    take: () => {
      took.push(what);
      if (fails) throw new UsageError('no');
    },
  });
  const steps = [step('one'), step('two', true), step('three')];
  const say = (line: string): number => said.push(line);
  await takeSteps(steps, { dryRun: true, say });
  t.deepEqual(took, []);
  t.deepEqual(said, [
    '1/3 one',
    '    one is left',
    '2/3 two',
    '    two is left',
    '3/3 three',
    '    three is left',
  ]);
  await t.throwsAsync(takeSteps(steps, { dryRun: false, say }), { instanceOf: UsageError });
  t.deepEqual(took, ['one', 'two']);
});

test('the exit status is that of the worse experiment', (t) => {
  t.is(worstStatus([]), 0);
  t.is(worstStatus([1, 0]), 1);
  t.is(worstStatus([1, 2]), 2);
});

test('the committed reports are as their schema says, and tell what docs/experiments says', (t) => {
  const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
  const json = (name: string): object => JSON.parse(readFileSync(join(docs, name), 'utf8')) as object;
  const isReport = new Ajv2020({ strict: false })
    .addSchema(json('report-1.schema.json'), 'report-1.schema.json')
    .compile(json('experiment-report-1.schema.json'));
  const page = readFileSync(join(docs, 'experiments/README.md'), 'utf8');
  const verdicts = {
    'one-cargo': 'identical-shared-ancestor',
    'own-cargo': 'root-effect-unexplained',
  } as const;
  for (const name of EXPERIMENTS) {
    const report = json(`experiments/rustc-1.85-${name}.json`) as ExperimentReport;
    t.true(isReport(report), JSON.stringify(isReport.errors));
    t.is(`blake3:${report.source.digest}`, SOURCE_DIGEST);
    t.is(report.verdict.id, verdicts[name]);
    t.true(page.includes(`\`${report.verdict.id}\``));
    for (const { stages } of report.runs)
      for (const { digest } of stages) t.true(page.includes(`${digest.slice(0, 16)}…`), digest);
  }
});

test('with one cargo for both, stage2 of the committed report is what each root gives, and so says the other one', (t) => {
  const read = (name: string): ExperimentReport =>
    JSON.parse(
      readFileSync(
        fileURLToPath(new URL(`../../docs/experiments/rustc-1.85-${name}.json`, import.meta.url)),
        'utf8',
      ),
    ) as ExperimentReport;
  const digests = (report: ExperimentReport): string[] =>
    report.runs.map(({ id, stages }) => `${id} ${stages.find(({ name }) => name === 'stage2')?.digest}`);
  const [one, own] = [read('one-cargo'), read('own-cargo')];
  const same = one.runs[0]?.stages[1]?.digest;
  t.deepEqual(digests(one), [`a1 ${same}`, `b1 ${same}`]);
  t.deepEqual(digests(own).slice(1), [`b1 ${same}`, `swap-cargo ${same}`, `b2 ${same}`]);
  t.not(digests(own)[0], `a1 ${same}`);
  t.deepEqual(
    own.swapped?.map(({ tool, stages }) => [tool, stages.map(({ toB }) => toB.equal)]),
    [['cargo', [false, true]]],
  );
});
