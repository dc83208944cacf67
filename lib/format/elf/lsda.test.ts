import test from 'ava';
import fc from 'fast-check';
import { InputError } from '../../error.js';
import { readLsda } from './lsda.js';

const X86_64 = { class: 64, littleEndian: true } as const;

const read = (bytes: readonly number[], limit = bytes.length) =>
  readLsda(Uint8Array.from(bytes), X86_64, 0, limit, 100);

/** One call site (cleanup at 5), one with action 1 (filter 1, then filter 2), two type pointers of four bytes. */
const RICH = [
  ...[0xff, 0x9b, 23, 0x01, 8],
  ...[0, 4, 5, 0, 4, 6, 9, 1],
  ...[1, 1, 2, 0],
  0,
  ...[1, 2, 3, 4, 5, 6, 7, 8],
];

test('call sites, actions and type pointers are placed', (t) => {
  const lsda = read(RICH);
  t.is(lsda.length, RICH.length);
  t.is(lsda.landingPadBase, undefined);
  t.deepEqual(lsda.header, { start: 0, length: 5 });
  const { callSites } = lsda;
  t.deepEqual([callSites.start, callSites.length, callSites.count, callSites.encoding], [5, 8, 2, 1]);
  t.deepEqual([...callSites.at], [5, 9]);
  t.deepEqual([...callSites.from], [0, 4]);
  t.deepEqual([...callSites.bytes], [4, 6]);
  t.deepEqual([...callSites.landingPad], [5, 9]);
  t.deepEqual([...callSites.action], [0, 1]);
  t.deepEqual(lsda.actions, { start: 13, length: 4 });
  t.deepEqual(lsda.types, { start: 18, length: 8, encoding: 0x9b, size: 4 });
  t.deepEqual(lsda.specifications, { start: 26, length: 0 });
});

test('a table without types ends behind its last action', (t) => {
  t.is(read([0xff, 0xff, 1, 4, 0, 4, 5, 0, 9, 9]).length, 8);
  t.is(read([0xff, 0xff, 1, 4, 0, 4, 5, 1, 0, 0, 9, 9]).length, 10);
  t.is(read([0xff, 0xff, 1, 0]).length, 4);
});

test('landing pads may count from a place of their own', (t) => {
  const lsda = read([0x03, 1, 2, 3, 4, 0xff, 1, 0]);
  t.deepEqual(lsda.landingPadBase, { start: 1, length: 4, encoding: 3 });
  t.is(lsda.length, 8);
});

test('call sites may have numbers of fixed width', (t) => {
  const lsda = read([0xff, 0xff, 0x03, 13, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0]);
  t.deepEqual([lsda.callSites.from[0], lsda.callSites.bytes[0], lsda.callSites.landingPad[0]], [1, 2, 3]);
});

test('a list of types that may be thrown belongs to the table', (t) => {
  const lsda = read([0xff, 0x03, 12, 1, 4, 0, 1, 0, 1, 0x7f, 0, 7, 7, 7, 7, 1, 0, 9]);
  t.is(lsda.specifications.start, 15);
  t.is(lsda.specifications.length, 2);
});

test('actions that lead back to themselves end', (t) => {
  t.is(read([0xff, 0xff, 1, 4, 0, 4, 5, 1, 0, 0x7f]).length, 10);
  t.is(read([0xff, 0xff, 1, 4, 0, 4, 5, 1, 0, 1, 0, 0x7d]).length, 12);
});

test('what goes beyond the limit, or before the table, is refused with its place', (t) => {
  for (let limit = 0; limit < RICH.length; limit += 1) {
    const error = t.throws(() => read(RICH, limit), { instanceOf: InputError }, `limit ${limit}`);
    t.true((error.where.offset ?? 0) >= 100);
  }
  t.throws(() => read([0xff, 0xff, 1, 4, 0, 4, 5, 1, 0, 0x70]), { message: /outside/ });
  t.throws(() => read([0xff, 0xff, 1, 3, 0, 4, 5, 1]), { instanceOf: InputError });
  t.throws(() => read([0xff, 0x9b, 7, 1, 4, 0, 4, 5, 1, 9, 0]), { message: /no place/ });
  t.throws(() => read([0xff, 0x9b, 2, 1, 4, 0, 4, 5, 0, 9, 0]), { message: /ends outside/ });
  t.throws(() => read([0xff, 0xff, 0x0f, 4, 0, 4, 5, 0]), { message: /does not exist/ });
});

test('whatever bytes there are, they are read or refused', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, headed) => {
      const all = headed ? [0xff, 0x03, ...bytes] : [...bytes];
      try {
        const lsda = read(all);
        return lsda.length <= all.length && lsda.types.start >= lsda.actions.start + lsda.actions.length;
      } catch (error) {
        return error instanceof InputError;
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});
