import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { createPatch } from 'diff';
import { REPOSITORY, scratch, trustdiff } from './run-fixture.js';
import { copyCorpus } from './tree-fixture.js';

/*
 * What the program prints, one Markdown file a command line. UPDATE_SNAPSHOTS=1 writes them anew; git then shows
 * what changed.
 */

const SNAPSHOTS = join(REPOSITORY, 'lib/cli/snapshots');
const PAIRS = 'corpus/pairs';
const quickstart = [`${PAIRS}/quickstart/a`, `${PAIRS}/quickstart/b.tar.xz`];
const tarMtime = [`${PAIRS}/tar-mtime/a.tar.xz`, `${PAIRS}/tar-mtime/b.tar.xz`];
const flippedJump = [`${PAIRS}/flipped-jump/a/shapes.o`, `${PAIRS}/flipped-jump/b/shapes.o`];
const missing = [`${PAIRS}/missing-file/a`, `${PAIRS}/missing-file/b`];

/** File name → arguments. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  help: ['--help'],
  'help of inspect': ['inspect', '--help'],
  'help of explain': ['explain', '--help'],
  'help of rebuild': ['rebuild', '--help'],
  'rebuild shows an example': ['rebuild', '--init'],
  'usage, rebuild without an experiment': ['rebuild'],
  'usage, rebuild with a root without a name': [
    'rebuild',
    '--source',
    'lib',
    '--recipe',
    'rustc',
    '--root',
    '/usr',
    '--root',
    'b=/usr',
  ],
  'help of completion': ['completion', '--help'],
  'help of root': ['root', '--help'],
  'help of root inspect': ['root', 'inspect', '--help'],
  'help of root verify': ['root', 'verify', '--help'],
  'help of root plan': ['root', 'plan', '--help'],
  'compare quickstart': quickstart,
  'compare quickstart with its control': [...quickstart, '--control', `${PAIRS}/quickstart/control-a`],
  'compare quickstart with labels': [
    ...quickstart,
    '--label-a',
    'rustc 1.84',
    '--label-b',
    'mrustc',
    '--quiet',
    '-o',
    '-',
  ],
  'compare one directory with itself': [`${PAIRS}/quickstart/a`, `${PAIRS}/quickstart/a`, '--all'],
  'compare as json': [`${PAIRS}/flipped-jump/a`, `${PAIRS}/flipped-jump/b`, '--format', 'json'],
  'compare debs': [`${PAIRS}/hidden-deb/a.deb`, `${PAIRS}/hidden-deb/b.deb`],
  'compare tars of another time': tarMtime,
  'compare tars of another time, ignored': [...tarMtime, '--ignore-metadata'],
  'compare tars of another time, another field ignored': [...tarMtime, '--ignore-metadata', 'owner'],
  'compare tars of another time, ignored but to fail': [
    ...tarMtime,
    '--ignore-metadata',
    'mtime',
    '--fail-on',
    'equivalent',
  ],
  'compare tars of another mode': [`${PAIRS}/tar-mode/a.tar.xz`, `${PAIRS}/tar-mode/b.tar.xz`],
  'compare tars of another mode, metadata ignored': [
    `${PAIRS}/tar-mode/a.tar.xz`,
    `${PAIRS}/tar-mode/b.tar.xz`,
    '--ignore-metadata',
  ],
  'compare archives of other compression': [
    `${PAIRS}/xz-and-zstd/a.tar.xz`,
    `${PAIRS}/xz-and-zstd/b.tar.zst`,
  ],
  'compare with a file missing': missing,
  'compare with a file missing, all listed': [...missing, '--all'],
  'compare with files excluded': [...missing, '--exclude', 'libconsumer.rlib', '--exclude', 'libkinds*'],
  'compare with everything excluded': [...missing, '--exclude', '**'],
  'compare quietly': [...missing, '--quiet'],
  'compare without detail': [`${PAIRS}/flipped-jump/a`, `${PAIRS}/flipped-jump/b`, '--max-detail', '0'],
  'compare without explaining': [`${PAIRS}/flipped-jump/a`, `${PAIRS}/flipped-jump/b`, '--no-explain'],
  'compare with a shared ancestor': [
    `${PAIRS}/same-twice/a`,
    `${PAIRS}/same-twice/b`,
    '--shared-ancestor',
    'rustc 1.54',
  ],
  'explain a flipped jump': ['explain', ...flippedJump],
  'inspect a deb': ['inspect', `${PAIRS}/hidden-deb/a.deb`],
  'inspect members': ['inspect', '--members', 'corpus/containers/shape.tar.gz'],
  'inspect as json': [
    'inspect',
    'corpus/containers/pax-names.tar.xz',
    '--format',
    'json',
    '--digest',
    'sha256',
  ],
  'root inspect of two roots': [
    'root',
    'inspect',
    `one=${PAIRS}/quickstart/a`,
    `two=${PAIRS}/quickstart/b.tar.xz`,
    `two=${PAIRS}/hidden-deb/a.deb`,
  ],
  'root inspect as json': ['root', 'inspect', `${PAIRS}/quickstart/a`, '--format', 'json'],
  'root verify of an archive without a signature': ['root', 'verify', 'corpus/containers/shape.tar.gz'],
  'root verify by a list': [
    'root',
    'verify',
    'corpus/containers/shape.tar.gz',
    '--checksums',
    'corpus/SHA256SUMS',
  ],
  'root inspect that asks for a signature': [
    'root',
    'inspect',
    'corpus/containers/shape.tar.gz',
    '--require-signature',
  ],
  'root plan by versions': ['root', 'plan', '--sources', '1.85.0', '--roots', '1.63', '1.84', '1.85', '1.86'],
  'root plan as json': ['root', 'plan', '--sources', '1.85', '--roots', 'a=1.82', 'b=1.84', '-f', 'json'],
  'root plan of which no root can build': ['root', 'plan', '--sources', '1.85', '--roots', '1.80'],
  'usage: root alone': ['root'],
  'usage: root of no such kind': ['root', 'trust', 'x'],
  'usage: sources of which root': ['root', 'inspect', 'a=x', 'b=y', '--source', 'z.dsc'],
  'usage: sources of no version': ['root', 'plan', '--sources', 'latest', '--roots', '1.84'],
  'usage: a fingerprint that is too short': [
    'root',
    'verify',
    'corpus/containers/shape.tar.gz',
    '--keyring',
    'keys',
    '--fingerprint',
    '0x645D0247',
  ],
  'usage: a missing keyring': ['root', 'verify', 'corpus/containers/shape.tar.gz', '--keyring', 'keys'],
  'usage: nothing to compare': [],
  'usage: one artefact': ['a'],
  'usage: three artefacts': ['a', 'b', 'c'],
  'usage: unknown option': ['a', 'b', '--colour'],
  'usage: both ways': ['a', 'b', '--a', 'c'],
  'usage: no number': ['a', 'b', '--jobs', 'many'],
  'usage: option given twice': ['a', 'b', '--tmpdir', 'x', '--tmpdir', 'y'],
  'usage: no such choice': ['a', 'b', '--digest', 'md5'],
  'usage: option without its value': ['a', 'b', '--output'],
  'usage: two reports on standard output': ['a', 'b', '-f', 'json', '-f', 'text'],
  'usage: more controls than sides of them': [
    'a',
    'b',
    '--control',
    'c',
    '--control',
    'd',
    '--control-of',
    'a',
  ],
  'usage: a report into an input': [...missing, '-o', `${PAIRS}/missing-file/a/report.json`],
  'usage: a report over an input': [...missing, '-o', `${PAIRS}/missing-file/a/libshape.rlib`],
  'usage: verify without explaining': ['a', 'b', '--verify', '--no-explain'],
  'usage: explain takes files': ['explain', ...missing],
  'usage: no such masks': ['a', 'b', '--masks', 'c'],
  'missing file': ['a', 'b'],
  version: ['--version'],
};

const titles = new Set<string>();

for (const [name, args] of Object.entries(COMMANDS)) {
  const file = `${name.replaceAll(/[:,]? /g, '-')}.md`;
  titles.add(file);
  test(`trustdiff prints as ever: ${name}`, async (t) => {
    const root = scratch(t);
    for (const folder of foldersOf(args)) copyCorpus(root, folder);
    if (args.includes('corpus/SHA256SUMS'))
      cpSync(join(REPOSITORY, 'corpus/SHA256SUMS'), join(root, 'corpus/SHA256SUMS'));
    const { stdout, stderr, status } = await trustdiff(args, { cwd: root });
    const command = ['trustdiff', ...args.map(quoted)].join(' ');
    const blocks = [stdout, stderr]
      .filter((text) => text !== '')
      .map((text) => `\`\`\`\`\n${text}\`\`\`\`\n\n`);
    const actual = `# ${name}\n\n\`$ ${command}\`\n\n${blocks.join('')}Exit code: ${status}\n`;
    const path = join(SNAPSHOTS, file);
    if (process.env.UPDATE_SNAPSHOTS === '1') writeFileSync(path, actual);
    t.true(existsSync(path), 'run the tests with UPDATE_SNAPSHOTS=1 to write it');
    const expected = readFileSync(path, 'utf8');
    if (actual === expected) t.pass();
    else t.fail(createPatch(file, expected, actual, 'as ever', 'now'));
  });
}

test('every snapshot belongs to a command line', (t) => {
  t.deepEqual(
    readdirSync(SNAPSHOTS).filter((file) => !titles.has(file)),
    [],
  );
});

/** The folders of the corpus that the arguments name. */
function foldersOf(args: readonly string[]): Set<string> {
  const found = args.flatMap((arg) => /(?<=^|=)corpus\/(containers|pairs\/[^/]+)/.exec(arg)?.[0] ?? []);
  return new Set(found);
}

function quoted(arg: string): string {
  return /^[\w./=-]+$/.test(arg) ? arg : `'${arg}'`;
}
