import test from 'ava';
import fc from 'fast-check';
import type { Placement } from '../artefact/layout/layout.js';
import {
  placeDebs,
  placeDirectory,
  placeInputs,
  placeTarball,
  rawMember,
} from '../artefact/layout/layout-fixture.js';
import type { Member } from '../artefact/member.js';
import { MOST_ALIKE, MOST_SKETCHED } from './likeness-rule.js';
import { type ContentLookup, type Pairing, pairMembers } from './pair.js';
import { likeness } from './sketch.js';

/** A file whose digest is `content`; ` -> ` and `/` as in `rawMember`. */
function member(path: string, content = '', over: Partial<Member> = {}): Member {
  const raw = rawMember(path);
  const isFile = raw.metadata.type === 'file';
  return {
    ...raw,
    path: raw.name.replace(/\/$/, ''),
    occurrence: 0,
    size: isFile ? content.length : 0,
    ...(isFile && { digest: content }),
    ...over,
  };
}

/** `rule a b`, `a` alone, `b` alone. */
function shown(a: readonly Member[], b: readonly Member[], lookup?: ContentLookup): string[] {
  const { pairs, onlyA, onlyB } = pairMembers(a, b, lookup);
  return [
    ...pairs.map((pair) => `${pair.rule}: ${a[pair.a]?.path} = ${b[pair.b]?.path}`),
    ...onlyA.map(({ index }) => `a: ${a[index]?.path}`),
    ...onlyB.map(({ index }) => `b: ${b[index]?.path}`),
  ];
}

const H1 = '-1111111111111111';
const H2 = '-2222222222222222';
const H3 = '-3333333333333333';
const H4 = '-4444444444444444';

test('members at one path and occurrence are a pair, whatever their types', (t) => {
  const a = [member('x'), member('x', '', { occurrence: 1 }), member('y -> z'), member('d/')];
  const b = [member('d'), member('x'), member('y')];
  t.deepEqual(shown(a, b), ['path: d = d', 'path: x = x', 'path: y = y', 'a: x']);
});

test('content never pairs with package metadata', (t) => {
  const a = [member('version', 'v'), member(`lib${H1}.so`, 'x', { role: 'package' })];
  const b = [member('version', 'v', { role: 'package' }), member(`lib${H2}.so`, 'x')];
  t.is(pairMembers(a, b).pairs.length, 0);
});

test('members at one path are counted for each role apart', (t) => {
  const a = [member('x', 'c'), member('x', 'p', { role: 'package', occurrence: 1 })];
  const b = [member('x', 'p', { role: 'package' }), member('x', 'c', { occurrence: 1 })];
  t.deepEqual(pairMembers(a, b).pairs, [
    { a: 0, b: 1, rule: 'path' },
    { a: 1, b: 0, rule: 'path' },
  ]);
});

test('two artefacts of one file each are a pair whatever they are called', (t) => {
  t.deepEqual(shown([member('rustc-a')], [member('rustc-b')]), ['only-file: rustc-a = rustc-b']);
  t.deepEqual(shown([member('rustc')], [member('rustc')]), ['path: rustc = rustc']);
  t.deepEqual(shown([member('rustc-a')], [member('rustc-b/')]), ['a: rustc-a', 'b: rustc-b']);
});

test('a hash in a name does not count where that leaves one on each side', (t) => {
  const a = [member(`lib/libstd${H1}.rlib`), member(`lib/libstd${H1}.so`), member(`build/x${H1}/out/y`)];
  const b = [member(`build/x${H2}/out/y`), member(`lib/libstd${H2}.so`), member(`lib/libstd${H2}.rlib`)];
  t.deepEqual(shown(a, b), [
    `path-without-hash: build/x${H1}/out/y = build/x${H2}/out/y`,
    `path-without-hash: lib/libstd${H1}.rlib = lib/libstd${H2}.rlib`,
    `path-without-hash: lib/libstd${H1}.so = lib/libstd${H2}.so`,
  ]);
});

test('a library and its metadata are not each other', (t) => {
  t.deepEqual(shown([member(`libstd${H1}.rlib`), member('x')], [member(`libstd${H2}.rmeta`), member('x')]), [
    'path: x = x',
    `a: libstd${H1}.rlib`,
    `b: libstd${H2}.rmeta`,
  ]);
});

test('a file does not pair with a directory of another hash, a symlink with a file does', (t) => {
  const a = [member(`x${H1}`), member('1'), member(`y${H1} -> z`)];
  const b = [member(`x${H2}/`), member('1'), member(`y${H2}`)];
  t.deepEqual(shown(a, b), ['path: 1 = 1', `path-without-hash: y${H1} = y${H2}`, `a: x${H1}`, `b: x${H2}`]);
});

test('only 16 lower-case hex digits behind a "-" are a hash', (t) => {
  for (const [x, y] of [
    ['x-1111', 'x-2222'],
    [`x${H1}1`, `x${H2}1`],
    ['x-AAAAAAAAAAAAAAAA', 'x-BBBBBBBBBBBBBBBB'],
    ['x1111111111111111', 'x2222222222222222'],
  ] as const) {
    t.is(pairMembers([member(x), member('1')], [member(y), member('2')]).pairs.length, 0);
  }
});

test('a version in a name does not count where that leaves one on each side', (t) => {
  const pairs = [
    ['lib/libLLVM-19-rust-1.84.0-stable.so', 'lib/libLLVM-22-rust-1.97.0-nightly.so'],
    ['lib/libLLVM.so.19.1-rust-1.84.0-stable', 'lib/libLLVM.so.22.1-rust-1.97.0-nightly'],
    ['lib/rustlib/T/lib/librustc-stable_rt.asan.a', 'lib/rustlib/T/lib/librustc-nightly_rt.asan.a'],
    ['share/doc/libstd-rust-1.63', 'share/doc/libstd-rust-web-1.85'],
    ['share/doc/libstd-rust-1.63/copyright', 'share/doc/libstd-rust-web-1.85/copyright'],
    ['share/doc/rust/html/crates1.95.0.js', 'share/doc/rust/html/crates1.97.0.js'],
    ['share/doc/rustc/copyright', 'share/doc/rustc-web/copyright'],
    ['share/lintian/overrides/rustc', 'share/lintian/overrides/rustc-web'],
  ] as const;
  t.deepEqual(
    shown(
      pairs.map(([a]) => member(a)),
      pairs.map(([, b]) => member(b)),
    ),
    pairs.map(([a, b]) => `path-without-version: ${a} = ${b}`),
  );
});

test('an old libLLVM pairs with the library that took its place, not with the linker script of its name', (t) => {
  const a = [member('lib/libLLVM-17-rust-1.75.0-stable.so', '', { size: 150_000_000 })];
  const b = [
    member('lib/libLLVM-19-rust-1.84.0-stable.so', '', { size: 42 }),
    member('lib/libLLVM.so.19.1-rust-1.84.0-stable', '', { size: 154_146_288 }),
  ];
  t.deepEqual(shown(a, b), [
    'path-without-version: lib/libLLVM-17-rust-1.75.0-stable.so = lib/libLLVM.so.19.1-rust-1.84.0-stable',
    'b: lib/libLLVM-19-rust-1.84.0-stable.so',
  ]);
});

test('two versions on one side leave a choice, and none is made', (t) => {
  t.deepEqual(shown([member('x-1.84.0'), member('x-1.85.0')], [member('x-1.86.0')]), [
    'a: x-1.84.0',
    'a: x-1.85.0',
    'b: x-1.86.0',
  ]);
});

test('of several that differ in their hash only, the name of the crate decides, then equal bytes', (t) => {
  const a = [member(`libx${H1}.rlib`, 'one'), member(`libx${H2}.rlib`, 'two')];
  const b = [member(`libx${H3}.rlib`, 'two'), member(`libx${H4}.rlib`, 'one')];
  t.deepEqual(shown(a, b), [
    `content: libx${H1}.rlib = libx${H4}.rlib`,
    `content: libx${H2}.rlib = libx${H3}.rlib`,
  ]);
  const crateNameOf = ({ path }: Member) => (path.includes(H1) || path.includes(H3) ? 'x' : 'x2');
  t.deepEqual(shown(a, b, { crateNameOf }), [
    `crate-name: libx${H1}.rlib = libx${H3}.rlib`,
    `crate-name: libx${H2}.rlib = libx${H4}.rlib`,
  ]);
});

test('a crate name that several have decides nothing', (t) => {
  const a = [member(`libx${H1}.rlib`, '1'), member(`libx${H2}.rlib`, '22')];
  const b = [member(`libx${H3}.rlib`, '333'), member(`libx${H4}.rlib`, '4444')];
  t.is(pairMembers(a, b, { crateNameOf: () => 'x' }).pairs.length, 0);
  t.is(pairMembers(a, b, { crateNameOf: () => undefined }).pairs.length, 0);
});

test('of one crate in two versions, each pairs with the same version', (t) => {
  const a = [member(`libx${H1}.rmeta`, '0.8'), member(`libx${H2}.rmeta`, '0.6 ')];
  const b = [member(`libx${H3}.rmeta`, '0.6'), member(`libx${H4}.rmeta`, '0.8 ')];
  const crateVersionOf = ({ digest }: Member) => digest && `x-${digest.trim()}.0`;
  t.deepEqual(shown(a, b, { crateNameOf: () => 'x', crateVersionOf }), [
    `crate-version: libx${H1}.rmeta = libx${H4}.rmeta`,
    `crate-version: libx${H2}.rmeta = libx${H3}.rmeta`,
  ]);
});

/** A sketch whose likeness to another is that of the sets. */
const sketched = (...values: number[]) => Uint32Array.from(values).sort();
/** The digest of a member is its sketch, a letter a value. */
const sketchOf = ({ digest = '' }: Member) => sketched(...new Set(Buffer.from(digest)));

test('of several that are alike but for the hash, what clearly has most in common is a pair', (t) => {
  const a = [member(`x${H1}`, 'abcdef'), member(`x${H2}`, 'uvwxyz')];
  const b = [member(`x${H3}`, 'uvwxy'), member(`x${H4}`, 'abcdeg')];
  t.deepEqual(shown(a, b, { sketchOf }), [`likeness: x${H1} = x${H4}`, `likeness: x${H2} = x${H3}`]);
  t.is(pairMembers(a, b).pairs.length, 0);
});

test('one of several finds its like where the other side has only one', (t) => {
  const a = [member(`x${H1}`, 'abcdef'), member(`x${H2}`, 'uvwxyz')];
  t.deepEqual(shown(a, [member(`x${H3}`, 'uvwxy')], { sketchOf }), [
    `likeness: x${H2} = x${H3}`,
    `a: x${H1}`,
  ]);
});

test('what is as much like one as like another stays unpaired', (t) => {
  const a = [member(`x${H1}`, 'abcdefghij'), member(`x${H2}`, 'abcdefghik')];
  const b = [member(`x${H3}`, 'abcdefghi'), member(`x${H4}`, 'abcdefghil')];
  t.is(pairMembers(a, b, { sketchOf }).pairs.length, 0);
});

test('what has little in common with anything stays unpaired', (t) => {
  const a = [member(`x${H1}`, 'abcdefghij'), member(`x${H2}`, 'uvwxyz')];
  const b = [member(`x${H3}`, 'ABCDEFGHij'), member(`x${H4}`, 'UVWXYZ')];
  t.is(pairMembers(a, b, { sketchOf }).pairs.length, 0);
});

test('two builds of one version are told apart among themselves', (t) => {
  // The other version of one of them is nearly as much alike.
  const a = [member(`x${H1}`, '1abcdeghij'), member(`x${H2}`, '1uvwxyz'), member(`x${H3}`, '2abcdefghij')];
  const b = [member(`x${H4}`, '1abcdefghij'), member('x-5555555555555555', '1uvwxy')];
  t.deepEqual(shown(a, b, { sketchOf }), [
    `likeness: x${H2} = x-5555555555555555`,
    `a: x${H1}`,
    `a: x${H3}`,
    `b: x${H4}`,
  ]);
  const crateVersionOf = ({ digest }: Member) => `x-${digest?.[0]}.0.0`;
  t.deepEqual(shown(a, b, { sketchOf, crateVersionOf }), [
    `likeness: x${H1} = x${H4}`,
    `likeness: x${H2} = x-5555555555555555`,
    `a: x${H3}`,
  ]);
});

test('where one of a group has no sketch, none of it pairs by likeness', (t) => {
  const a = [member(`x${H1}`, 'abcdef'), member(`x${H2}`, 'uvwxyz')];
  const b = [member(`x${H3}`, 'uvwxy'), member(`x${H4}`, 'abcdeg')];
  const some = (asked: Member) => (asked.path.includes(H4) ? undefined : sketchOf(asked));
  t.is(pairMembers(a, b, { sketchOf: some }).pairs.length, 0);
});

/** `count` members that are alike but for the hash, for each base name. */
function alike(count: number, side: string, ...names: string[]): Member[] {
  return names.flatMap((name) =>
    Array.from({ length: count }, (_, i) =>
      member(`${name}-${side}${i.toString(16).padStart(15, '0')}`, `${i} of ${name} on ${side}`),
    ),
  );
}

test('of very many that are alike, no content is asked for', (t) => {
  const asked = (a: readonly Member[], b: readonly Member[]) => {
    let count = 0;
    const sketchOf = (): undefined => {
      count += 1;
    };
    pairMembers(a, b, { sketchOf });
    return count;
  };
  t.is(asked(alike(MOST_ALIKE, 'a', 'x'), alike(MOST_ALIKE, 'b', 'x')), 2 * MOST_ALIKE);
  t.is(asked(alike(MOST_ALIKE + 1, 'a', 'x'), alike(1, 'b', 'x')), 0);
  t.is(asked(alike(20_000, 'a', 'x'), alike(20_000, 'b', 'x')), 0);
  const names = Array.from({ length: MOST_SKETCHED / 8 + 1 }, (_, i) => `n${i}`);
  t.is(asked(alike(4, 'a', ...names.slice(1)), alike(4, 'b', ...names.slice(1))), MOST_SKETCHED);
  t.is(asked(alike(4, 'a', ...names), alike(4, 'b', ...names)), 0);
});

test('a hash that only one member of each side still has decides last', (t) => {
  const a = [member(`libx${H1}.rlib`, 'one'), member(`libx${H2}.rlib`, 'two')];
  const b = [member(`libx${H3}.rlib`, 'three'), member(`libx${H4}.rlib`, 'one')];
  t.deepEqual(shown(a, b), [
    `content: libx${H1}.rlib = libx${H4}.rlib`,
    `last-left: libx${H2}.rlib = libx${H3}.rlib`,
  ]);
});

test('a file that lies elsewhere is found by its bytes and its base name', (t) => {
  const a = [member('etc/bash_completion.d/cargo', 'complete'), member('bin/cargo', 'a')];
  const b = [member('share/bash-completion/completions/cargo', 'complete'), member('bin/cargo', 'b')];
  t.deepEqual(shown(a, b), [
    'path: bin/cargo = bin/cargo',
    'content: etc/bash_completion.d/cargo = share/bash-completion/completions/cargo',
  ]);
});

test('equal files in several places pair in path order where both sides have as many, else not', (t) => {
  const at = (...paths: string[]) => paths.map((path) => member(path, 'same'));
  t.deepEqual(shown(at('old/b/m', 'old/a/m'), at('new/a/m', 'new/b/m')), [
    'content: old/a/m = new/a/m',
    'content: old/b/m = new/b/m',
  ]);
  t.is(pairMembers(at('old/a/m', 'old/b/m'), at('new/a/m')).pairs.length, 0);
});

test('empty files never pair by content', (t) => {
  t.is(pairMembers([member('a/x'), member('1', 'q')], [member('b/x'), member('2', 'r')]).pairs.length, 0);
});

test('a digest is asked for only where names leave something open and sizes agree', (t) => {
  const asked: string[] = [];
  const digestOf = ({ path }: Member) => {
    asked.push(path);
    return path;
  };
  const a = [member('x', '1'), member('y', '22'), member('old/z', '333'), member('old/w', '55')];
  const b = [member('x', '1'), member('y', '22'), member('new/z', '4444'), member('new/w', '66')];
  pairMembers(a, b, { digestOf });
  t.deepEqual([...new Set(asked)].sort(), ['new/w', 'old/w']);
});

test('a directory that a side stores again says so', (t) => {
  const a = [member('lib/'), member('lib/', '', { occurrence: 1 })];
  const { pairs, onlyA } = pairMembers(a, [member('lib/')]);
  t.deepEqual(pairs, [{ a: 0, b: 0, rule: 'path' }]);
  t.deepEqual(onlyA, [{ index: 1, repeats: 0 }]);
});

test('the order is that of the bytes of names', (t) => {
  const names = ['\u{1f600}', '\uffee', 'é', '\udc80', 'z', 'a/b', 'a-b'];
  const all = names.map((name) => member(name));
  t.deepEqual(
    pairMembers(all, all).pairs.map(({ a }) => names[a]),
    ['a-b', 'a/b', 'z', '\udc80', 'é', '\uffee', '\u{1f600}'],
  );
  t.deepEqual(
    pairMembers(all, []).onlyA.map(({ index }) => names[index]),
    ['a-b', 'a/b', 'z', '\udc80', 'é', '\uffee', '\u{1f600}'],
  );
});

const T = 'x86_64-unknown-linux-gnu';

function only(side: Placement, indices: Pairing['onlyA']): string[] {
  return indices.flatMap(({ index }) => side.members[index]?.path ?? []);
}

test('two builds of stage1 with another cargo pair throughout', (t) => {
  const stage1 = (hash: string) =>
    placeTarball('x.tar.xz', [
      'stage1/',
      'stage1/bin/rustc',
      `stage1/lib/librustc_driver${hash}.so`,
      `stage1/lib/rustlib/${T}/lib/libstd${hash}.rlib`,
      `stage1/lib/rustlib/${T}/lib/libstd${hash}.so`,
      `stage1/lib/rustlib/${T}/lib/libstd_detect${hash}.rlib`,
    ]);
  const { pairs } = pairMembers(stage1(H1).members, stage1(H2).members);
  t.deepEqual(
    pairs.map(({ rule }) => rule),
    ['path', 'path', ...Array.from({ length: 4 }, () => 'path-without-hash' as const)],
  );
});

test("upstream's tarballs pair with Debian's packages where both ship a file", (t) => {
  const archive = { kind: 'archive', containers: ['xz', 'tar'] } as const;
  const dist = placeInputs(
    [
      { ...archive, file: `rustc-1.84.0-${T}.tar.xz` },
      { ...archive, file: `rust-std-1.84.0-${T}.tar.xz` },
    ],
    [
      [
        `rustc-1.84.0-${T}/components`,
        `rustc-1.84.0-${T}/rustc/manifest.in`,
        `rustc-1.84.0-${T}/rustc/bin/rustc`,
        `rustc-1.84.0-${T}/rustc/lib/librustc_driver-7bea7fca18409d2b.so`,
        `rustc-1.84.0-${T}/rustc/share/man/man1/rustc.1`,
      ],
      [
        `rust-std-1.84.0-${T}/components`,
        `rust-std-1.84.0-${T}/rust-std-${T}/manifest.in`,
        `rust-std-1.84.0-${T}/rust-std-${T}/lib/rustlib/${T}/lib/libstd-057643b1ee86c6e4.rlib`,
      ],
    ],
  );
  const debian = placeDebs([
    {
      file: 'rustc-web_1.85.0+dfsg3-1~deb12u3_amd64.deb',
      control: ['./control'],
      data: ['./usr/bin/rustc', './usr/share/man/man1/rustc.1.gz'],
    },
    {
      file: 'libstd-rust-web-1.85_1.85.0+dfsg3-1~deb12u3_amd64.deb',
      control: ['./control'],
      data: ['./usr/lib/x86_64-linux-gnu/librustc_driver-df21df4435c507f4.so'],
    },
    {
      file: 'libstd-rust-web-dev_1.85.0+dfsg3-1~deb12u3_amd64.deb',
      control: ['./control'],
      data: [`./usr/lib/rustlib/${T}/lib/libstd-d0233f198e8667ce.rlib`],
    },
  ]);
  const { pairs, onlyA, onlyB } = pairMembers(dist.members, debian.members);
  t.deepEqual(
    pairs.map(({ a, rule }) => `${rule} ${dist.members[a]?.path}`),
    [
      'path bin/rustc',
      'path-without-hash lib/librustc_driver-7bea7fca18409d2b.so',
      `path-without-hash lib/rustlib/${T}/lib/libstd-057643b1ee86c6e4.rlib`,
    ],
  );
  t.deepEqual(
    only(dist, onlyA).filter((path) => !/components|manifest/.test(path)),
    ['share/man/man1/rustc.1'],
  );
  t.deepEqual(
    only(debian, onlyB).filter((path) => !path.startsWith('control/')),
    ['share/man/man1/rustc.1.gz'],
  );
});

test("Debian's 1.63 pairs with its 1.85-web, control archives included", (t) => {
  const old = placeDebs([
    {
      file: 'libstd-rust-1.63_1.63.0+dfsg1-2_amd64.deb',
      control: ['./', './control', './shlibs'],
      data: [
        './usr/lib/x86_64-linux-gnu/',
        './usr/lib/x86_64-linux-gnu/librustc_driver-4c3beb7552356b6f.so',
        './usr/lib/x86_64-linux-gnu/libstd-a5a48102fbd58791.so',
        './usr/share/doc/libstd-rust-1.63/copyright',
        './usr/share/lintian/overrides/libstd-rust-1.63',
      ],
    },
  ]);
  const young = placeDebs([
    {
      file: 'libstd-rust-web-1.85_1.85.0+dfsg3-1~deb12u3_amd64.deb',
      control: ['./', './control', './shlibs'],
      data: [
        './usr/lib/x86_64-linux-gnu/',
        './usr/lib/x86_64-linux-gnu/librustc_driver-df21df4435c507f4.so',
        './usr/share/doc/libstd-rust-web-1.85/copyright',
        './usr/share/lintian/overrides/libstd-rust-web-1.85',
      ],
    },
  ]);
  const { onlyA, onlyB } = pairMembers(old.members, young.members);
  t.deepEqual(only(old, onlyA), ['lib/libstd-a5a48102fbd58791.so']);
  t.deepEqual(only(young, onlyB), []);
});

test('a toolchain pairs with itself by path alone', (t) => {
  const { members } = placeDirectory('stable', [
    'bin/rustc',
    'lib/rustlib/components',
    `lib/rustlib/${T}/lib/libstd${H1}.rlib`,
    `lib/rustlib/${T}/lib/libstd${H2}.rlib`,
  ]);
  const { pairs, onlyA, onlyB } = pairMembers(members, members);
  t.true(pairs.every(({ a, b, rule }) => a === b && rule === 'path'));
  t.is(pairs.length, 4);
  t.deepEqual([onlyA, onlyB], [[], []]);
});

const anyPath = fc
  .tuple(
    fc.constantFrom('', 'lib/', 'share/doc/x-web/', 'd-1.84.0/', 'd-1.85.0/'),
    fc.constantFrom('x', 'libstd', 'libLLVM-19', 'é', '\udc80'),
    fc.constantFrom('', H1, H2, H3, '-1.84.0-stable', '.so.1.85'),
    fc.constantFrom('', '.rlib', '.so'),
  )
  .map((parts) => parts.join(''));
const anySide = fc
  .array(
    fc.record({
      path: anyPath,
      role: fc.constantFrom('content' as const, 'package' as const),
      content: fc.constantFrom('', 'a', 'b', 'ccc'),
      type: fc.constantFrom('file' as const, 'file' as const, 'directory' as const, 'symlink' as const),
    }),
    { maxLength: 24 },
  )
  .map((all) =>
    all.map(({ path, role, content, type }) =>
      member(path, content, {
        path,
        role,
        metadata: { type },
        size: type === 'file' ? content.length : 0,
        digest: type === 'file' ? content : undefined,
      }),
    ),
  );
const lookup: ContentLookup = { crateNameOf: ({ digest }) => (digest === 'b' ? undefined : digest) };

/** Many members that are alike but for the hash, with some of a few letters in common. */
const likeSide = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom('x', 'libx'),
      hash: fc.nat(9999),
      letters: fc.uniqueArray(fc.constantFrom(...'abcdefghijkl'), { minLength: 1, maxLength: 12 }),
    }),
    { maxLength: 12, selector: ({ name, hash }) => `${name}-${hash}` },
  )
  .map((all) =>
    all.map(({ name, hash, letters }) =>
      member(`${name}-${hash.toString().padStart(16, '0')}`, letters.join('')),
    ),
  );
const likeLookup: ContentLookup = {
  sketchOf,
  crateVersionOf: ({ digest }) => (digest?.includes('a') === true ? `x-${digest.length % 2}.0.0` : undefined),
};

test('in what order members come changes no pair', (t) => {
  const shuffled = likeSide.chain((members) =>
    fc.tuple(fc.constant(members), fc.shuffledSubarray(members, { minLength: members.length })),
  );
  let likenesses = 0;
  fc.assert(
    fc.property(shuffled, shuffled, ([a, otherA], [b, otherB]) => {
      const found = shown(a, b, likeLookup);
      likenesses += found.filter((line) => line.startsWith('likeness')).length;
      t.deepEqual(shown(otherA, otherB, likeLookup), found);
    }),
  );
  t.true(likenesses > 0);
});

test('a pair by likeness is more like each other than either is like what stayed unpaired', (t) => {
  fc.assert(
    fc.property(likeSide, likeSide, (a, b) => {
      const { pairs, onlyA, onlyB } = pairMembers(a, b, { sketchOf });
      const like = (x: number, y: number) => likeness(sketchOf(a[x] as Member), sketchOf(b[y] as Member));
      const name = (of: readonly Member[], index: number) => of[index]?.path.replace(/-.*/, '');
      for (const pair of pairs.filter(({ rule }) => rule === 'likeness')) {
        const own = name(a, pair.a);
        for (const { index } of onlyB)
          if (name(b, index) === own) t.true(like(pair.a, pair.b) > like(pair.a, index));
        for (const { index } of onlyA)
          if (name(a, index) === own) t.true(like(pair.a, pair.b) > like(index, pair.b));
      }
      t.pass();
    }),
  );
});

test('every member of each side is in one pair or left over, and never both', (t) => {
  fc.assert(
    fc.property(anySide, anySide, (a, b) => {
      const { pairs, onlyA, onlyB } = pairMembers(a, b, lookup);
      const inA = [...pairs.map((pair) => pair.a), ...onlyA.map(({ index }) => index)];
      const inB = [...pairs.map((pair) => pair.b), ...onlyB.map(({ index }) => index)];
      t.deepEqual(
        inA.sort((x, y) => x - y),
        [...a.keys()],
      );
      t.deepEqual(
        inB.sort((x, y) => x - y),
        [...b.keys()],
      );
      t.true(pairs.every((pair) => a[pair.a]?.role === b[pair.b]?.role));
    }),
  );
});

test('swapping the sides swaps the pairing', (t) => {
  const sides = fc.oneof(
    fc.tuple(anySide, anySide, fc.constant(lookup)),
    fc.tuple(likeSide, likeSide, fc.constant(likeLookup)),
  );
  const byIndex = (x: { a: number }, y: { a: number }) => x.a - y.a;
  const swapped = ({ pairs, onlyA, onlyB }: Pairing) => ({
    pairs: pairs.map(({ a, b, rule }) => ({ a: b, b: a, rule })).sort(byIndex),
    onlyA: onlyB,
    onlyB: onlyA,
  });
  fc.assert(
    fc.property(sides, ([a, b, asked]) => {
      const there = pairMembers(a, b, asked);
      const back = swapped(pairMembers(b, a, asked));
      t.deepEqual({ ...there, pairs: [...there.pairs].sort(byIndex) }, back);
    }),
  );
});

test('an artefact pairs with itself by path alone', (t) => {
  fc.assert(
    fc.property(anySide, (a) => {
      const { pairs } = pairMembers(a, a, lookup);
      t.is(pairs.length, a.length);
      t.true(pairs.every((pair) => pair.a === pair.b && pair.rule === 'path'));
    }),
  );
});
