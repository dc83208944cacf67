import test from 'ava';
import type { Metadata } from '../artefact/container/container.js';
import { compareMetadata, MASKABLE_FIELDS, type MetadataRules } from './metadata.js';

const STRICT: MetadataRules = { ignored: new Set(), unpacked: false };
const file: Metadata = { type: 'file', mode: 0o755, uid: 0, gid: 0, mtime: 1 };

function compared(a: Partial<Metadata>, b: Partial<Metadata>, rules = STRICT): string[] {
  return compareMetadata({ ...file, ...a }, { ...file, ...b }, rules).map(
    ({ field, a: left, b: right, mask }) =>
      `${field} ${left} → ${right}${mask === undefined ? '' : ` (${mask})`}`,
  );
}

const CASES: readonly (readonly [string, Partial<Metadata>, Partial<Metadata>, readonly string[]])[] = [
  ['nothing', {}, {}, []],
  ['a mode', {}, { mode: 0o4755 }, ['mode 0755 → 4755']],
  ['a time', {}, { mtime: 1.5 }, ['mtime 1 → 1.5']],
  ['an owner', {}, { uid: 1000, uname: 'me' }, ['owner uid 0, gid 0 → uid 1000, gid 0']],
  [
    'the name of an owner',
    { uname: 'root' },
    { uname: 'me' },
    ['owner uid 0, gid 0, uname root → uid 0, gid 0, uname me'],
  ],
  ['what only one side stores', { mtime: undefined, mode: undefined }, { uname: 'me' }, []],
  ['a type, and nothing else then', {}, { type: 'symlink', mode: 0o777 }, ['type file → symlink']],
  [
    'the target of a link, but not its mode',
    { type: 'symlink', linkTarget: 'a', mode: 0o755 },
    { type: 'symlink', linkTarget: 'b', mode: 0o777 },
    ['link-target a → b'],
  ],
  [
    'a device',
    { type: 'block-device', device: [1, 5] },
    { type: 'block-device', device: [1, 6] },
    ['device 1:5 → 1:6'],
  ],
  ['extra records, in whatever order', { extra: { a: '1', b: '2' } }, { extra: { b: '2', a: '1' } }, []],
  ['what only cpio has a place for', { extra: { dev: '0,0', ino: '1', nlink: '1' } }, {}, []],
  [
    'what both have a place for, both being cpio',
    { extra: { dev: '0,0', ino: '1', nlink: '1' } },
    { extra: { dev: '0,0', ino: '2', nlink: '1' } },
    ['extra dev=0,0; ino=1; nlink=1 → dev=0,0; ino=2; nlink=1'],
  ],
  ['capabilities', { extra: { capabilities: 'cap_setuid=ep' } }, {}, ['capabilities cap_setuid=ep → none']],
  [
    'the name of one owner and the number of the other, one being root',
    { uid: undefined, uname: 'mail' },
    {},
    ['owner gid 0, uname mail → uid 0, gid 0'],
  ],
  ['name and number of root', { uid: undefined, uname: 'root' }, {}, []],
  ['name and number of somebody', { uid: undefined, uname: 'mail' }, { uid: 8 }, []],
  ['an extra record of one side', { extra: { caps: 'all' } }, {}, ['extra caps=all → ']],
];

for (const [what, a, b, differences] of CASES) {
  test(`metadata that differ in ${what}`, (t) => {
    t.deepEqual(compared(a, b), [...differences]);
  });
}

const EVERYTHING: Partial<Metadata> = { mode: 0o700, mtime: 9, uid: 9, extra: { x: '1' } };

test('a directory on disk masks owner and time, and stores nothing extra', (t) => {
  t.deepEqual(compared({}, { uid: 9 }, { ignored: new Set(), unpacked: true, ownerCounts: true }), [
    'owner uid 0, gid 0 → uid 9, gid 0',
  ]);
  t.deepEqual(compared({ extra: { capabilities: 'all' } }, {}, { ignored: new Set(), unpacked: true }), [
    'capabilities all → none',
  ]);
  t.deepEqual(compared({}, EVERYTHING, { ignored: new Set(), unpacked: true }), [
    'mode 0755 → 0700',
    'owner uid 0, gid 0 → uid 9, gid 0 (unpacked)',
    'mtime 1 → 9 (unpacked)',
  ]);
});

test('what the user ignores is masked, but never mode, type, link target or device', (t) => {
  t.deepEqual(compared({}, EVERYTHING, { ignored: new Set(MASKABLE_FIELDS), unpacked: false }), [
    'mode 0755 → 0700',
    'owner uid 0, gid 0 → uid 9, gid 0 (ignored)',
    'mtime 1 → 9 (ignored)',
    'extra  → x=1 (ignored)',
  ]);
  const link = { type: 'symlink', linkTarget: 'a' } as const;
  const all = { ignored: new Set(MASKABLE_FIELDS), unpacked: true };
  t.deepEqual(compared(link, { ...link, linkTarget: 'b' }, all), ['link-target a → b']);
  t.deepEqual(compared({}, link, all), ['type file → symlink']);
});
