import test from 'ava';
import { InputError, LimitError } from '../../error.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { type ArFixtureMember, arFixture } from './ar-fixture.js';
import { deb } from './deb.js';
import { membersOf } from './stream-fixture.js';

const VERSION = { name: 'debian-binary', content: '2.0\n' };
const CONTROL = { name: 'control.tar.xz', content: 'control' };
const DATA = { name: 'data.tar.zst', content: 'data' };

for (const dialect of ['gnu', 'bsd'] as const) {
  test(`version, control and data of a .deb with ${dialect} names`, async (t) => {
    const more = { name: '_gpgorigin', content: 'signed' };
    const members = await membersOf(deb, arFixture([VERSION, { name: '_x' }, CONTROL, DATA, more], dialect));
    t.deepEqual(
      members.map(({ entry, content }) => [
        entry.name,
        entry.role,
        entry.unpack ?? false,
        content.toString(),
      ]),
      [
        ['debian-binary', 'package', false, '2.0\n'],
        ['_x', 'package', false, ''],
        ['control.tar.xz', 'package', true, 'control'],
        ['data.tar.zst', 'content', true, 'data'],
        ['_gpgorigin', 'package', false, 'signed'],
      ],
    );
  });
}

test('a .deb is told from other ar archives by its first member', (t) => {
  t.true(deb.detect(arFixture([VERSION])));
  t.true(deb.detect(arFixture([VERSION], 'bsd')));
  t.false(deb.detect(arFixture([{ name: 'debian-binary2' }])));
  t.false(deb.detect(Buffer.from('!<arch>\ndebian')));
});

test('a later minor version and more lines are read', async (t) => {
  const version = { name: 'debian-binary', content: '2.1\nmore\n' };
  t.is((await membersOf(deb, arFixture([version, CONTROL, DATA]))).length, 3);
});

const WRONG: Readonly<Record<string, readonly ArFixtureMember[]>> = {
  'an archive without members': [],
  'no debian-binary': [CONTROL, DATA],
  'no control': [VERSION, DATA],
  'no data': [VERSION, CONTROL],
  'only a version': [VERSION],
  'data before control': [VERSION, DATA, CONTROL],
  'a second control': [VERSION, CONTROL, CONTROL, DATA],
  'a second data after the first': [VERSION, CONTROL, DATA, DATA],
  'an unknown member before control': [VERSION, { name: 'x' }, CONTROL, DATA],
  'an unknown member before data': [VERSION, CONTROL, { name: 'x' }, DATA],
  'version 3.0': [{ ...VERSION, content: '3.0\n' }, CONTROL, DATA],
  'version 20.0': [{ ...VERSION, content: '20.0\n' }, CONTROL, DATA],
  'a version without its newline': [{ ...VERSION, content: '2.0' }, CONTROL, DATA],
  'a version of 5,000 bytes': [{ ...VERSION, content: `2.0\n${'x'.repeat(4996)}` }, CONTROL, DATA],
  'a control in a format that dpkg does not know': [VERSION, { name: 'control.tar.lz4' }, DATA],
};

for (const [what, members] of Object.entries(WRONG)) {
  test(`refused: ${what}`, async (t) => {
    const error = await t.throwsAsync(membersOf(deb, arFixture(members)), { instanceOf: InputError });
    t.is(typeof error?.where.offset, 'number');
  });
}

test('a .deb that is cut off anywhere is an error', async (t) => {
  const bytes = arFixture([VERSION, CONTROL, DATA]);
  for (let length = 0; length < bytes.length; length += 1) {
    const error = await t.throwsAsync(membersOf(deb, bytes.subarray(0, length)), { instanceOf: InputError });
    t.is(error?.where.offset, length);
  }
});

test('the limit on members holds', async (t) => {
  const limits = { ...DEFAULT_LIMITS, members: 2 };
  await t.throwsAsync(membersOf(deb, arFixture([VERSION, CONTROL, DATA]), limits), {
    instanceOf: LimitError,
  });
});
