import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { Judge } from './judge.js';
import { repair } from './repair.js';
import { restoresSymbols } from './restoration.js';
import { siteOf } from './site.js';
import { corpusSubjects } from './subject.js';

const PAIRS = join(dirname(fileURLToPath(import.meta.url)), '../../../corpus/pairs');
const [a, b] = ['a', 'b'].map((side) => readFileSync(join(PAIRS, 'twin-crates', side, 'twins'))) as [
  Buffer,
  Buffer,
];
/** Where the record of a symbol lies. */
const recordAt = (symbol: number): number => {
  const { symbols } = siteOf(a).elves[0] ?? {};
  return (symbols?.offset ?? 0) + symbol * (symbols?.entrySize ?? 0);
};
/** The two builds of one function: on side B each is called by the other's name. */
const [FIRST, SECOND] = [recordAt(7), recordAt(8)];

function exchangedNames(content: Buffer): Buffer {
  const out = Buffer.from(content);
  content.copy(out, FIRST, SECOND, SECOND + 4);
  content.copy(out, SECOND, FIRST, FIRST + 4);
  return out;
}

test('Two names that are exchanged so that each thing is called what it is called on the other side are restored', (t) => {
  const places = [
    [FIRST, 4],
    [SECOND, 4],
  ] as const;
  const after = exchangedNames(a);
  t.true(restoresSymbols({ before: a, after, other: b, places }));
  // Beside the same file nothing differed that could be taken back.
  t.false(restoresSymbols({ before: a, after, other: a, places }));
  t.false(restoresSymbols({ before: a, after: a, other: b, places }));
});

test('Nothing is restored by a record that still says something else, or by a byte outside of records', (t) => {
  const after = exchangedNames(a);
  const name = [
    [FIRST, 4],
    [SECOND, 4],
  ] as const;
  for (const field of [4, 5, 6, 8, 16]) {
    const other = Buffer.from(after);
    other[SECOND + field] = (other[SECOND + field] ?? 0) ^ 1;
    t.false(restoresSymbols({ before: a, after: other, other: b, places: name }), `field at ${field}`);
  }
  t.false(restoresSymbols({ before: a, after, other: b, places: [...name, [0x3c0, 1]] }));
  t.false(restoresSymbols({ before: a, after, other: b, places: [] }));
});

test('The change that was once taken for a miss is told as restored', (t) => {
  const subject = corpusSubjects(PAIRS).find(({ name }) => name === 'twin-crates');
  if (subject === undefined) throw new Error('the pair is not in the corpus');
  const judgement = new Judge(subject).judge({
    side: 'a',
    files: [
      {
        file: 0,
        content: repair(exchangedNames(a)),
        places: [
          [FIRST, 4],
          [SECOND, 4],
        ],
      },
    ],
    reorders: true,
  });
  t.is(judgement.outcome, 'restored');
  t.deepEqual(judgement.residue, [64, 0]);
});
