import test from 'ava';
import type { MatchedPair } from './match.js';
import { pairTrouble } from './pair-trouble.js';

const stamp = { dev: 1, ino: 1, size: 1, mtimeMs: 1, ctimeMs: 1 };
const pair = (content: object) => ({ b: { content } }) as unknown as MatchedPair;
const gone = { kind: 'input', what: 'the file is gone', file: 'b/lib/x' } as const;

test('trouble with a pair is put to the side whose file it names', (t) => {
  const file = pair({ kind: 'path', path: 'b/lib/x', length: 1, stamp });
  t.is(pairTrouble(file, gone).side, 'b');
  t.is(pairTrouble(file, { ...gone, file: 'a/lib/x' }).side, 'a');
  t.is(pairTrouble(file, { kind: 'input', what: 'it cannot be read' }).side, 'a');
});

test('what was unpacked names no file of its own', (t) => {
  t.is(pairTrouble(pair({ kind: 'spool', fd: 3, offset: 0, length: 1 }), gone).side, 'a');
});
