import test from 'ava';
import { settle } from '../settle.js';
import { summarise } from '../summarise.js';
import { tellLedger } from '../told-fixture.js';
import { type DataPart, type Image, type ImageConstant, linked, relocatable } from './image-fixture.js';

const [A, B] = ['/home/anna', '/builds/longer/place'];
const FILES = ['/src/main.rs', '/src/other.rs'];

const text = (of: string): string => Buffer.from(of).toString('hex');

function word(value: number): string {
  const out = Buffer.alloc(8);
  out.writeBigInt64LE(BigInt(value));
  return out.toString('hex');
}

interface Side {
  readonly root: string;
  /** What the words say, where it is not the length. */
  readonly lengths?: readonly [number, number];
  /** What the pointers lead to. */
  readonly to?: readonly [string, string];
  /** What stands between the pointer and the word. */
  readonly between?: readonly DataPart[];
  readonly files?: readonly string[];
  readonly more?: readonly ImageConstant[];
}

/** Two texts with the root in them, and a `Location` for each: pointer, length, line and column. */
function image({ root, lengths, to, between = [], files = FILES, more = [] }: Side): Image {
  const texts = files.map((file) => root + file);
  return {
    functions: [{ name: 'main', code: ['b805000000c3'] }],
    constants: [
      ...texts.map((of, i) => ({
        name: `text${i}`,
        bytes: [text(of)],
        behind: '00'.repeat(1 + i),
        nameless: i > 0,
      })),
      ...texts.map((of, i) => ({
        name: `location${i}`,
        bytes: [
          { pointer: to?.[i] ?? `text${i}` },
          ...between,
          word(lengths?.[i] ?? of.length),
          '0700000009000000',
        ],
      })),
      ...more,
    ],
  };
}

const LENGTHS_B = FILES.map((file) => B.length + file.length) as [number, number];
const [FIRST, SECOND] = LENGTHS_B;

for (const [kind, write] of [
  ['relocatable', relocatable],
  ['linked', linked],
] as const) {
  const tell = (a: Side, b: Side) => tellLedger(write(image(a)), write(image(b)));
  const isLength = ({ field }: { readonly field: string | undefined }): boolean => field === 'length';

  test(`the length behind a pointer follows from the text: ${kind}`, (t) => {
    for (const [from, to] of [
      [A, B],
      [B, A],
    ] as const) {
      const { segments, open, residue } = tell({ root: from }, { root: to });
      const words = segments.filter(isLength);
      t.deepEqual(
        words.map(({ state, from: of, aLength, bLength }) => [state, of, aLength, bLength]),
        Array.from({ length: 2 }, () => ['derived', 'the length of the text', 8, 8]),
      );
      t.deepEqual(residue, []);
      t.is(open, 0);
    }
  });

  test(`a pointer into a text leads to the same part of it: ${kind}`, (t) => {
    const into = (root: string, addend: number): Side => ({
      root,
      more: [{ name: 'file', bytes: [{ pointer: 'text0', addend }] }],
    });
    // Behind the root on both sides.
    t.is(tell(into(A, A.length + 1), into(B, B.length + 1)).open, 0);
    // As far from the start, which is another part.
    t.true(tell(into(A, A.length + 1), into(B, A.length + 1)).open > 0);
    t.true(tell(into(A, 3), into(B, 4)).open > 0);
  });

  test(`a number that counts a NUL at the end of the text is not the length of a str: ${kind}`, (t) => {
    const files = FILES.map((file) => `${file}\0`);
    const { segments, open } = tell({ root: A, files }, { root: B, files });
    t.false(segments.some((of) => isLength(of) && of.state === 'derived'));
    t.true(open > 0);
    // The number of bytes before it is.
    const lengths = files.map((file) => A.length + file.length - 1) as [number, number];
    const told = tell({ root: A, files, lengths }, { root: B, files, lengths: LENGTHS_B });
    t.is(told.segments.filter((of) => isLength(of) && of.state === 'derived').length, 2);
  });

  test(`a length that is not that of the text is unexplained, on whichever side: ${kind}`, (t) => {
    const lengths: readonly (readonly [number, number])[] = [
      [FIRST + 1, SECOND],
      [FIRST - 1, SECOND],
      [FIRST + 1, SECOND - 1],
      [FIRST + 1, SECOND + 1],
      [SECOND, FIRST],
      [FIRST + 2 ** 32, SECOND],
      [-FIRST, SECOND],
      [0, SECOND],
      // As if nothing had happened to the text.
      [A.length + (FILES[0]?.length ?? 0), SECOND],
    ];
    for (const wrong of lengths) {
      for (const { segments, open } of [
        tell({ root: A }, { root: B, lengths: wrong }),
        tell({ root: B, lengths: wrong }, { root: A }),
      ]) {
        t.true(open > 0, `${wrong}`);
        const right = [FIRST, SECOND].filter((length, i) => length === wrong[i]).length;
        t.is(segments.filter((of) => isLength(of) && of.state === 'derived').length, right, `${wrong}`);
      }
    }
  });

  test(`a length of text that stays the same is unexplained where it changes: ${kind}`, (t) => {
    t.true(tell({ root: A }, { root: A, lengths: [22, 22] }).open > 0);
    const grown = tell({ root: A }, { root: A, lengths: [FIRST, SECOND] });
    t.is(grown.open, 4);
  });

  test(`a length behind a pointer that leads elsewhere is unexplained: ${kind}`, (t) => {
    const { segments, open } = tell({ root: A }, { root: B, to: ['text1', 'text0'] });
    t.true(open > 0);
    t.false(segments.some((of) => isLength(of) && of.state === 'derived'));
    // To the other text, with its length.
    const other = tell({ root: A }, { root: B, to: ['text1', 'text0'], lengths: [SECOND, FIRST] });
    t.true(other.open > 0);
    t.false(other.segments.some((of) => isLength(of) && of.state === 'derived'));
  });

  test(`a number that does not stand right behind a pointer is no length: ${kind}`, (t) => {
    const between = ['0000000000000000'];
    const { residue, segments } = tell({ root: A, between }, { root: B, between });
    t.is(residue.length, 2);
    t.false(segments.some(isLength));
    const other = tell(
      { root: A, between: [{ pointer: 'main' }] },
      { root: B, between: [{ pointer: 'main' }] },
    );
    t.is(other.residue.length, 2);
  });

  test(`the length of a text that is residue is residue: ${kind}`, (t) => {
    // No path, no source, and a text that differs in more than its path.
    for (const files of [FILES.map((file) => `${file} and more`), ['/bin/one', '/bin/two']]) {
      const { segments, open } = tell({ root: A, files: ['/bin/one', '/bin/two'] }, { root: B, files });
      t.true(open > 0);
      t.false(segments.some((of) => isLength(of) && of.state === 'derived'));
    }
    const longer = tell({ root: A }, { root: B, files: ['/src/main.rs', '/src/others.rs'] });
    t.is(longer.segments.filter((of) => isLength(of) && of.state === 'derived').length, 1);
    t.true(longer.open > 0);
  });

  test(`a length stands no longer than the claim of its text: ${kind}`, (t) => {
    // Met once.
    const once = tell({ root: A, files: ['/src/main.rs'] }, { root: B, files: ['/src/main.rs'] });
    t.is(once.segments.filter((of) => isLength(of) && of.state === 'derived').length, 1);
    t.is(once.open, A.length + B.length + 16);
    // Contradicted elsewhere.
    const { ledger } = tell({ root: A }, { root: B });
    const explanation = summarise(ledger, { formatA: '', formatB: '', maxResidue: 0 });
    const pairs = [{ path: 'x', explanation }];
    t.is(settle(pairs).causes.accounts.suspected, 0);
    const [name] = explanation.claims.kinds;
    const names = [
      { cause: 'build-path', domain: name?.domain ?? '', a: A, b: '/other', vouched: true },
    ] as const;
    const { accounts, causes } = settle(pairs, { names }).causes;
    t.is(accounts.suspected, 2 * (A.length + B.length) + 2 * 16);
    t.true(causes.some(({ cause, why }) => cause === 'derived' && why === 'contradicted'));
  });
}

test('a text with two tokens measures a word only as long as both claims stand', (t) => {
  const hashes = ['17f0b7e2c4d95a86', 'e86b1d0f3a297c54'];
  const files = (hash: string | undefined) =>
    ['one', 'two'].map((name) => `/target/debug/build/shop-${hash}/out/${name}.rs`);
  const [a, b] = [
    { root: A, files: files(hashes[0]) },
    { root: B, files: files(hashes[1]) },
  ];
  const { ledger, segments } = tellLedger(relocatable(image(a)), relocatable(image(b)));
  t.is(segments.filter(({ field, state }) => field === 'length' && state === 'derived').length, 2);
  t.is(ledger.claims.joint.length, 1);
  const explanation = summarise(ledger, { formatA: '', formatB: '', maxResidue: 0 });
  const derived = (kept: readonly string[]): number =>
    settle([{ path: 'x', explanation: { ...explanation, kept } }]).causes.causes.find(
      ({ cause, standing }) => cause === 'derived' && standing === 'derived',
    )?.segments ?? 0;
  const [path] = ledger.claims.a.filter((token) => token.startsWith('/'));
  t.is(derived([]) - derived([hashes[0] ?? '']), 2);
  t.is(derived([]) - derived([path ?? '']), 2);
});
