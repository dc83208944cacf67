import test from 'ava';
import fc from 'fast-check';
import { base62Digits } from './base62.js';
import { fillSkeleton, type SymbolName, stableCrateId, symbolTokens } from './name.js';
import { tokenSpans } from './scan.js';
import { TOKEN_KINDS } from './spans.js';

const H16 = '0123456789abcdef';
const H32 = H16 + H16;

function claims(name: SymbolName): string[] {
  return name.tokens.filter((token) => token.kind !== 'backref').map((token) => token.text);
}

/** Lines that say which tokens a name has, as `kind text`. */
function tokensOf(title: string, lines: readonly (readonly [name: string, ...tokens: string[]])[]): void {
  test(title, (t) => {
    for (const [name, ...tokens] of lines) {
      const found = symbolTokens(name);
      t.deepEqual(
        found.tokens.map((token) => `${token.kind} ${token.text}`),
        tokens,
        name,
      );
      for (const token of found.tokens) t.is(name.slice(token.start, token.end), token.text);
      t.is(fillSkeleton(found.skeleton, claims(found)), name);
    }
  });
}

tokensOf('the hash of a legacy name is a token, wherever the symbol stands', [
  [`_ZN3std4main17h${H16}E`, `legacy-hash ${H16}`],
  [`__ZN3std4main17h${H16}E`, `legacy-hash ${H16}`],
  [`.text._ZN3std4main17h${H16}E`, `legacy-hash ${H16}`],
  [`.rela.text._ZN3std4main17h${H16}E`, `legacy-hash ${H16}`],
  [`.gcc_except_table._ZN3std4main17h${H16}E`, `legacy-hash ${H16}`],
  [`_ZN3std4main17h${H16}E.llvm.123`, `legacy-hash ${H16}`, 'llvm-suffix 123'],
  [
    `_ZN3std4main17h${H16}E.7.llvm.123.cold.1`,
    `legacy-hash ${H16}`,
    'counter 7',
    'llvm-suffix 123',
    'counter 1',
  ],
]);

tokensOf('a name that only looks like a legacy one has none', [
  ['_ZN3std4main17h0123456789abcdeE'],
  ['_ZN3std4main17h0123456789ABCDEFE'],
  [`_ZN9std4main17h${H16}E`],
  [`3std4main17h${H16}E`],
  ['_ZNSt6vectorIiE4sizeEv'],
]);

tokensOf('the disambiguators of crates are tokens, those of paths and impls are not', [
  ['_RNvCskFybzSCucbF_1a4main', 'crate-disambiguator kFybzSCucbF'],
  ['_RNCNvCsAbc_1a4mains3_0', 'crate-disambiguator Abc'],
  ['_RNvMs5_NtCsAbc_1a1mNtB5_1S1f', 'crate-disambiguator Abc', 'backref 5'],
  ['_RINvCsAbc_1a1fhECsDef_1b', 'crate-disambiguator Abc', 'crate-disambiguator Def'],
  ['.text._RNvCsAbc_1a1b', 'crate-disambiguator Abc'],
  ['.Lswitch.table._RNvCsAbc_1a1b.12.rel', 'crate-disambiguator Abc', 'counter 12'],
  ['_RNvCsAbc_1a1b.llvm.77.warm', 'crate-disambiguator Abc', 'llvm-suffix 77'],
  ['_RNvC1a1b'],
  ['_RNvCs_1a1b'],
]);

tokensOf('letters inside identifiers, types and constants of v0 names are no disambiguators', [
  ['_RNvC8_CsAbc_1a1b'],
  ['_RINvC1a1fTssEFKCEuKj5_E'],
  ['_RINvC1a1fKRe43735f_E'],
  ['_RNvC1a9CsAbc_1ab'],
  ['_RNvC1a9CsAbc_1a'],
]);

tokensOf('a back reference to the start of a v0 name has no digits, so no token', [
  ['_RNvCsAbc_1a1bB_', 'crate-disambiguator Abc'],
  ['_RNvCsAbc_1a1bB2_', 'crate-disambiguator Abc', 'backref 2'],
]);

tokensOf('hashes of constants, files, crates and codegen units are tokens', [
  [`.Lanon.${H32}.12`, `anon-hash ${H32}`, 'counter 12'],
  [`.rela.data.rel.ro..Lanon.${H32}.3`, `anon-hash ${H32}`, 'counter 3'],
  [`anon.${H32}.12.llvm.99`, `anon-hash ${H32}`, 'counter 12', 'llvm-suffix 99'],
  [`.rodata..Lalloc_${H32}`, `alloc-hash ${H32}`],
  [`alloc_${H32}.llvm.5`, `alloc-hash ${H32}`, 'llvm-suffix 5'],
  ['librustc_driver-58bdc9a382702c52.so', 'extra-filename 58bdc9a382702c52'],
  [
    'std-58bdc9a382702c52.std.1ffa69bf94b80b2-cgu.00.rcgu.o',
    'extra-filename 58bdc9a382702c52',
    'unit-hash 1ffa69bf94b80b2',
  ],
  ['std.30f7fcf0d12784ed-cgu.12', 'unit-hash 30f7fcf0d12784ed'],
  ['core.1ffa69bf94b80b2-in-std.30f7fcf0d12784ed.volatile', 'unit-hash 1ffa69bf94b80b2'],
  [
    'main-58bdc9a382702c52.2j3f0x9m5z6h1q8k.rcgu.o',
    'extra-filename 58bdc9a382702c52',
    'unit-hash 2j3f0x9m5z6h1q8k',
  ],
  ['a.0c5mas3m0qg4vvo0q9kvhx7ii.0az3hnk.rcgu.o', 'unit-hash 0c5mas3m0qg4vvo0q9kvhx7ii', 'unit-hash 0az3hnk'],
  ['a.b.0az3hnk.rcgu.o'],
  ['a.llvm.12345678901234567890.0az3hnk.rcgu.o', 'llvm-suffix 12345678901234567890'],
  ['rust_metadata_rustc_driver_24371ef4f2eec2a9', 'crate-hash 24371ef4f2eec2a9'],
  ['rust_metadata_std_4371ef4f2eec2a9', 'crate-hash 4371ef4f2eec2a9'],
  ['_rust_extern_with_linkage_d28b1718532fa52a___dso_handle', 'crate-hash d28b1718532fa52a'],
  ['__rustc_proc_macro_decls_d28b1718532fa52a__', 'crate-hash d28b1718532fa52a'],
  ['__rustc_plugin_registrar_d28b1718532fa52a__', 'crate-hash d28b1718532fa52a'],
]);

tokensOf('numbers that count labels are tokens', [
  ['.LCPI41_0', 'counter 41', 'counter 0'],
  ['.LJTI7_12', 'counter 7', 'counter 12'],
  ['.Ltmp5', 'counter 5'],
  ['.L__unnamed_9', 'counter 9'],
  ['__unnamed_9', 'counter 9'],
  ['.L.str.10', 'counter 10'],
  ['str.5', 'counter 5'],
  ['.Lvtable.3', 'counter 3'],
  ['GCC_except_table117', 'counter 117'],
  ['switch.table.plain.4', 'counter 4'],
  ['.Lreltable.plain.4', 'counter 4'],
]);

tokensOf('versions, sizes and fixed names have no token', [
  ['LLVMInt64TypeInContext@LLVM_19.1'],
  ['GLIBC_2.17'],
  ['.rodata.str1.1'],
  ['.rodata.cst16'],
  ['libLLVM.so.19.1'],
  ['__rustc_debug_gdb_scripts_section__'],
  ['_rust_extern_with_linkage___dso_handle'],
  ['__llvm_memcpy_element_unordered_atomic_4'],
  ['foo.llvm.'],
  ['foo.llvm.12x'],
  [`anon.${H32}0.1`],
  [`x-${H16}0`],
  ['lib.allocator.rcgu.o'],
  [''],
  ['größe'],
]);

test('a name with a shorter disambiguator has the same skeleton, though its back references moved', (t) => {
  const a = symbolTokens('_RNvMNtCsAbcdefghijk_4core3fooNtB2_3Bar3baz');
  const b = symbolTokens('_RNvMNtCsZ_4core3fooNtB2_3Bar3baz');
  t.is(a.skeleton, b.skeleton);
  const far = symbolTokens('_RINvCsAbcdefghijk_1a1fNtC1b1SBl_E');
  const near = symbolTokens('_RINvCsZ_1a1fNtC1b1SBb_E');
  t.is(far.skeleton, near.skeleton);
  t.is(fillSkeleton(far.skeleton, claims(near)), '_RINvCsZ_1a1fNtC1b1SBb_E');
  t.not(far.skeleton, symbolTokens('_RINvCsZ_1a1fNtC1b1SBc_E').skeleton);
});

test('a name that holds the marks of skeletons is kept apart from names with tokens', (t) => {
  const real = symbolTokens(`_ZN1a17h${H16}E`);
  for (const name of [real.skeleton, `\udc02${real.skeleton}`, '\ud800\udc00', '\udc01']) {
    const planted = symbolTokens(name);
    t.not(planted.skeleton, real.skeleton);
    t.deepEqual(planted.tokens, []);
    t.is(fillSkeleton(planted.skeleton, []), name);
  }
});

test('one crate id is read from v0 names, metadata symbols and codegen units', (t) => {
  const ids = [
    '_RNvCskFybzSCucbF_1a4main',
    'rust_metadata_a_f0c2278df06f76f5',
    'a.f0c2278df06f76f5-cgu.0',
  ].map((name) => symbolTokens(name).tokens.map(stableCrateId)[0]);
  t.deepEqual(ids, [0xf0c2278df06f76f5n, 0xf0c2278df06f76f5n, 0xf0c2278df06f76f5n]);
  t.deepEqual(symbolTokens(`_ZN1a17h${H16}E`).tokens.map(stableCrateId), [undefined]);
  t.deepEqual(symbolTokens('main.2j3f0x9m5z6h1q8k-cgu.0').tokens.map(stableCrateId), [undefined]);
});

/** Pieces that names with tokens are made of, cut off and joined at random. */
const piece = fc.oneof(
  fc.constantFrom(
    `_ZN1a17h${H16}E`,
    '_RNvCsAbc_1a1b',
    '_RINvCskFybzSCucbF_1a1fNtB2_1SB0_',
    'B2_',
    '_R',
    '_ZN',
    'E',
    '.llvm.123',
    `anon.${H32}.1`,
    `alloc_${H32}`,
    `-${H16}`,
    '.1ffa69bf94b80b2-cgu.0',
    '.0c5mas3m0qg4vvo0q9kvhx7ii.0az3hnk.rcgu.o',
    'rust_metadata_a_f0c2278df06f76f5',
    '.LCPI1_2',
    'switch.table.',
    'str.5',
    '.',
    '\0',
    '\udc00',
    'é',
  ),
  fc.string({ maxLength: 4 }),
);
const name = fc
  .tuple(fc.array(piece, { maxLength: 8 }), fc.nat(8), fc.nat(8))
  .map(([pieces, front, back]) =>
    pieces.join('').slice(front % 3, back === 0 ? undefined : -(back % 4) || undefined),
  );

test('the skeleton and the tokens of any text give it again', (t) => {
  fc.assert(
    fc.property(fc.oneof(name, fc.string({ unit: 'binary' })), (text) => {
      const cut = symbolTokens(text);
      t.is(fillSkeleton(cut.skeleton, claims(cut)), text);
      let last = 0;
      for (const token of cut.tokens) {
        t.true(token.start >= last && token.end > token.start);
        last = token.end;
      }
    }),
    { numRuns: 3000 },
  );
});

test('a skeleton filled with other hashes is the skeleton of the name that this gives', (t) => {
  const hash = fc.maxSafeNat().map((value) => base62Digits(value + 1));
  fc.assert(
    fc.property(hash, hash, (one, two) => {
      const a = symbolTokens(
        '_RINvMNtCsAbcdefghijk_4core3fooNtB2_3BarINtCsZz_1b1SBb_E3bazhE'.replace('Bb_', 'h'),
      );
      t.is(symbolTokens(fillSkeleton(a.skeleton, [one, two])).skeleton, a.skeleton);
    }),
  );
});

test('a string table gives the same tokens as its names one by one', (t) => {
  fc.assert(
    fc.property(fc.array(name), (names) => {
      const bytes = Buffer.from(names.join('\0'), 'latin1');
      const spans = tokenSpans(bytes, 0, bytes.length);
      const twice = tokenSpans(bytes, 0, bytes.length, tokenSpans(bytes, 0, bytes.length));
      t.is(twice.count, spans.count * 2);
      const whole: string[] = [];
      for (let i = 0; i < spans.count; i += 1) {
        whole.push(
          `${TOKEN_KINDS[spans.kind[i] ?? 0]} ${bytes.toString('latin1', spans.start[i], spans.end[i])}`,
        );
      }
      const single = bytes
        .toString('latin1')
        .split('\0')
        .flatMap((each) => {
          const one = Buffer.from(each, 'latin1');
          const found = tokenSpans(one, 0, one.length);
          return Array.from(
            { length: found.count },
            (_, i) =>
              `${TOKEN_KINDS[found.kind[i] ?? 0]} ${one.toString('latin1', found.start[i], found.end[i])}`,
          );
        });
      t.deepEqual(whole, single);
    }),
  );
});

test('hostile names take no more than linear time', (t) => {
  const texts = [
    '_RIC4._RI'.repeat(100_000),
    '_ZN4'.repeat(200_000),
    'rust_metadata_'.repeat(70_000),
    '.1'.repeat(400_000),
    `_RINvCsAbc_1a1f${'B2_'.repeat(200_000)}E`,
    `_R${'I'.repeat(500_000)}`,
    '-'.repeat(500_000),
  ];
  for (const text of texts) {
    const cut = symbolTokens(text);
    t.true(fillSkeleton(cut.skeleton, claims(cut)) === text);
  }
});
