import test from 'ava';
import { arFixture } from '../../artefact/container/ar-fixture.js';
import { tellLedger } from '../told-fixture.js';
import { type CodePart, type ImageFunction, linked, relocatable } from './image-fixture.js';

const BODY: readonly CodePart[] = ['4883ec08bf05000000e8', { to: 'deep' }, '4883c408c3'];
const DEEP: ImageFunction = { name: 'deep', code: ['b807000000c3'] };

/** `main` calls one of two functions. */
function caller(to: string, second: readonly CodePart[] = BODY): readonly ImageFunction[] {
  return [
    { name: 'main', code: ['4883ec08e8', { to }, '31c04883c408c3'] },
    { name: 'first', code: BODY },
    { name: 'second', code: second },
    DEEP,
  ];
}

/** Of two functions with one body, one was kept. */
function merged(kept: string): readonly ImageFunction[] {
  return [
    { name: 'main', code: ['4883ec08e8', { to: kept }, '31c04883c408c3'] },
    { name: kept, code: BODY },
    DEEP,
  ];
}

for (const [kind, write] of [
  ['relocatable', relocatable],
  ['linked', linked],
] as const) {
  test(`a call of the function that was kept, the same in body and in what it refers to, is no change: ${kind}`, (t) => {
    const { functions } = tellLedger(
      write({ functions: merged('first') }),
      write({ functions: merged('second') }),
    );
    t.like(functions, { changed: 0 });
    const { functions: with2, lines } = tellLedger(
      write({ functions: caller('first') }),
      write({ functions: merged('second') }),
    );
    t.like(with2, { paired: 3, changed: 0 }, lines.join());
  });

  test(`a call of another function with the same body is a change where both are there on both sides: ${kind}`, (t) => {
    const { functions, open } = tellLedger(
      write({ functions: caller('first') }),
      write({ functions: caller('second') }),
    );
    t.like(functions, { paired: 4, relabelled: 0, changed: 1 });
    t.true(open > 0);
  });

  test(`a function that looks alike and calls something else is no twin: ${kind}`, (t) => {
    const other: readonly CodePart[] = ['4883ec08bf05000000e8', { to: 'main' }, '4883c408c3'];
    const { functions, open } = tellLedger(
      write({ functions: caller('first', other) }),
      write({ functions: caller('second', other) }),
    );
    t.like(functions, { changed: 1 });
    t.true(open > 0);
  });

  test(`a function with one other byte is no twin: ${kind}`, (t) => {
    const other: readonly CodePart[] = ['4883ec08bf06000000e8', { to: 'deep' }, '4883c408c3'];
    t.true(
      tellLedger(write({ functions: caller('first', other) }), write({ functions: caller('second', other) }))
        .open > 0,
    );
  });
}

test('what LLVM leaves of a twin, a jump to the other, is that other one', (t) => {
  const of = (to: string): Buffer =>
    linked({
      functions: [
        { name: 'main', code: ['4883ec08e8', { to }, '31c04883c408c3'] },
        { name: 'first', code: BODY },
        { name: 'thunk', code: ['e9', { to: 'first' }] },
        DEEP,
      ],
    });
  t.is(tellLedger(of('first'), of('thunk')).open, 0);
  t.is(tellLedger(of('thunk'), of('first')).open, 0);
});

test('a jump to the twin may lie in another object of the archive', (t) => {
  const of = (to: string): Buffer =>
    arFixture([
      {
        name: 'a.o',
        content: relocatable({
          functions: [{ name: 'main', code: ['4883ec08e8', { to }, '31c04883c408c3'] }],
          imports: ['first', 'thunk'],
        }),
      },
      {
        name: 'b.o',
        content: relocatable({
          functions: [
            { name: 'first', code: BODY },
            { name: 'thunk', code: ['554889e55de9', { to: 'first' }] },
            { name: 'other', code: ['e9', { to: 'deep' }] },
            DEEP,
          ],
        }),
      },
    ]);
  const twin = tellLedger(of('first'), of('thunk'));
  t.like(twin.functions, { relabelled: 1, changed: 0 });
});

test('functions of one name are paired by body, then by likeness; what is left is on one side only', (t) => {
  const long = (imm: string, tail: string): readonly CodePart[] => [
    `b8${imm}000000bf01000000be02000000ba03000000b904000000${tail}c3`,
  ];
  const name = (hash: string): string => `_ZN4shop4work17h${hash}E`;
  const of = (hashes: readonly string[], imms: readonly string[]): Buffer =>
    linked({
      functions: hashes.map((hash, i) => ({
        name: name(hash),
        code: long(imms[i] ?? '', `41b8${imms[i]}000000`),
      })),
    });
  const [H1, H2, H3, H4] = ['17f0b7e2c4d95a86', 'e86b1d0f3a297c54', '3f938813a675f72e', '99065f1c1aedbb4f'];
  const swapped = tellLedger(of([H1, H2] as string[], ['01', '02']), of([H3, H4] as string[], ['02', '01']));
  t.like(swapped.functions, { paired: 2, changed: 0, onlyA: [], onlyB: [] });
  const changed = tellLedger(of([H1, H2] as string[], ['01', '02']), of([H3, H4] as string[], ['02', '05']));
  t.like(changed.functions, { paired: 2, changed: 1 });
  const fewer = tellLedger(of([H1, H2] as string[], ['01', '02']), of([H3] as string[], ['02']));
  t.like(fewer.functions, { paired: 1, onlyA: [name(H1 as string)] });
});
