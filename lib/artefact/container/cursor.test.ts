import test from 'ava';
import fc from 'fast-check';
import { InputError } from '../../error.js';
import { Cursor, withCursor } from './cursor.js';
import { chunked } from './stream-fixture.js';

const BYTES = Buffer.from('0123456789abcdefghij');

test('reads are exact, whatever the chunks', async (t) => {
  const property = fc.asyncProperty(
    fc.uint8Array({ maxLength: 60 }),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
    fc.array(fc.integer({ min: 0, max: 12 })),
    async (bytes, chunks, reads) => {
      const cursor = new Cursor(chunked(bytes, chunks), 'thing');
      let at = 0;
      for (const length of reads) {
        if (at + length > bytes.length) break;
        t.is(cursor.position, at);
        t.deepEqual(await cursor.copy(length, 'a part'), Buffer.from(bytes.subarray(at, at + length)));
        at += length;
      }
      t.is(await cursor.atEnd(), at === bytes.length);
    },
  );
  await fc.assert(property);
});

test('a stream that ends too early is an error that names the part and the end', async (t) => {
  const cursor = new Cursor(chunked(BYTES), 'thing');
  await cursor.take(15, 'the front');
  const error = await t.throwsAsync(cursor.take(6, 'the back'), { instanceOf: InputError });
  t.is(error?.what, 'the thing is cut off inside the back');
  t.is(error?.where.offset, 20);
});

test('what lies in one chunk is not copied', async (t) => {
  const cursor = new Cursor(chunked(BYTES, [20]), 'thing');
  const first = await cursor.take(5, 'a part');
  const second = await cursor.take(5, 'a part');
  t.is(first.buffer, second.buffer);
});

test('a stretch ends where it should, and the next read follows it', async (t) => {
  const cursor = new Cursor(chunked(BYTES), 'thing');
  const pieces: Buffer[] = [];
  for await (const piece of cursor.stretch(12, 'content')) pieces.push(Buffer.from(piece));
  t.is(Buffer.concat(pieces).toString(), '0123456789ab');
  t.is((await cursor.take(2, 'a part')).toString(), 'cd');
});

test('a stretch that is left is passed over, and its watch sees all of it', async (t) => {
  let seen = '';
  let ends = 0;
  const cursor = new Cursor(chunked(BYTES), 'thing');
  const watch = {
    chunk: (bytes: Uint8Array) => {
      seen += Buffer.from(bytes).toString();
    },
    end: () => {
      ends += 1;
    },
  };
  const stretch = cursor.stretch(12, 'content', watch);
  for await (const _ of stretch) break;
  await stretch.drain();
  await stretch.drain();
  t.is(seen, '0123456789ab');
  t.is(ends, 1);
  t.is(cursor.position, 12);
});

test('a stretch cannot be read once it has been passed', async (t) => {
  const cursor = new Cursor(chunked(BYTES), 'thing');
  const stretch = cursor.stretch(12, 'content');
  await stretch.next();
  await stretch.drain();
  await t.throwsAsync(stretch.next(), { message: /after the next member/ });
});

test('a stretch to the end of the stream ends there, one of a known length may not', async (t) => {
  const cursor = new Cursor(chunked(BYTES), 'thing');
  let length = 0;
  for await (const piece of cursor.stretch('rest', 'content')) length += piece.length;
  t.is(length, 20);
  await t.throwsAsync(cursor.stretch(1, 'content').next(), { instanceOf: InputError });
});

test('no more is pulled from the input than is asked for', async (t) => {
  let pulled = 0;
  async function* source() {
    for (;;) {
      pulled += 1;
      yield Buffer.alloc(10);
    }
  }
  const cursor = new Cursor(source(), 'thing');
  await cursor.take(15, 'a part');
  t.is(pulled, 2);
  await cursor.stretch(100, 'content').next();
  t.is(pulled, 2);
});

test('the input is freed when the reader ends, fails or is left', async (t) => {
  let freed = 0;
  async function* source() {
    try {
      yield* chunked(BYTES);
    } finally {
      freed += 1;
    }
  }
  const read = async function* (cursor: Cursor) {
    yield await cursor.copy(1, 'a part');
    throw new InputError('broken');
  };
  for await (const _ of withCursor(source(), 'thing', read)) break;
  t.is(freed, 1);
  const reading = withCursor(source(), 'thing', read);
  await reading.next();
  await t.throwsAsync(reading.next(), { message: 'broken' });
  t.is(freed, 2);
});

test('an error of the input comes through as it is, also when freeing the input fails', async (t) => {
  const input = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new InputError('bad block')),
      return: () => Promise.reject(new Error('cannot close')),
    }),
  };
  await t.throwsAsync(withCursor(input, 'thing', async function* () {}).next(), { message: 'bad block' });
});

test('an empty stream is an error', async (t) => {
  await t.throwsAsync(withCursor(chunked(Buffer.alloc(0)), 'thing', async function* () {}).next(), {
    instanceOf: InputError,
    message: 'the thing is empty',
  });
});
