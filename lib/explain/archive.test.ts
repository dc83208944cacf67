import test from 'ava';
import fc from 'fast-check';
import { type ArFixtureMember, arFixture, arFixtureMember } from '../artefact/container/ar-fixture.js';
import { relocatable } from './elf/image-fixture.js';
import { tellLedger } from './told-fixture.js';

const [HA, HB, HC, HD] = ['17f0b7e2c4d95a86', 'e86b1d0f3a297c54', '3f938813a675f72e', '99065f1c1aedbb4f'];

/** An object that defines one function, whose body is told by a number. */
function object(name: string, body = 1): Buffer {
  return relocatable({ functions: [{ name, code: [`b80${body}000000c3`] }] });
}

function unit(hash: string, number: number): string {
  return `shop.shop.${hash}-cgu.${number}.rcgu.o`;
}

test('codegen units are paired by what they define where they are numbered otherwise', (t) => {
  const a = arFixture([
    { name: unit(HA, 0), content: object('buy') },
    { name: unit(HA, 1), content: object('sell', 2) },
  ]);
  const b = arFixture([
    { name: unit(HB, 0), content: object('sell', 2) },
    { name: unit(HB, 1), content: object('buy') },
  ]);
  const { lines, claims } = tellLedger(a, b);
  t.true(lines.includes(': object-order moved'));
  t.deepEqual(claims, [`crate-hash ${HA} ↔ ${HB}`]);
  t.false(lines.some((line) => line.includes('.text')));
});

test('a function that went to another codegen unit is found there', (t) => {
  const objects = (...names: readonly string[]): Buffer =>
    relocatable({
      functions: names.map((name, i) => ({
        name,
        code: [`b8${'0'.repeat(7)}${name.length}31c9c3`],
        behind: '90'.repeat(i),
      })),
    });
  const of = (first: Buffer, second: Buffer): Buffer =>
    arFixture([
      { name: unit(HA, 0), content: first },
      { name: unit(HA, 1), content: second },
    ]);
  const a = of(objects('buy', 'borrow'), objects('lend'));
  const { functions, lines } = tellLedger(a, of(objects('buy'), objects('lend', 'borrow')));
  t.like(functions, { a: 3, b: 3, paired: 3, onlyA: [], onlyB: [] });
  t.true(
    lines.some((line) => /residue$/.test(line)),
    'its names and headers are on one side only',
  );
  const gone = tellLedger(a, of(objects('buy'), objects('lend', 'steal')));
  t.like(gone.functions, { onlyA: ['borrow'], onlyB: ['steal'] });
});

test('a codegen unit on one side only is told as one, and nothing stands behind that', (t) => {
  const a = arFixture([{ name: unit(HA, 0), content: object('buy') }]);
  const b = arFixture([
    { name: unit(HA, 0), content: object('buy') },
    { name: unit(HA, 1), content: object('sell', 2) },
  ]);
  t.true(tellLedger(a, b).lines.includes(`${unit(HA, 1)}: codegen-units residue`));
  t.true(tellLedger(b, a).lines.includes(`${unit(HA, 1)}: codegen-units residue`));
});

test('a member on one side only is residue with its header', (t) => {
  const member: ArFixtureMember = { name: 'b.o', content: 'bb' };
  const [a, b] = [
    arFixture([{ name: 'a.o', content: 'aa' }]),
    arFixture([{ name: 'a.o', content: 'aa' }, member]),
  ];
  t.like(tellLedger(a, b).residue, [{ place: 'b.o', aLength: 0, bLength: 62 }]);
  t.like(tellLedger(b, a).residue, [{ place: 'b.o', aLength: 62, bLength: 0 }]);
});

test('members of one name are paired in their order: the second is never compared with the first', (t) => {
  const of = (...contents: readonly string[]): Buffer =>
    arFixture(contents.map((content) => ({ name: 'twice.o', content })));
  const { residue } = tellLedger(of('one', 'two'), of('one', 'too'));
  t.is(residue.length, 1);
  t.is(residue[0]?.place, 'twice.o');
  const a = of('one', 'two');
  t.true((residue[0]?.aStart ?? 0) > a.indexOf('one'));
  t.true(tellLedger(of('one', 'two'), of('one')).residue.length === 1);
});

test('a name that stands twice and another changed member are both told, beside another time', (t) => {
  const of = (changed: string, mtime: number): Buffer =>
    arFixture([
      { name: 'twice.o', content: 'first', mtime },
      { name: 'twice.o', content: 'second', mtime },
      { name: 'other.o', content: changed, mtime: 0 },
    ]);
  const { residue, lines } = tellLedger(of('abcd', 1), of('abcx', 2));
  t.deepEqual([...new Set(residue.map(({ place }) => place))], ['other.o']);
  t.true(lines.includes('twice.o: archive-metadata shown ar_date'));
});

for (const [field, more] of [
  ['ar_date', { mtime: 7 }],
  ['ar_uid', { uid: 7 }],
  ['ar_gid', { gid: 7 }],
] as const) {
  test(`${field} is archive metadata where it differs in two members, in one alone it is residue`, (t) => {
    const of = (first: object, second: object): Buffer =>
      arFixture([
        { name: 'a.o', content: 'aa', ...first },
        { name: 'b.o', content: 'bb', ...second },
      ]);
    t.deepEqual(tellLedger(of({}, {}), of(more, more)).lines, [
      `a.o: archive-metadata shown ${field}`,
      `b.o: archive-metadata shown ${field}`,
    ]);
    t.deepEqual(tellLedger(of({}, {}), of({}, more)).lines, [`b.o: archive-metadata residue ${field}`]);
  });
}

test('a mode is residue under its name', (t) => {
  const of = (mode: number): Buffer => arFixture([{ name: 'a.o', content: 'aa', mode }]);
  t.deepEqual(tellLedger(of(0o644), of(0o4755)).lines, ['a.o: unexplained residue ar_mode']);
});

test('the size of a member follows from its content, and so does the byte that makes it even', (t) => {
  const of = (content: string): Buffer => arFixture([{ name: 'a.o', content }]);
  const { lines } = tellLedger(of('abcd'), of('abcdefg'));
  t.true(lines.includes('a.o: derived derived ar_size'));
  t.true(lines.includes('a.o: derived derived padding'));
  t.true(lines.includes('a.o: unexplained residue'));
  t.true(tellLedger(of('abcdefg'), of('abcd')).lines.includes('a.o: derived derived padding'));
});

test('a byte planted in the padding of a member is residue, on either side', (t) => {
  const of = (content: string, pad: string): Buffer =>
    Buffer.concat([
      Buffer.from('!<arch>\n'),
      arFixtureMember('a.o/', { content, pad }),
      arFixtureMember('b.o/', { content: 'bb' }),
    ]);
  t.deepEqual(tellLedger(of('abc', '\n'), of('abc', 'x')).lines, ['a.o: padding residue']);
  t.true(tellLedger(of('abc', 'x'), of('abcd', '')).residue.some(({ reason }) => reason === 'padding'));
  t.true(tellLedger(of('abcd', ''), of('abc', 'x')).residue.length > 1);
});

const LONG = 'a_member_with_a_long_name';

test('where a long name begins follows from the table of long names', (t) => {
  const of = (...names: readonly string[]): Buffer =>
    arFixture(names.map((name) => ({ name, content: 'cc' })));
  const { lines, residue } = tellLedger(
    of(`${LONG}-1.o`, `${LONG}-2.o`),
    of('another_rather_long_name_in_front.o', `${LONG}-1.o`, `${LONG}-2.o`),
  );
  t.true(lines.includes(`${LONG}-1.o: derived derived ar_name`));
  t.true(lines.includes(`${LONG}-2.o: derived derived ar_name`));
  t.deepEqual(residue.map(({ place }) => place).sort(), ['//', 'another_rather_long_name_in_front.o']);
});

test('hashes in long names are claims', (t) => {
  const of = (hash: string): Buffer => arFixture([{ name: `${LONG}-${hash}.o`, content: 'cc' }]);
  t.deepEqual(tellLedger(of(HA), of(HB)).claims, [`metadata-hash ${HA} ↔ ${HB}`]);
});

test('a header that leads to the name of another member is residue', (t) => {
  const of = (first: number, second: number): Buffer => {
    const names = `${LONG}-${HA}.o/\n${LONG}-${HC}.o/\n`;
    const at = [0, names.length / 2];
    return Buffer.concat([
      Buffer.from('!<arch>\n'),
      arFixtureMember('//', { content: names }),
      arFixtureMember(`/${at[first]}`, { content: 'aaaa' }),
      arFixtureMember(`/${at[second]}`, { content: 'bbbb' }),
    ]);
  };
  t.true(tellLedger(of(0, 1), of(0, 0)).residue.length > 0);
  t.true(tellLedger(of(0, 1), of(1, 1)).residue.length > 0);
  // Each name became the other: claims that contradict each other.
  t.is(tellLedger(of(0, 1), of(1, 0)).claims.length, 2);
});

test('names of BSD archives stand in front of the contents and are compared as names', (t) => {
  const of = (hash: string, content: string): Buffer =>
    arFixture([{ name: `${LONG}-${hash}.o`, content }], 'bsd');
  const { claims, residue } = tellLedger(of(HA, 'cccc'), of(HB, 'cccc'));
  t.deepEqual(claims, [`metadata-hash ${HA} ↔ ${HB}`]);
  t.deepEqual(residue, []);
  const longer = arFixture([{ name: `${LONG}er-${HB}.o`, content: 'cccc' }], 'bsd');
  t.true(tellLedger(of(HA, 'cccc'), longer).residue.length > 0);
});

interface Entry {
  readonly name: string;
  /** Index of the member. */
  readonly member: number;
}

/** An archive with a symbol index that leads to its members. */
function indexed(
  members: readonly ArFixtureMember[],
  entries: readonly Entry[],
  more: { readonly tail?: string; readonly offsets?: readonly number[] } = {},
): Buffer {
  const build = (starts: readonly number[]): Buffer => {
    const numbers = Buffer.alloc(4 + 4 * entries.length);
    numbers.writeUInt32BE(entries.length, 0);
    for (const [i, { member }] of entries.entries())
      numbers.writeUInt32BE(more.offsets?.[i] ?? starts[member] ?? 0, 4 + 4 * i);
    const content = Buffer.concat([
      numbers,
      Buffer.from(entries.map(({ name }) => `${name}\0`).join('') + (more.tail ?? '')),
    ]);
    return arFixture([{ name: '/', content }, ...members]);
  };
  const draft = build([]);
  let at = 8;
  const starts: number[] = [];
  while (at < draft.length) {
    starts.push(at);
    const size = Number(draft.toString('latin1', at + 48, at + 58));
    at += 60 + size + (size % 2);
  }
  return build(starts.slice(1));
}

const MEMBERS: readonly ArFixtureMember[] = [
  { name: 'a.o', content: 'aaaa' },
  { name: 'b.o', content: 'bbbb' },
];
const ENTRIES: readonly Entry[] = [
  { name: 'alpha', member: 0 },
  { name: 'beta', member: 1 },
];

test('an entry of the symbol index follows the member it leads to', (t) => {
  const longer = [{ name: 'a.o', content: 'aaaaxxxx' }, ...MEMBERS.slice(1)];
  const { lines, residue } = tellLedger(indexed(MEMBERS, ENTRIES), indexed(longer, ENTRIES));
  t.true(lines.includes('/: derived derived offset'));
  t.deepEqual(
    residue.map(({ place }) => place),
    ['a.o'],
  );
});

test('an entry of the symbol index that stayed while its member moved is residue', (t) => {
  const a = indexed(MEMBERS, ENTRIES);
  const stale = [0, 1].map((i) => a.readUInt32BE(8 + 60 + 4 + 4 * i));
  const longer = [{ name: 'a.o', content: 'aaaaxxxx' }, ...MEMBERS.slice(1)];
  const { residue } = tellLedger(a, indexed(longer, ENTRIES, { offsets: stale }));
  t.true(residue.some(({ place }) => place === '/'));
});

test('entries of symbols with other hashes belong together; others are residue', (t) => {
  const name = (hash: string): string => `_ZN4shop4work17h${hash}E`;
  const of = (...names: readonly string[]): Buffer =>
    indexed(
      MEMBERS,
      names.map((n, member) => ({ name: n, member: member % 2 })),
    );
  t.deepEqual(tellLedger(of(name(HA), name(HC)), of(name(HB), name(HD))).claims, [
    `crate-hash ${HA} ↔ ${HB}`,
    `crate-hash ${HC} ↔ ${HD}`,
  ]);
  const added = tellLedger(of('alpha'), of('alpha', 'beta'));
  t.true(added.lines.includes('/: derived derived count'));
  t.true(added.residue.some(({ place, bLength }) => place === '/' && bLength === 5));
  const removed = tellLedger(of('alpha', 'beta'), of('alpha'));
  t.true(removed.residue.some(({ place, aLength }) => place === '/' && aLength === 4));
});

test('an entry that leads to another member is residue', (t) => {
  const b = indexed(MEMBERS, [
    { name: 'alpha', member: 0 },
    { name: 'beta', member: 0 },
  ]);
  t.true(tellLedger(indexed(MEMBERS, ENTRIES), b).residue.some(({ place }) => place === '/'));
});

test('entries of the symbol index stand in the order of the members, or in one order', (t) => {
  const [first, second] = ENTRIES as [Entry, Entry];
  const own = { name: 'gamma', member: 0 };
  const both = { name: 'alpha', member: 1 };
  const order = (of: readonly Entry[], other: readonly Entry[]): (string | undefined)[] =>
    tellLedger(indexed(MEMBERS, of), indexed(MEMBERS, other)).residue.map(({ field }) => field);
  t.deepEqual(order([first, own, second], [own, first, second]), []);
  for (const [x, y] of [
    [first, second],
    [first, both],
  ] as const) {
    t.true(order([x, y], [y, x]).includes('order'));
    t.true(order([y, x], [x, y]).includes('order'));
  }
});

test('what follows the names of the index is padding, derived only where it is zeros', (t) => {
  const of = (tail: string, names = ENTRIES): Buffer => indexed(MEMBERS, names, { tail });
  const other = [ENTRIES[0] as Entry, { name: 'gamma', member: 1 }];
  t.true(tellLedger(of('\0'), of('\0\0', other)).lines.includes('/: padding derived'));
  t.true(tellLedger(of('\0'), of('x', other)).residue.some(({ reason }) => reason === 'padding'));
  t.true(tellLedger(of(''), of('hidden here!')).residue.length > 0);
});

test('an index that is none is compared as bytes', (t) => {
  const of = (content: string): Buffer => arFixture([{ name: '/', content }, ...MEMBERS]);
  for (const [a, b] of [
    ['', 'x'],
    ['\xff\xff\xff\xffabcd', '\xff\xff\xff\xffabce'],
    ['\0\0\0\x01\0\0\0\x08no end', '\0\0\0\x01\0\0\0\x08no ent'],
  ] as const)
    t.true(tellLedger(of(a), of(b)).open > 0);
});

test('a member that is damaged is compared as bytes, and the others are not', (t) => {
  const damaged = Buffer.concat([object('buy').subarray(0, 100), Buffer.from('cut off')]);
  const of = (first: Buffer, body: number): Buffer =>
    arFixture([
      { name: unit(HA, 0), content: first },
      { name: unit(HA, 1), content: object('sell', body) },
    ]);
  const { notes, lines } = tellLedger(of(damaged, 1), of(Buffer.concat([damaged, Buffer.from('!')]), 2));
  t.true(notes.some((text) => text.startsWith('compared as plain bytes')));
  t.true(lines.some((line) => /› sell: code residue$/.test(line)));
});

test('an archive that is damaged is compared as bytes, and the reader is told so', (t) => {
  const a = arFixture(MEMBERS);
  for (const b of [a.subarray(0, a.length - 1), Buffer.concat([a, Buffer.from('x')])]) {
    const { notes, open } = tellLedger(a, b);
    t.true(notes.some((text) => text.startsWith('compared as plain bytes')));
    t.true(open > 0);
  }
});

test('any two archives close and replay, in whatever order their members are', (t) => {
  const name = fc.constantFrom('a.o', 'b.o', `${LONG}-${HA}.o`, `${LONG}-${HB}.o`, unit(HA, 0), unit(HB, 1));
  const member = fc.record({
    name,
    content: fc.oneof(
      fc.uint8Array({ maxLength: 9 }),
      fc.constantFrom(object('buy'), object('sell'), object('sell', 2)),
    ),
    mtime: fc.constantFrom(0, 5),
  });
  const archive = fc.tuple(fc.array(member, { maxLength: 5 }), fc.constantFrom('gnu', 'bsd'));
  fc.assert(
    fc.property(archive, archive, ([one, dialect], [two, other]) => {
      tellLedger(arFixture(one, dialect as 'gnu'), arFixture(two, other as 'gnu'));
      t.pass();
    }),
    { numRuns: 150 },
  );
});

test('members that define one symbol may not change places, others may', (t) => {
  const order = (...members: readonly ArFixtureMember[]): string[] => [
    ...tellLedger(arFixture(members), arFixture([...members].reverse())).lines,
  ];
  const field = 'object-order residue the order of what members define';
  const [x, y, z] = [
    { name: 'x.o', content: object('f', 1) },
    { name: 'y.o', content: object('f', 2) },
    { name: 'z.o', content: object('g', 3) },
  ];
  t.deepEqual(order(x, z), [': object-order moved']);
  t.deepEqual(order(x, y), [': object-order moved', `x.o: ${field}`, `y.o: ${field}`]);
  t.deepEqual(order(x, z, y), [': object-order moved', `x.o: ${field}`, `y.o: ${field}`]);
  t.deepEqual(tellLedger(arFixture([x, y, z]), arFixture([z, x, y])).lines, [': object-order moved']);
  const gathering = (name: string, section: string): ArFixtureMember => ({
    name,
    content: relocatable({
      constants: [{ name, bytes: ['01000000'] }],
      sections: [{ name: section, flags: 3 }],
    }),
  });
  for (const section of ['hooks', '.init', '.fini', '.init_array', '.ctors.65535'])
    t.true(order(gathering('v.o', section), gathering('w.o', section)).includes(`v.o: ${field}`), section);
  for (const section of ['.text.hooks', '.hooks'])
    t.deepEqual(
      order(gathering('v.o', section), gathering('w.o', section)),
      [': object-order moved'],
      section,
    );
  // What it defines is not known.
  t.deepEqual(order(x, { name: 'u.o', content: 'what is it' }), [': object-order moved', `u.o: ${field}`]);
});
