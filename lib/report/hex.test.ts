import test from 'ava';
import { memoryBytes } from '../artefact/bytes.js';
import { hexView, renderHex } from './hex.js';

const counted = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

test('a change in place shows A and B beside each other, the context once, changed bytes in brackets', (t) => {
  const changed = Buffer.from(counted);
  changed.set([0xff, 0xff], 0x44);
  const range = { aStart: 0x44, aLength: 2, bStart: 0x44, bLength: 2 };
  const view = hexView(memoryBytes(counted), memoryBytes(changed), range, { context: 1 });
  t.deepEqual(renderHex(view), [
    ' 00000030 30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f  |0123456789:;<=>?|',
    '-00000040 40 41 42 43[44 45]46 47 48 49 4a 4b 4c 4d 4e 4f  |@ABCDEFGHIJKLMNO|',
    '+00000040 40 41 42 43[ff ff]46 47 48 49 4a 4b 4c 4d 4e 4f  |@ABC..FGHIJKLMNO|',
    ' 00000050 50 51 52 53 54 55 56 57 58 59 5a 5b 5c 5d 5e 5f  |PQRSTUVWXYZ[\\]^_|',
  ]);
});

test('an insertion shows all of A, with its place marked, then all of B', (t) => {
  const inserted = Buffer.concat([counted.subarray(0, 0x24), Buffer.from('new'), counted.subarray(0x24)]);
  const range = { aStart: 0x24, aLength: 0, bStart: 0x24, bLength: 3 };
  const view = hexView(memoryBytes(counted), memoryBytes(inserted), range, { context: 0 });
  t.deepEqual(renderHex(view), [
    '-00000020 20 21 22 23^24 25 26 27 28 29 2a 2b 2c 2d 2e 2f  | !"#$%&\'()*+,-./|',
    '+00000020 20 21 22 23[6e 65 77]24 25 26 27 28 29 2a 2b 2c  | !"#new$%&\'()*+,|',
  ]);
});

test('an insertion at the end of a content, and into an empty one, can be shown', (t) => {
  const range = { aStart: 16, aLength: 0, bStart: 16, bLength: 1 };
  const view = hexView(memoryBytes(counted.subarray(0, 16)), memoryBytes(counted.subarray(0, 17)), range);
  t.deepEqual(renderHex(view), [
    '-00000000 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f^ |................|',
    '+00000000 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  |................|',
    '+00000010[10]                                              |.|',
  ]);
  const fromNothing = { aStart: 0, aLength: 0, bStart: 0, bLength: 1 };
  const rows = renderHex(hexView(memoryBytes(Buffer.alloc(0)), memoryBytes(Buffer.from('x')), fromNothing));
  t.is(rows.length, 1);
});

test('a long range is bounded: its middle is left out and counted', (t) => {
  const a = Buffer.alloc(100_000);
  const b = Buffer.alloc(100_000, 1);
  const range = { aStart: 0, aLength: 100_000, bStart: 0, bLength: 100_000 };
  const view = hexView(memoryBytes(a), memoryBytes(b), range, { maxRows: 4 });
  t.is(view.rows.length, 9);
  t.deepEqual(view.rows[4], { kind: 'omitted', side: 'both', offset: 32, bytes: 99_936 });
  t.is(renderHex(view)[4], ' 00000020 … 99936 bytes left out');
});

test('no line is wider than 80 columns, also at large offsets', (t) => {
  const content = (byte: number) => ({
    length: 2 ** 40,
    read: (_: number, length: number) => Buffer.alloc(length, byte),
    readInto: () => 0,
    close() {},
  });
  const at = 2 ** 39 + 8;
  const view = hexView(content(1), content(2), { aStart: at, aLength: 64, bStart: at, bLength: 64 });
  for (const line of renderHex(view)) t.true(line.length <= 80, line);
});

test('of a joined range only the parts are marked, and only they are painted', (t) => {
  const b = Buffer.from(counted);
  b[1] = 0xaa;
  b[6] = 0xbb;
  const part = (at: number) => ({ aStart: at, aLength: 1, bStart: at, bLength: 1 });
  const range = { aStart: 1, aLength: 6, bStart: 1, bLength: 6 };
  const view = hexView(memoryBytes(counted), memoryBytes(b), range, {
    context: 0,
    parts: [part(1), part(6)],
  });
  const lines = renderHex(view, (text, side, kind) =>
    kind === 'mark' && side === 'b' ? text.toUpperCase() : text,
  );
  t.is(lines[1], '+00000000 00[AA]02 03 04 05[BB]07 08 09 0a 0b 0c 0d 0e 0f  |................|');
  t.deepEqual(JSON.parse(JSON.stringify(view)), view);
});
