import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { compare } from '../comparison/comparison.js';
import { tellLedger } from './told-fixture.js';

/*
 * Three ways in which a harmless difference hides a real one elsewhere: each must leave residue that names the real one.
 */

const PAIRS = join(dirname(fileURLToPath(import.meta.url)), '../../../corpus/pairs');
const file = (path: string): Buffer => readFileSync(join(PAIRS, path));

test('twelve bytes behind the section headers and a changed .comment: both are residue', (t) => {
  const [a, b] = [file('hidden-elf/a/shapes.o'), file('hidden-elf/b/shapes.o')];
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const { lines, residue } = tellLedger(from, to);
    t.true(lines.includes('bytes after the last structure: padding residue'));
    t.true(residue.some(({ aLength, bLength }) => Math.abs(aLength - bLength) === 12));
    t.true(lines.some((line) => line.startsWith('.comment: ')));
  }
  const comment = tellLedger(a, b).segments.filter(({ place }) => place === '.comment');
  t.true(comment.every(({ state }) => state === 'residue' || state === 'claimed'));
});

test('forged md5sums and another time: the changed library leaves residue', async (t) => {
  const folder = join(PAIRS, 'hidden-deb');
  const report = await compare({ a: join(folder, 'a.deb'), b: join(folder, 'b.deb'), jobs: 1 }).report;
  const residue = report.pairs.flatMap((pair) => pair.explanation?.residue ?? []);
  t.true(
    residue.some(({ reason, place }) => reason === 'code' && place.some((part) => part.startsWith('.text'))),
  );
  const accounts = report.pairs.map((pair) => pair.explanation?.accounts);
  t.true(accounts.some((of) => (of?.unexplained ?? 0) > 0));
});

test('a member name that stands twice: the other changed member leaves residue', async (t) => {
  const folder = join(PAIRS, 'hidden-ar');
  const report = await compare({ a: join(folder, 'a'), b: join(folder, 'b'), jobs: 1 }).report;
  const residue = report.pairs.flatMap((pair) => pair.explanation?.residue ?? []);
  t.true(residue.some(({ reason, place }) => reason === 'code' && place[0] === 'other.o'));
});
