import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../artefact/bytes.js';
import { type LinkedLibrary, linkedLibrary } from '../format/elf/linked-fixture.js';
import { explainContents } from './explain.js';
import { BEHIND } from './explanation.js';
import { tellLedger } from './told-fixture.js';

const PAIRS = join(dirname(fileURLToPath(import.meta.url)), '../../../corpus/pairs');

/** Real files of each format: libraries, archives, objects, programs, metadata. */
const FILES: readonly (readonly [name: string, content: Buffer])[] = [
  ...[
    'metadata-bitcode',
    'type-id',
    'proc-macro-hash',
    'added-function',
    'ar-order',
    'debug-info',
    'codegen-units',
  ].flatMap((pair) => filesOf(join(PAIRS, pair))),
  ...['separate-metadata', 'padding', 'strip', 'lto-twice', 'twin-crates', 'hidden-elf', 'hidden-ar'].flatMap(
    (pair) => filesOf(join(PAIRS, pair)),
  ),
  ...(['gnuLd', 'gold', 'lld'] as const).map((name: LinkedLibrary) => [name, linkedLibrary(name)] as const),
];

function filesOf(folder: string): [string, Buffer][] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesOf(path);
    const wanted = !entry.name.endsWith('.json') && !/\.(tar|xz|gz|zst|deb)$/.test(entry.name);
    return wanted ? [[path.slice(PAIRS.length + 1), readFileSync(path)] as [string, Buffer]] : [];
  });
}

type Change =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'fill'; readonly at: number; readonly length: number; readonly value: number }
  | { readonly kind: 'copy'; readonly at: number; readonly from: number; readonly length: number };

/** Places are parts of a thousand: files are of different lengths. The header is met more often than chance would have it. */
const place = fc.oneof(fc.integer({ min: 0, max: 999 }), fc.integer({ min: -64, max: -1 }));
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat({ max: 7 }) }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: place,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: place, length: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    kind: fc.constant('fill' as const),
    at: place,
    length: fc.integer({ min: 1, max: 9 }),
    value: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff),
  }),
  fc.record({
    kind: fc.constant('copy' as const),
    at: place,
    from: place,
    length: fc.integer({ min: 1, max: 64 }),
  }),
);

function changed(content: Buffer, changes: readonly Change[]): Buffer {
  let out = Buffer.from(content);
  for (const of of changes) {
    const where = (at: number): number =>
      at < 0 ? Math.min(out.length - 1, -at) : Math.floor((at * out.length) / 1000);
    const at = where(of.at);
    switch (of.kind) {
      case 'flip':
        out[at] = (out[at] ?? 0) ^ (1 << of.bit);
        break;
      case 'insert':
        out = Buffer.concat([out.subarray(0, at), of.bytes, out.subarray(at)]);
        break;
      case 'cut':
        out = Buffer.concat([out.subarray(0, at), out.subarray(at + of.length)]);
        break;
      case 'fill':
        out.fill(of.value, at, Math.min(out.length, at + of.length));
        break;
      case 'copy':
        out.copy(out, at, where(of.from), Math.min(out.length, where(of.from) + of.length));
        break;
    }
  }
  return out;
}

const file = fc.nat({ max: FILES.length - 1 });

test('a real file that was changed anywhere is accounted for: the ledger closes, replays and hides nothing', (t) => {
  fc.assert(
    fc.property(
      file,
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (index, changes, turned) => {
        const [name, a] = FILES[index] ?? ['', Buffer.alloc(0)];
        const b = changed(a, changes);
        const { open } = turned ? tellLedger(b, a) : tellLedger(a, b);
        t.is(open > 0, !a.equals(b), name);
      },
    ),
    { numRuns: 250, seed: 856360962, interruptAfterTimeLimit: 12_000, markInterruptAsFailure: false },
  );
});

test('two real files that have nothing to do with each other are accounted for', (t) => {
  fc.assert(
    fc.property(file, file, fc.array(change, { maxLength: 1 }), (one, other, changes) => {
      tellLedger(FILES[one]?.[1] ?? Buffer.alloc(0), changed(FILES[other]?.[1] ?? Buffer.alloc(1), changes));
      t.pass();
    }),
    { numRuns: 80, seed: 1, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false },
  );
});

test('a program is accounted for beside itself with its symbols stripped', (t) => {
  const [a, b] = [readFileSync(join(PAIRS, 'strip/a/program')), readFileSync(join(PAIRS, 'strip/b/program'))];
  t.true(tellLedger(a, b).open > 0);
});

// The dynamic symbols of the one are taken for the full ones of the other.
test('a stripped program is accounted for beside itself with symbols', (t) => {
  const [a, b] = [readFileSync(join(PAIRS, 'strip/a/program')), readFileSync(join(PAIRS, 'strip/b/program'))];
  t.true(tellLedger(b, a).open > 0);
});

test('any two contents are accounted for, whatever they begin with', (t) => {
  const magic = fc.constantFrom(
    '',
    '!<arch>\n',
    '\x7fELF',
    '\x7fELF\x02\x01\x01',
    'rust\0\0\0\x09',
    'BC\xc0\xde',
    '\x1f\x8b\x08',
  );
  const content = fc
    .tuple(magic, fc.uint8Array({ maxLength: 120 }))
    .map(([start, rest]) => Buffer.concat([Buffer.from(start, 'latin1'), rest]));
  fc.assert(
    fc.property(content, content, (a, b) => {
      t.is(tellLedger(a, b).segments.length > 0, !a.equals(b));
    }),
    { numRuns: 300 },
  );
});

for (const [what, at] of [
  ['ELF', 'padding/a/shapes.o'],
  ['archive', 'type-id/a/libkinds.rlib'],
] as const) {
  test(`a file that cannot be read falls back to bytes and says so: ${what}`, (t) => {
    const a = readFileSync(join(PAIRS, at));
    const b = Buffer.from(a.subarray(0, a.length - 9));
    const { notes, open } = tellLedger(a, b);
    t.true(notes.length > 0, 'a note says what could not be read');
    t.true(open > 0);
  });
}

const explain = (a: Buffer, b: Buffer, more: object = {}) =>
  explainContents(memoryBytes(a), memoryBytes(b), { path: 'x', ...more });

test('formats are told for what their first bytes are', async (t) => {
  const formats = async (a: Buffer, b: Buffer): Promise<string[]> => {
    const { formatA, formatB } = await explain(a, b);
    return [formatA, formatB];
  };
  const elf = linkedLibrary('lld');
  const rlib = readFileSync(join(PAIRS, 'type-id/a/libkinds.rlib'));
  const rmeta = readFileSync(join(PAIRS, 'separate-metadata/b/libshape.rmeta'));
  t.deepEqual(await formats(elf, rlib), ['ELF', 'ar archive']);
  t.deepEqual(await formats(rmeta, Buffer.from('BC\xc0\xde....', 'latin1')), [
    'crate metadata',
    'LLVM bitcode',
  ]);
  t.deepEqual(await formats(Buffer.from('abc'), Buffer.alloc(0)), ['bytes', 'bytes']);
});

test('--verify replays the ledger, and regions tell every segment with what stands behind it', async (t) => {
  const a = readFileSync(join(PAIRS, 'type-id/a/libkinds.rlib'));
  const b = readFileSync(join(PAIRS, 'type-id/b/libkinds.rlib'));
  const { regions, segments, claims, lengthA, equal, totals } = await explain(a, b, {
    verify: true,
    withRegions: true,
  });
  t.true(segments > 0);
  t.is(lengthA, equal + totals.reduce((sum, { bytesA }) => sum + bytesA, 0));
  const behind = [...(regions?.behind ?? [])];
  t.true(behind.some((of) => of >= 0 && of < claims.a.length));
  t.true(behind.some((of) => of === BEHIND.derived || of === BEHIND.nothing || of === BEHIND.shown));
  t.is((await explain(a, b)).regions, undefined);
});

test('no more residue is listed than asked for, and the rest is counted', async (t) => {
  const a = linkedLibrary('gold');
  const b = linkedLibrary('lld');
  const all = await explain(a, b);
  const some = await explain(a, b, { maxResidue: 3 });
  t.is(some.residue.length, 3);
  t.is(some.residueLeftOut, all.residue.length + all.residueLeftOut - 3);
  t.deepEqual(some.totals, all.totals);
});
