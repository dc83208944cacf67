import test from 'ava';
import fc from 'fast-check';
import { type RecordingSink, recordingSink } from '../ledger/sink-fixture.js';
import { base62Digits } from '../symbol/base62.js';
import { explainString, PathRoots } from './string.js';

function explained(a: string, b: string, roots?: PathRoots): RecordingSink {
  const left = Buffer.from(a, 'latin1');
  const right = Buffer.from(b, 'latin1');
  const sink = recordingSink(left, right);
  explainString(left, right, sink, roots);
  sink.assertClosed();
  return sink;
}

/** Claims as the fixture tells them, then what is left: `left|right`, with its label if it has one. */
function told(a: string, b: string, roots?: PathRoots): string[] {
  const sink = explained(a, b, roots);
  const rest = sink.changes.flatMap((s) => {
    if (s.kind === 'token' && s.reason !== 'unexplained') return [];
    const bytes = `${a.slice(s.a, s.a + s.aLength)}|${b.slice(s.b, s.b + s.bLength)}`;
    return [s.reason === 'unexplained' ? bytes : `${s.reason} ${bytes}`];
  });
  return [...sink.claims, ...rest];
}

const H = ['0123456789abcdef', 'f0e1d2c3b4a59687', '99065f1c1aedbb4f', '3f938813a675f72e'] as const;
const COMMIT = [
  '4d91de4e48198da2e33413efdcd9cd2cc0c46688',
  '9fc6b43126469e3858e2fe86cafb4f0fd5068869',
] as const;

test('a root that differs is one claim, whatever lies under it', (t) => {
  const claim = ['build-path /build/a ↔ /build/bb'];
  t.deepEqual(told('/build/a/src/lib.rs', '/build/bb/src/lib.rs'), claim);
  t.deepEqual(told('/build/a/library/core/src/fmt', '/build/bb/library/core/src/fmt'), claim);
  t.deepEqual(told('/build/a/x.rs', '/build/bb/x.rs'), claim);
  t.deepEqual(told('-I/build/a/x/include', '-I/build/bb/x/include'), claim);
  t.deepEqual(
    told(`/rustc/${COMMIT[0]}/library/std/src/lib.rs`, '/usr/src/rustc-1.85.0/library/std/src/lib.rs'),
    [`build-path /rustc/${COMMIT[0]} ↔ /usr/src/rustc-1.85.0`],
  );
});

test('a root under the other, and a relative path against one under a root', (t) => {
  t.deepEqual(told('/a/src/lib.rs', '/a/b/src/lib.rs'), ['build-path /a ↔ /a/b']);
  t.deepEqual(told('/a/b/lib.rs', '/b/lib.rs'), ['build-path /a/b ↔ /b']);
  t.deepEqual(told('src/x/lib.rs', '/build/src/x/lib.rs'), ['build-path src ↔ /build/src']);
  t.deepEqual(told('read/write access', 'red/write access'), ['a|']);
});

test('a change in the last component is unexplained, also below a root that differs', (t) => {
  t.deepEqual(told('/a/src/lib.rs', '/a/src/lic.rs'), ['b|c']);
  t.deepEqual(told('/a/src', '/b/src2'), ['a|b', '|2']);
  t.deepEqual(told('/build/a', '/build/b'), ['a|b']);
  t.deepEqual(told('https://rust-lang.org/std/index.html', 'https://rust-lanq.org/std/index.html'), ['g|q']);
});

test('a change in the middle is a claim of its own, which no other place attests', (t) => {
  t.deepEqual(told('/a/src/lib.rs', '/a/srd/lib.rs'), ['build-path /a/src ↔ /a/srd']);
});

test('a path that is a root is known once a path below it was seen', (t) => {
  const roots = new PathRoots();
  t.deepEqual(told('/build/a', '/build/bb', roots), ['a|bb']);
  t.deepEqual(told('/build/a/src/lib.rs', '/build/bb/src/lib.rs', roots), [
    'build-path /build/a ↔ /build/bb',
  ]);
  t.deepEqual(told('/build/a', '/build/bb', roots), ['build-path /build/a ↔ /build/bb']);
  t.deepEqual(told('/build/a/lib.rs', '/build/bb/lic.rs', roots), ['build-path /build/a ↔ /build/bb', 'b|c']);
});

test('texts that lie without separators, as in .rodata, give the same claims', (t) => {
  const rodata = (root: string) =>
    `called on a None value${root}/src/lib.rs${root}/src/a b${root}/src/main.rsout of${root}/x.rs range`;
  t.deepEqual(
    new Set(told(rodata('/build/a'), rodata('/build/bb'))),
    new Set(['build-path /build/a ↔ /build/bb']),
  );
});

test('hashes in names are claims where they stand, in file names, symbols and codegen units', (t) => {
  t.deepEqual(told(`libstd-${H[0]}.rlib`, `libstd-${H[1]}.rlib`), [`metadata-hash ${H[0]} ↔ ${H[1]}`]);
  t.deepEqual(told(`-${H[0]}`, `-${H[1]}`), [`metadata-hash ${H[0]} ↔ ${H[1]}`]);
  t.deepEqual(told(`_ZN4core3fmt17h${H[0]}E`, `_ZN4core3fmt17h${H[1]}E`), [`crate-hash ${H[0]} ↔ ${H[1]}`]);
  t.deepEqual(
    told(
      `std-${H[0]}.std.${H[2]}-cgu.00.rcgu.o_ZN3std2io17h${H[3]}E.llvm.123`,
      `std-${H[1]}.std.${H[3]}-cgu.00.rcgu.o_ZN3std2io17h${H[2]}E.llvm.4567`,
    ),
    [
      `metadata-hash ${H[0]} ↔ ${H[1]}`,
      `crate-hash ${H[2]} ↔ ${H[3]}`,
      `crate-hash ${H[3]} ↔ ${H[2]}`,
      'thinlto-suffix 123 ↔ 4567',
    ],
  );
  t.deepEqual(told(`anon.${H[0]}${H[1]}.7`, `anon.${H[2]}${H[3]}.7`), [
    `thinlto-suffix ${H[0]}${H[1]} ↔ ${H[2]}${H[3]}`,
  ]);
});

test('an output folder of a build script is out-dir, a dependency beside it is not', (t) => {
  t.deepEqual(told(`/b/a/build/serde-${H[0]}/out/private.rs`, `/b/c/build/serde-${H[1]}/out/private.rs`), [
    'build-path /b/a ↔ /b/c',
    `out-dir ${H[0]} ↔ ${H[1]}`,
  ]);
  t.deepEqual(told(`deps/serde-${H[0]}.d`, `deps/serde-${H[1]}.d`), [`metadata-hash ${H[0]} ↔ ${H[1]}`]);
});

test('a hash against what is no hash, a hash that is alike, and one that stays', (t) => {
  t.deepEqual(told(`libstd-${H[0]}.rlib`, 'libstd-0123456789abcdeg.rlib'), ['f|g']);
  t.deepEqual(explained(`libstd-${H[0]}.rlib`, `libstd-${H[0].slice(0, 15)}0.rlib`).claims, []);
  t.deepEqual(explained(`_ZN1a17h${H[0]}E x`, `_ZN1a17h${H[0]}E y`).same, [H[0]]);
});

test('a crate disambiguator of a v0 name is a claim, and back references after it are derived', (t) => {
  const name = (crate: string) => {
    const before = `INvCs${crate}_4core3fmtTNt`;
    return `_R${before}C3foo3BarNtB${base62Digits(before.length)}_3BazEE`;
  };
  const sink = explained(name('a1'), name('zz9yzz9yzz'));
  t.deepEqual(sink.claims, ['crate-hash a1 ↔ zz9yzz9yzz']);
  t.deepEqual(
    sink.changes.map((s) => s.reason),
    ['crate-hash', 'derived'],
  );
  const planted = explained(name('a1'), name('zz9yzz9yzz').replace(/B[^B]*_3Baz/, 'Bb_3Baz'));
  t.deepEqual(
    planted.changes.map((s) => s.reason),
    ['crate-hash', 'unexplained'],
  );
});

test('versions of rustc are one token; the same release told otherwise is source-info', (t) => {
  const release = [
    '1.84.0 (9fc6b4312 2025-01-07)',
    '1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)',
  ];
  t.deepEqual(told(`rustc version ${release[0]}`, `rustc version ${release[1]}`), [
    `rustc-version ${release[0]} ↔ ${release[1]}`,
  ]);
  t.deepEqual(told(`clang LLVM (rustc version ${release[0]})`, `clang LLVM (rustc version ${release[1]})`), [
    `rustc-version ${release[0]} ↔ ${release[1]}`,
  ]);
  t.deepEqual(told('rustc 1.85.0 (4d91de4e4 2025-02-17)x', `rustc ${release[1]}x`), [
    `source-info 1.85.0 (4d91de4e4 2025-02-17) ↔ ${release[1]}`,
  ]);
  t.deepEqual(told(COMMIT[0], COMMIT[1]), [`source-info ${COMMIT[0]} ↔ ${COMMIT[1]}`]);
});

test('producers of C compilers and linkers are labels, no claims', (t) => {
  t.deepEqual(told('GCC: (Debian 12.2.0-14) 12.2.0', 'GCC: (Debian 13.3.0-14) 13.3.0'), [
    'c-object 2|3',
    'c-object 2|3',
    'c-object 2|3',
    'c-object 2|3',
  ]);
  t.deepEqual(told('Linker: LLD 19.1.7', 'Linker: LLD 22.1.0'), ['linker 19|22', 'linker 7|0']);
});

test('temporary names and times are claims where both sides have one', (t) => {
  t.deepEqual(told('/tmp/rustcAbCdEf/symbols.o', '/tmp/rustcZyXwVu/symbols.o'), [
    'temp-name rustcAbCdEf ↔ rustcZyXwVu',
  ]);
  t.deepEqual(told('built Feb  7 2025 10:11:12', 'built Nov 22 2026 01:02:03'), [
    'timestamp Feb  7 2025 10:11:12 ↔ Nov 22 2026 01:02:03',
  ]);
  t.deepEqual(told('at 2025-02-17T10:11:12Z.', 'at 2026-11-22T00:00:00Z.'), [
    'timestamp 2025-02-17T10:11:12Z ↔ 2026-11-22T00:00:00Z',
  ]);
  t.deepEqual(told('EPOCH=1739750400', 'EPOCH=1795305600'), ['timestamp 1739750400 ↔ 1795305600']);
  t.deepEqual(told('n=1739750400', 'n=0739750400'), ['1|0']);
  t.deepEqual(told('2025-02-17', '2025-02-31'), ['17|31']);
});

test('an inserted word is all that is left, and what follows it is still aligned', (t) => {
  t.deepEqual(told(`a b c libx-${H[0]}.so end`, `a b new c libx-${H[1]}.so end`), [
    `metadata-hash ${H[0]} ↔ ${H[1]}`,
    '|new ',
  ]);
  t.deepEqual(told('', 'x'), ['|x']);
  t.deepEqual(told('x', ''), ['x|']);
  t.deepEqual(told('', ''), []);
});

const piece = fc.oneof(
  fc.constantFrom(
    '/',
    '/build/a',
    '/build/bb',
    '/src/lib.rs',
    '/tmp/rustcAbCdEf/',
    '/tmp/.tmp123456/',
    ' ',
    '-',
    '.',
    '_',
  ),
  fc.constantFrom(...H.map((h) => `-${h}`), ...H.map((h) => `_ZN1a17h${h}E`), ...H.map((h) => `.${h}-cgu.`)),
  fc.constantFrom(
    '_RNvCs1234_7mycrate3foo',
    '_RINvCsx_4core3fmtNtB2_3FooE',
    '.llvm.123',
    '2025-01-02',
    '10:11:12',
  ),
  fc.constantFrom(
    'rustc version 1.85.0 (4d91de4e4 2025-02-17)',
    'rustc 1.84.0',
    'GCC: (x) 1',
    'Linker: y',
    COMMIT[0],
  ),
  fc.string({ maxLength: 6 }),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);
const texts = fc.array(piece, { maxLength: 14 });

test('any two runs are covered exactly once, and nothing unequal is called equal', (t) => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      explained(a.join(''), b.join(''));
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('edited runs are covered exactly once', (t) => {
  fc.assert(
    fc.property(texts, fc.nat(), fc.nat(6), piece, (parts, at, removed, put) => {
      const edited = [...parts];
      edited.splice(at % (parts.length + 1), removed, put);
      explained(parts.join(''), edited.join(''));
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('one byte changed on purpose beside consistent renaming is in no claim that another place attests', (t) => {
  const rename = (text: string): string =>
    text
      .replaceAll('/build/a', '/build/bb')
      .replaceAll(H[0], H[1])
      .replaceAll(H[2], H[3])
      .replaceAll('Cs1234_', 'Csz9_')
      .replaceAll('1.84.0 (9fc6b4312 2025-01-07)', '1.85.0 (4d91de4e4 2025-02-17)');
  const benign = fc.array(
    fc.constantFrom(
      '/build/a/src/lib.rs',
      '/build/a/library/core/src/fmt/mod.rs ',
      `_ZN4core3fmt17h${H[0]}E`,
      `libstd-${H[2]}.rlib `,
      '_RNvCs1234_7mycrate3foo ',
      'rustc version 1.84.0 (9fc6b4312 2025-01-07) ',
      'called on a None value',
      '\0',
    ),
    { minLength: 2, maxLength: 12 },
  );
  fc.assert(
    fc.property(benign, fc.nat(), fc.integer({ min: 1, max: 255 }), (parts, place, flip) => {
      const a = parts.join('');
      const b = Buffer.from(rename(a), 'latin1');
      const at = place % b.length;
      b[at] = (b[at] ?? 0) ^ flip;
      const sink = explained(a, b.toString('latin1'));
      const owner = sink.segments.find((s) => s.b <= at && at < s.b + s.bLength);
      const attested = sink.segments.filter((s) => s.tokenA === owner?.tokenA && s.tokenB === owner?.tokenB);
      t.true(
        owner?.reason === 'unexplained' || owner?.kind === 'equal' || attested.length === 1,
        `${owner?.reason}`,
      );
      // Bytes may be equal to others of A by chance; then the bytes that stood there have no counterpart in B.
      if (owner?.kind === 'equal') t.true(sink.changes.some((s) => s.reason === 'unexplained'));
    }),
    { numRuns: 1500 },
  );
});

test('a long run with thousands of tokens and a long one without any are worked through', (t) => {
  const hash = (i: number, k: bigint) =>
    ((BigInt(i) * 0x9e3779b97f4a7c15n * k) % 2n ** 64n).toString(16).padStart(16, '0');
  const run = (k: bigint) =>
    Array.from({ length: 20_000 }, (_, i) => `_ZN4core6x${10_000 + i}17h${hash(i + 1, k)}E`).join('');
  const sink = explained(run(1n), run(7n));
  t.true(sink.claims.length > 19_900, `${sink.claims.length}`);
  const noise = (seed: number) => {
    let state = seed;
    return Array.from({ length: 100_000 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return String.fromCharCode(33 + ((state >>> 16) % 90));
    }).join('');
  };
  explained(noise(1), noise(2));
  explained('/'.repeat(200_000), '/.'.repeat(100_000));
});
