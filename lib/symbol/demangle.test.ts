import test from 'ava';
import fc from 'fast-check';
import { type DemangleOptions, demangle } from './demangle.js';

const HASHES: DemangleOptions = { hashes: true };

/** Lines that say what a name stands for, without hashes. */
function demanglesTo(title: string, lines: readonly (readonly [name: string, path: string])[]): void {
  test(title, (t) => {
    for (const [name, path] of lines) t.is(demangle(name), path);
  });
}

demanglesTo('a legacy name is its parts without the hash', [
  ['_ZN3std2io5Stdin4read17h0123456789abcdefE', 'std::io::Stdin::read'],
  ['ZN3std2io17h0123456789abcdefE', 'std::io'],
  ['__ZN3std2io17h0123456789abcdefE', 'std::io'],
]);

demanglesTo('the escapes of legacy names are undone', [
  [
    '_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE',
    '<&T as core::fmt::Debug>::fmt',
  ],
  ['_ZN23a$LP$$RP$$C$b$BP$c$SP$d3x.y17h0123456789abcdefE', 'a(),b*c@d::x.y'],
  ['_ZN8gr$u7a$n17h0123456789abcdefE', 'grzn'],
  ['_ZN9a$u0a$b$c17h0123456789abcdefE', 'a$u0a$b$c'],
  ['_ZN9a$uff$b$c17h0123456789abcdefE', 'aÿb$c'],
]);

demanglesTo('a v0 name is a path in a crate', [
  ['_RNvC6_123foo3bar', '123foo::bar'],
  ['_RNvCskFybzSCucbF_1a4main', 'a::main'],
  ['_RNvNtNtCs0_3std2io5stdio5stdin', 'std::io::stdio::stdin'],
  ['_RNvNvC1a1f0', 'a::f'],
  ['__RNvC1a1b', 'a::b'],
  ['RNvC1a1b', 'a::b'],
]);

demanglesTo('closures and shims stand in braces with their number', [
  ['_RNCNvC1a4main0B3_', 'a::main::{closure#0}'],
  ['_RNCNvC1a4mains_0', 'a::main::{closure#1}'],
  ['_RNCNvC1a4mains0_0', 'a::main::{closure#2}'],
  ['_RNSNvC1a4main6vtable', 'a::main::{shim:vtable#0}'],
  ['_RNXC1a1b', 'a::{X:b#0}'],
]);

demanglesTo('an impl shows its type and its trait, not where it lies', [
  ['_RNvMC1aNtB2_1S1f', '<a::S>::f'],
  ['_RNvMs0_NtC1a1mNtB5_1S1f', '<a::m::S>::f'],
  ['_RNvXC1aNtB2_1SNtB2_1T1f', '<a::S as a::T>::f'],
  ['_RNvYhNtC1a1T1f', '<u8 as a::T>::f'],
]);

demanglesTo('generic arguments follow `::` in a value and stand plain in a type', [
  ['_RINvC1a1flE', 'a::f::<i32>'],
  ['_RINvC1a1fINtB2_1SlEE', 'a::f::<a::S<i32>>'],
  ['_RINvC1a1flEC1b', 'a::f::<i32>'],
  ['_RINvC1a1fL_E', "a::f::<'_>"],
]);

demanglesTo('types are written as in the source', [
  ['_RINvC1a1fRhQeRShE', 'a::f::<&u8, &mut str, &[u8]>'],
  ['_RINvC1a1fPuOzAhj4_E', 'a::f::<*const (), *mut !, [u8; 4]>'],
  ['_RINvC1a1fTETlETlhEE', 'a::f::<(), (i32,), (i32, u8)>'],
  ['_RINvC1a1fFEuFhEhFUKCPhvEuE', 'a::f::<fn(), fn(u8) -> u8, unsafe extern "C" fn(*const u8, ...)>'],
  ['_RINvC1a1fFK8C_unwindEuE', 'a::f::<extern "C-unwind" fn()>'],
  [
    '_RINvC1a1fabcdefhijlmnopstxyzE',
    'a::f::<i8, bool, char, f64, str, f32, u8, isize, usize, i32, u32, i128, u128, _, i16, u16, i64, u64, !>',
  ],
  ['_RINvC1a1fWmRm1_m9_WhNWhORh1_h2_NEE', 'a::f::<u32 is 1..=9, u8 is !null, u8 is 1..=2 | !null>'],
]);

demanglesTo('binders name their lifetimes from the outside in', [
  ['_RINvC1a1fFG_RL0_hEuE', "a::f::<for<'a> fn(&'a u8)>"],
  ['_RINvC1a1fFG0_RL1_hRL0_hEuE', "a::f::<for<'a, 'b> fn(&'a u8, &'b u8)>"],
  ['_RINvC1a1fFG_FG_RL1_hEuEuE', "a::f::<for<'a> fn(for<'b> fn(&'a u8))>"],
  ['_RINvC1a1fDG_INtC1b2FnTRL0_hEEp6OutputlEL_E', "a::f::<dyn for<'a> b::Fn<(&'a u8,), Output = i32>>"],
  ['_RINvC1a1fDNtC1b1TNtBa_1UEL_E', 'a::f::<dyn b::T + b::U>'],
  ['_RINvC1a1fFG_DNtC1b1TEL0_EuE', "a::f::<for<'a> fn(dyn b::T + 'a)>"],
  ['_RINvC1a1fDNtC1b1Tp1XhEL_E', 'a::f::<dyn b::T<X = u8>>'],
]);

demanglesTo('constants are literals, and other expressions stand in braces', [
  ['_RINvC1a1fKj7f_Kan80_Kb1_Kb0_KpE', 'a::f::<127, -128, true, false, _>'],
  ['_RINvC1a1fKo1ffffffffffffffff_Ky0_E', 'a::f::<0x1ffffffffffffffff, 0>'],
  ['_RINvC1a1fKc27_Kc22_Kca_Kc301_Kce9_E', "a::f::<'\\'', '\"', '\\n', '\\u{301}', 'é'>"],
  ['_RINvC1a1fKRe612262270a7fc3bc_Ke61_E', 'a::f::<"a\\"b\'\\n\\u{7f}ü", {*"a"}>'],
  ['_RINvC1a1fKRAh1_h2_EKQh1_E', 'a::f::<{&[1, 2]}, {&mut 1}>'],
  ['_RINvC1a1fKTEKTh1_EKTh1_b0_EE', 'a::f::<{()}, {(1,)}, {(1, false)}>'],
  ['_RINvC1a1fKVNtB2_1AUKVNtB2_1BTh1_sn2_EE', 'a::f::<{a::A}, {a::B(1, -2)}>'],
  ['_RINvC1a1fKVNtB2_1CS1xc78_1yb1_EE', "a::f::<{a::C { x: 'x', y: true }}>"],
  ['_RINvC1a1fKh1_KB8_E', 'a::f::<1, 1>'],
]);

demanglesTo('identifiers outside ASCII are decoded from Punycode', [
  ['_RNvC1au9gre_6ka8i', 'a::größe'],
  ['_RNvC1au10wgv71a119e', 'a::日本語'],
  [
    '_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y',
    'utf8_idents::საჭმელად_გემრიელი_სადილი',
  ],
  ['_RNvC1au2zz', 'a::punycode{zz}'],
]);

demanglesTo('suffixes stay, but for the one of ThinLTO', [
  ['_RNvC1a1b.cold', 'a::b.cold'],
  ['_RNvC1a1b.12', 'a::b.12'],
  ['_RNvC1a1b.llvm.9D1C9369', 'a::b'],
  ['_RNvC1a1b.llvm.123.cold', 'a::b.cold'],
  ['_ZN1a17h0123456789abcdefE.llvm.123', 'a'],
]);

test('hashes and the types of constants are kept on demand', (t) => {
  t.is(demangle('_ZN1a1b17h0123456789abcdefE', HASHES), 'a::b::h0123456789abcdef');
  t.is(demangle('_RINvCskFybzSCucbF_1a1kKj1_E', HASHES), 'a[f0c2278df06f76f5]::k::<1usize>');
  t.is(demangle('_RNvC1a1b', HASHES), 'a::b');
});

test('names of other languages and damaged ones have no Rust path', (t) => {
  const names = [
    '',
    'main',
    '_Z3foov',
    '_ZNSt6vectorIiE4sizeEv',
    '_ZN4llvm8Function4nameE',
    '_ZN3foo17h0123456789abcdeE',
    '_ZN3foo17h0123456789abcdef',
    '_ZN99foo17h0123456789abcdefE',
    '_ZN4größ17h0123456789abcdefE',
    '_R',
    '_RNv',
    '_RC',
    '_Rust',
    '_RNvC1a9b',
    '_RNvC1a1b extra',
    '_RNvCs_s_1a1b',
    '_RNvCslYGhA16ahye_1a1b',
    '_RINvC1a1fKb2_E',
    '_RINvC1a1fKcd800_E',
    '_RINvC1a1fKRe6_E',
    '_RINvC1a1fKReff_E',
    '_RINvC1a1fL0_E',
    '_RINvC1a1fDE0_E',
    '_RNvC1a1bC',
  ];
  for (const name of names) t.is(demangle(name), undefined, name);
});

test('a back reference to itself or to what follows is refused', (t) => {
  t.is(demangle('_RB_'), undefined);
  t.is(demangle('_RNvB_1a'), undefined);
  t.is(demangle('_RINvC1a1fB9_E'), undefined);
  t.is(demangle('_RNvB0_1a'), undefined);
});

test('back references that double the output at each step end at the bound', (t) => {
  let name = '_RINvC1a1fTuuE';
  let last = name.length - 4 - 2;
  for (let i = 0; i < 60; i += 1) {
    const at = name.length - 2;
    const digits = last === 0 ? '' : (last - 1).toString(36);
    name += `TB${digits}_B${digits}_E`;
    last = at;
  }
  t.is(demangle(`${name}E`), undefined);
});

test('deep nesting and giant counts end at the bound', (t) => {
  t.is(demangle(`_RINvC1a1f${'R'.repeat(100_000)}hE`), undefined);
  t.is(demangle(`_R${'Nv'.repeat(100_000)}C1a${'1b'.repeat(100_000)}`), undefined);
  t.is(demangle('_RINvC1a1fFGzzzzzz_EuE'), undefined);
  t.is(demangle('_RINvC1a1fFGzzzz_EuE'), undefined);
  t.is(demangle(`_RNvC1a99999999999999999999b`), undefined);
});

test('no text makes it throw', (t) => {
  const v0 = fc
    .array(fc.constantFrom(...'CNMXYIBKLEGDFTARQPOSWVUvhjelbcps_0123456789au'), { maxLength: 60 })
    .map((chars) => `_RINvC1a1b${chars.join('')}`);
  const legacy = fc.string({ maxLength: 40 }).map((text) => `_ZN${text.length}${text}17h0123456789abcdefE`);
  fc.assert(
    fc.property(fc.oneof(v0, legacy, fc.string({ unit: 'binary' })), fc.boolean(), (name, hashes) => {
      const path = demangle(name, { hashes });
      t.true(path === undefined || path.length <= 64 * 1024 + name.length);
    }),
    { numRuns: 2000 },
  );
});
