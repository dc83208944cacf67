import test from 'ava';
import { tellLedger } from '../told-fixture.js';
import { type CodePart, type DataPart, linked } from './image-fixture.js';

const TEXTS = ['the first of them', 'another text, which follows', 'and the third one of all'];

const hex = (text: string): string => Buffer.from(text).toString('hex');

function word(value: number): string {
  const out = Buffer.alloc(8);
  out.writeBigInt64LE(BigInt(value));
  return out.toString('hex');
}

interface Side {
  /** The order in which the texts lie. */
  readonly order?: readonly number[];
  readonly lengths?: readonly number[];
  /** Added to where pointers lead. */
  readonly shift?: number;
  readonly more?: readonly DataPart[];
  readonly code?: readonly CodePart[];
  readonly texts?: readonly string[];
}

/** Texts without symbols, and a table of pointers and lengths. */
function image({
  order = [0, 1, 2],
  lengths,
  shift = 0,
  more = [],
  code = ['31c0c3'],
  texts = TEXTS,
}: Side): Buffer {
  return linked({
    functions: [{ name: 'main', code }],
    constants: [
      { name: 'head', bytes: ['0123456789abcdef'] },
      ...order.map((i) => ({ name: `text${i}`, bytes: [hex(`${texts[i]}\0`)], nameless: true })),
      {
        name: 'table',
        bytes: texts.flatMap((text, i): DataPart[] => [
          { pointer: `text${i}`, addend: shift },
          word(lengths?.[i] ?? text.length),
        ]),
      },
      ...(more.length > 0 ? [{ name: 'more', bytes: more }] : []),
    ],
  });
}

const OTHER = { order: [2, 0, 1] } as const;

test('texts in another order are the same where all that refers to them tells how long they are', (t) => {
  const { residue, open } = tellLedger(image({}), image(OTHER));
  t.deepEqual(residue, []);
  t.is(open, 0);
  const lea: CodePart[] = ['488d3d', { to: 'text1' }, `be${word(TEXTS[1]?.length ?? 0).slice(0, 8)}`, 'c3'];
  t.is(tellLedger(image({ code: lea }), image({ code: lea, ...OTHER })).open, 0);
});

test('what is read farther than its text may read what follows it', (t) => {
  const sides: readonly Side[] = [
    { lengths: TEXTS.map((text) => text.length + 2) },
    { lengths: TEXTS.map((text) => text.length - 1) },
    { lengths: TEXTS.map(() => 0) },
    { shift: 1 },
    { more: [{ pointer: 'text0' }, { pointer: 'text1' }, { pointer: 'text2' }] },
    { more: TEXTS.flatMap((text, i): DataPart[] => [{ pointer: `text${i}` }, word(text.length + 4)]) },
    { code: ['488d3d', { to: 'text0' }, '488d3d', { to: 'text1' }, '488d3d', { to: 'text2' }, 'c3'] },
    { code: [0, 1, 2].flatMap((i): CodePart[] => ['488d3d', { to: `text${i}` }, 'be50000000', 'c3']) },
  ];
  for (const [i, side] of sides.entries()) {
    t.true(tellLedger(image(side), image({ ...side, ...OTHER })).open > 0, `${i}`);
    // On one side only.
    t.true(tellLedger(image({}), image({ ...side, ...OTHER })).open > 0, `${i}, only in B`);
    t.true(tellLedger(image({ ...side, ...OTHER }), image({})).open > 0, `${i}, only in A`);
  }
});

test('another text is another one, wherever it lies', (t) => {
  const texts = [TEXTS[0] ?? '', 'another text, which fellows', TEXTS[2] ?? ''];
  t.true(tellLedger(image({}), image({ ...OTHER, texts })).open > 0);
  // Two of them exchanged.
  const exchanged = [TEXTS[1] ?? '', TEXTS[0] ?? '', TEXTS[2] ?? ''];
  t.true(tellLedger(image({}), image({ ...OTHER, texts: exchanged })).open > 0);
});
