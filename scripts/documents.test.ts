import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { COMPARE_FLAGS, EXPLAIN_FLAGS, INSPECT_FLAGS, REBUILD_FLAGS, ROOT_FLAGS } from '../lib/cli/flag.js';
import { RULES } from '../lib/verdict/comparable-rule.js';
import { VERDICTS } from '../lib/verdict/verdict.js';
import { commandsOf, firstMissing, outputsOf, Session } from './documents/session.js';
import { EXECUTABLE_HERE } from './trusting/build.js';
import { layRustcScene, sysrootOf } from './trusting/rustc-scene.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../bin/trustdiff.js', import.meta.url));
const EXAMPLE = 'docs/examples/compare.js';

const DOCUMENTS = [
  'README.md',
  ...readdirSync(join(REPOSITORY, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const read = (name: string): string => readFileSync(join(REPOSITORY, name), 'utf8');
const sealable = spawnSync('bwrap', ['--unshare-user', '--ro-bind', '/', '/', 'true']).status === 0;
const hasJq = spawnSync('jq', ['--version']).status === 0;
/** What the commands of a document need that is not here; empty where there is nothing. */
function lackedBy(name: string): string {
  if (name === 'docs/trusting-trust.md' && !(EXECUTABLE_HERE && sealable))
    return 'Linux on x86-64 and bubblewrap';
  const lines = commandsOf(read(name)).map(({ line }) => line);
  return lines.some((line) => /^jq /.test(line)) && !hasJq ? 'jq' : '';
}

for (const name of DOCUMENTS) {
  const lacked = lackedBy(name);
  const run = lacked === '' ? test : test.skip;
  run(`the commands in ${name} print what it shows${lacked === '' ? '' : `: needs ${lacked}`}`, (t) => {
    const session = sessionOf(t);
    for (const { line, shown } of commandsOf(read(name))) {
      const printed = session.run(line);
      t.is(firstMissing(shown, printed), undefined, `$ ${line}\n${printed.join('\n')}`);
    }
    t.pass();
  });

  test(`every file that ${name} links to is there`, (t) => {
    for (const [, target = ''] of read(name).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (!/^[a-z]+:/.test(target)) t.true(existsSync(join(REPOSITORY, dirname(name), target)), target);
    }
    t.pass();
  });

  test(`every option that ${name} names exists`, (t) => {
    const flags = [
      ...[COMPARE_FLAGS, EXPLAIN_FLAGS, INSPECT_FLAGS, REBUILD_FLAGS],
      ...Object.values(ROOT_FLAGS),
    ].flat();
    const known = new Set(flags.flatMap(({ names, negation = '' }) => [...names, negation]));
    const others = new Set([
      '--global',
      '--a',
      '--b',
      '--sparse',
      '--ignore-scripts',
      '--rc',
      '--check',
      '--to',
    ]);
    for (const [option] of read(name).matchAll(/(?<![\w-])--[a-z][a-z-]*/g)) {
      t.true(known.has(option) || others.has(option), option);
    }
    t.pass();
  });
}

function sessionOf(t: ExecutionContext): Session {
  const home = mkdtempSync(join(tmpdir(), 'trustdiff-document-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  return new Session(home, REPOSITORY, PROGRAM);
}

/** The rustc that the scene in docs/trusting-trust.md was shown with: sizes, digests and addresses are its own. */
const SHOWN_RUSTC = /^ {4}(\d+\.\d+\.\d+ \(.*\))$/m.exec(read('docs/trusting-trust.md'))?.[1];
const hasShownRustc =
  sealable &&
  EXECUTABLE_HERE &&
  spawnSync('rustc', ['--version'], { encoding: 'utf8' }).stdout?.trim() === `rustc ${SHOWN_RUSTC}`;

(hasShownRustc ? test : test.skip)(
  `the scene with a real rustc in docs/trusting-trust.md prints what it shows: needs rustc ${SHOWN_RUSTC} and bubblewrap`,
  (t) => {
    const outputs = outputsOf(read('docs/trusting-trust.md'), 'A wrapper in the place of rustc');
    t.is(outputs.length, 2);
    const session = sessionOf(t);
    layRustcScene(sysrootOf('rustc') ?? '', join(session.home, 'scene'));
    const printed = session.run('trustdiff rebuild scene/two-roots.experiment.yaml --out wrapped');
    for (const shown of outputs)
      t.is(firstMissing(['…', ...shown, '…'], printed), undefined, printed.join('\n'));
  },
);

test('README.md shows the example that is in docs/examples', (t) => {
  const shown = /<!-- docs\/examples\/compare.js -->\n```js\n(.*?)```/s.exec(read('README.md'))?.[1];
  t.is(shown, read(EXAMPLE).replace(/^\/\/.*\n/, ''));
});

// It imports the package by its name, which is what `npm run build` made.
const exampleTest = existsSync(join(REPOSITORY, 'dist/lib/index.js')) ? test : test.skip;

exampleTest('the example compares two artefacts, one of them damaged', (t) => {
  const pair = join(REPOSITORY, 'corpus/pairs/quickstart');
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(REPOSITORY, EXAMPLE), ...args], { encoding: 'utf8' });
  const compared = run(join(pair, 'a'), join(pair, 'b.tar.xz'), join(pair, 'control-a'));
  t.regex(
    compared.stdout,
    /^bin\/minic\n(?:lib\/.*\n){3}root-effect-unexplained\n\d+ bytes of A changed\n14 pairs\n$/,
  );
  t.is(compared.status, 1);
  const missing = run(join(pair, 'a'), join(pair, 'nothing'));
  t.is(missing.status, 2);
  t.regex(missing.stderr, /^input there is no such file/);
});

test('docs/verdicts.md has every verdict and every fact that can part two artefacts', (t) => {
  const text = read('docs/verdicts.md');
  for (const word of [...VERDICTS, ...RULES.map(({ fact }) => fact)])
    t.true(text.includes(`\`${word}\``), word);
});

test('docs/architecture.md names only files and folders that there are, and every folder of lib', (t) => {
  const text = read('docs/architecture.md');
  for (const [, path = ''] of text.matchAll(/`((?:bin|lib|scripts|corpus|docs)\/[\w./-]*)`/g)) {
    t.true(existsSync(join(REPOSITORY, path)), path);
  }
  for (const entry of readdirSync(join(REPOSITORY, 'lib'), { withFileTypes: true })) {
    if (entry.isDirectory()) t.true(text.includes(`${entry.name}/`), entry.name);
  }
});
