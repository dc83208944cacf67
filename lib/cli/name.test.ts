import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { arFixture } from '../artefact/container/ar-fixture.js';
import { endOfArchive, tarEntry } from '../artefact/container/tar-fixture.js';
import { decodeName, encodeName } from '../artefact/name.js';
import { compare } from '../comparison/comparison.js';
import type { Report } from '../report/model.js';
import { scratch, trustdiff } from './run-fixture.js';
import { tarOf, writeTree } from './tree-fixture.js';

/*
 * Names are bytes that whoever packed an artefact chose: they are compared exactly, and nothing of them reaches
 * a terminal as it is.
 */

/** Colour, a title, a cleared screen, a newline, a C1 control, reversed text, nothing visible, no UTF-8, a backslash. */
const HOSTILE = [
  'red\x1b[31m',
  'title\x1b]0;gone\x07',
  'clear\x1b[2J\r',
  'two\nlines',
  'c1\u009b31m',
  'txt\u202eexe.',
  'zero\u200bwidth',
  `broken${decodeName(Buffer.of(0xff))}`,
  'back\\slash',
];

const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/;

async function printedOf(folder: string, a: string, b: string): Promise<{ text: string; json: string }> {
  const args = [a, b, '--all', '-o', 'report.json', '-o', '-'];
  const { stdout, stderr, status } = await trustdiff(args, { cwd: folder });
  if (status === null) throw new Error('it was killed');
  return { text: stdout + stderr, json: readFileSync(join(folder, 'report.json'), 'utf8') };
}

test('hostile names in directories are escaped wherever they are printed', async (t) => {
  const folder = scratch(t);
  for (const name of HOSTILE) {
    writeTree(join(folder, 'a'), {
      [name]: 'one',
      [`only-a-${name}`]: 'a',
      [`link-${name}`]: { link: `a${name.replace(/[\ud800-\udfff]/, '')}` },
    });
    writeTree(join(folder, 'b'), { [name]: 'two', [`link-${name}`]: { link: 'b' } });
  }
  const { text, json } = await printedOf(folder, 'a', 'b');
  t.notRegex(text, RAW);
  t.notRegex(json, /[\u0000-\u0009\u000b-\u001f]/);
  for (const escaped of ['red\\x1b[31m', 'two\\nlines', 'broken\\xff', 'back\\\\slash', 'txt\\u{202e}exe.'])
    t.true(text.includes(escaped), escaped);
});

test('hostile names of members, owners and links in archives are escaped wherever they are printed', async (t) => {
  const folder = scratch(t);
  const archive = (content: string, evil: string): Buffer =>
    Buffer.concat([
      ...HOSTILE.map((name) => tarEntry({ name, content })),
      tarEntry({ name: 'owned', content: 'x', uname: evil, gname: evil }),
      tarEntry({ name: 'link', typeflag: '2', linkname: evil }),
      tarEntry({ name: `only-${evil}`, content }),
      endOfArchive,
    ]);
  writeTree(folder, { 'a.tar': archive('1', 'a\x1b[31m'), 'b.tar': archive('2', 'b\x1b]0;t\x07') });
  const { text, json } = await printedOf(folder, 'a.tar', 'b.tar');
  t.notRegex(text, RAW);
  t.notRegex(json, /[\u0000-\u0009\u000b-\u001f]/);
});

test('hostile names of what is inside a differing archive are escaped wherever they are printed', async (t) => {
  const folder = scratch(t);
  const inner = (content: string, evil: string): Buffer =>
    Buffer.concat([
      ...HOSTILE.map((name) => tarEntry({ name, content })),
      tarEntry({ name: 'owned', content: 'x', uname: evil }),
      tarEntry({ name: 'link', typeflag: '2', linkname: evil }),
      endOfArchive,
    ]);
  const library = (content: string): Buffer =>
    arFixture(HOSTILE.slice(0, 3).map((name) => ({ name, content })));
  writeTree(join(folder, 'a'), { 'x.tar.gz': gzipSync(inner('1', 'a\x1b[31m')), 'x.rlib': library('1') });
  writeTree(join(folder, 'b'), { 'x.tar.gz': gzipSync(inner('2', 'b\x1b[0m')), 'x.rlib': library('2') });
  const { text } = await printedOf(folder, 'a', 'b');
  t.notRegex(text, RAW);
});

test('hostile names show escaped in what cannot be read', async (t) => {
  const folder = scratch(t);
  const evil = 'evil\x1b[31m\x07\u202e';
  writeTree(folder, {
    'a.tar': Buffer.concat([
      tarEntry({ name: 'x', content: 'x' }),
      tarEntry({ name: evil, typeflag: '1', linkname: `${evil}-target` }),
      tarEntry({ name: evil, content: 'x', size: 99_999 }),
    ]),
    'b.tar': tarOf({ x: 'x' }),
  });
  const { text } = await printedOf(folder, 'a.tar', 'b.tar');
  t.notRegex(text, RAW);
  const missing = await trustdiff([`no${evil}`, 'b.tar'], { cwd: folder });
  t.is(missing.status, 2);
  t.notRegex(missing.stderr, RAW);
  const option = await trustdiff(['a.tar', 'b.tar', `--${evil}`], { cwd: folder });
  t.is(option.status, 2);
  t.notRegex(option.stderr, RAW);
});

// JSON.stringify leaves DEL, C1 controls and direction marks as they are.
test('JSON that is printed cannot act on a terminal either', async (t) => {
  const folder = scratch(t);
  for (const name of HOSTILE) writeTree(join(folder, 'a'), { [name]: 'one' });
  for (const args of [
    ['a', 'a'],
    ['inspect', 'a'],
  ]) {
    const { stdout } = await trustdiff([...args, '-f', 'json'], { cwd: folder });
    t.notRegex(stdout, RAW);
  }
});

test('the text of a differing file cannot act on a terminal', async (t) => {
  const folder = scratch(t);
  const lines = (end: string): string => `first\n\x1b[31mred\x1b]0;t\x07 \u009b31m \u202e ${end}\nlast\n`;
  writeTree(join(folder, 'a'), { 'readme.txt': lines('a') });
  writeTree(join(folder, 'b'), { 'readme.txt': lines('b') });
  const { text } = await printedOf(folder, 'a', 'b');
  t.notRegex(text, RAW);
});

test('labels, patterns and paths from the command line are escaped too', async (t) => {
  const folder = scratch(t);
  writeTree(join(folder, 'a\x1b[31m'), { file: 'x', other: 'x' });
  const { stdout, stderr } = await trustdiff(
    ['a\x1b[31m', 'a\x1b[31m', '--label-a', 'l\x1b[31m', '--exclude', '{other,\x1b[31m}'],
    { cwd: folder },
  );
  t.notRegex(stdout + stderr, RAW);
});

test('inspect escapes names as well', async (t) => {
  const folder = scratch(t);
  for (const name of HOSTILE) writeTree(join(folder, 'a'), { [name]: 'one' });
  const { stdout, status } = await trustdiff(['inspect', 'a', '--members'], { cwd: folder });
  t.is(status, 0);
  t.notRegex(stdout, RAW);
});

const shapes: Readonly<Record<string, (folder: string, side: string, name: string) => string>> = {
  directory: (folder, side, name) => writeTree(join(folder, side), { [name]: 'same', other: 'x' }),
  'tar archive': (folder, side, name) => {
    writeTree(folder, { [`${side}.tar`]: tarOf({ [name]: 'same', other: 'x' }) });
    return join(folder, `${side}.tar`);
  },
};

for (const [shape, make] of Object.entries(shapes)) {
  test(`two names in a ${shape} that differ only in an invalid byte stay two`, async (t) => {
    const folder = scratch(t);
    const a = make(folder, 'a', `x${decodeName(Buffer.of(0xfe))}`);
    const b = make(folder, 'b', `x${decodeName(Buffer.of(0xff))}`);
    const report = await compare({ a, b, jobs: 1 }).report;
    t.is(report.verdict.exit, 1);
    const pair = report.pairs.find(({ path }) => path !== 'other');
    // Equal bytes may pair them all the same, but never by the rule of one name.
    t.not(pair?.rule, 'path');
    const names = [...report.onlyA, ...report.onlyB].map(({ path }) => encodeName(path).toString('hex'));
    if (pair === undefined) t.deepEqual(names, ['78fe', '78ff']);
  });

  test(`names in a ${shape} that are not UTF-8 come through JSON byte for byte`, async (t) => {
    const folder = scratch(t);
    const bytes = Buffer.from([0x66, 0xc3, 0x28, 0x80, 0xf0, 0x9f, 0xed, 0xa0, 0x80]);
    const a = make(folder, 'a', decodeName(bytes));
    const { stdout } = await trustdiff([a, a, '-f', 'json']);
    const report = JSON.parse(stdout) as Report;
    t.is(report.verdict.id, 'identical');
    t.true(report.pairs.some(({ path }) => encodeName(path).equals(bytes)));
  });
}

test('names that climb out, are absolute or hold a NUL are read as text, compared, and told', async (t) => {
  const folder = scratch(t);
  const archive = (content: string): Buffer =>
    tarOf({ '../../etc/passwd': content, '/etc/shadow': 'same', './bin/../lib/x': 'same' });
  writeTree(folder, { 'a.tar': archive('1'), 'b.tar': archive('2') });
  const { stdout, status } = await trustdiff(['a.tar', 'b.tar'], { cwd: folder });
  t.is(status, 1);
  t.regex(stdout, /differs {4}etc\/passwd/);
  t.regex(stdout, /A: names that start with "\/"; they were read as relative: "\/etc\/shadow"/);
  t.regex(stdout, /A: names that have "\.\." parts;/);
});

test('links that leave the tree or run in a circle are compared by their target and never followed', async (t) => {
  const folder = scratch(t);
  const tree = {
    file: 'x',
    loop: { link: 'loop' },
    up: { link: '../..' },
    out: { link: '/etc/passwd' },
    dir: { link: '.' },
  };
  writeTree(join(folder, 'a'), tree);
  writeTree(join(folder, 'b'), { ...tree, out: { link: '/etc/shadow' } });
  const report = await compare({ a: join(folder, 'a'), b: join(folder, 'b'), jobs: 1 }).report;
  t.is(report.a.members.symlinks, 4);
  t.is(report.a.members.files, 1);
  t.deepEqual(
    report.pairs
      .filter(({ status }) => status === 'metadata')
      .map(({ path, metadata }) => [path, metadata?.[0]?.field]),
    [['out', 'link-target']],
  );
});
