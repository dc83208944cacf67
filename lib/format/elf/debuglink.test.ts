import test from 'ava';
import { memoryBytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { openElf } from '../elf.js';
import { readDebugLink } from './debuglink.js';
import { writeElf } from './elf-fixture.js';

const read = (content: string | undefined, littleEndian = true) =>
  readDebugLink(
    openElf(
      memoryBytes(
        writeElf({
          littleEndian,
          sections:
            content === undefined
              ? []
              : [{ name: '.gnu_debuglink', content: Buffer.from(content, 'latin1') }],
        }),
      ),
    ),
  );

test('a debug link is a name, zeros to a multiple of four, and a checksum', (t) => {
  const link = read('libx.debug\0\0\x01\x02\x03\x04');
  t.deepEqual(link?.name, { text: 'libx.debug', offset: 64 });
  t.deepEqual(link?.padding, { offset: 75, length: 1 });
  t.deepEqual(link?.crc, { offset: 76, length: 4, value: 0x04030201 });
  t.deepEqual(read('abc\0\x01\x02\x03\x04', false)?.crc, { offset: 68, length: 4, value: 0x01020304 });
  t.is(read(undefined), undefined);
});

test('bytes that are not that are refused', (t) => {
  for (const content of [
    'abc',
    'abc\0',
    'abcd\0\0\x01\0\x01\x02\x03\x04',
    'abc\0\x01\x02\x03\x04\0',
    'abcd\0\0\0',
  ]) {
    t.throws(() => read(content), { instanceOf: InputError }, JSON.stringify(content));
  }
});
