import test from 'ava';
import fc from 'fast-check';
import { alike, ClaimTable, readToken } from './claim.js';

const HASH = '17f0b7e2c4d95a86';

function leb128(value: bigint, extra = 0): Uint8Array {
  const out: number[] = [];
  for (let rest = value; ; ) {
    const group = Number(rest & 0x7fn);
    rest >>= 7n;
    if (rest === 0n && extra === 0) return Uint8Array.from([...out, group]);
    out.push(group | 0x80);
    if (rest === 0n) return Uint8Array.from([...out, ...Array(extra - 1).fill(0x80), 0]);
  }
}

test('one hash is one token as digits, as a little-endian number and as LEB128', (t) => {
  const value = BigInt(`0x${HASH}`);
  const le64 = Buffer.alloc(8);
  le64.writeBigUInt64LE(value);
  t.is(readToken(Buffer.from(HASH), 'hex'), HASH);
  t.is(readToken(le64, 'le64'), HASH);
  t.is(readToken(leb128(value), 'leb128'), HASH);
  t.is(readToken(Buffer.from(HASH, 'hex'), 'raw'), HASH);
  const table = new ClaimTable();
  const rows = (['hex', 'raw', 'le64', 'leb128'] as const).map((encoding, place) =>
    table.add('crate-hash', encoding, HASH, 'b'.repeat(16), place),
  );
  t.deepEqual(rows, [0, 0, 0, 0]);
  t.deepEqual([table.a, table.b, table.places], [[HASH], ['b'.repeat(16)], [4]]);
});

test('every 64-bit number is the same token in each form', (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const le64 = Buffer.alloc(8);
      le64.writeBigUInt64LE(value);
      const token = readToken(le64, 'le64') as string;
      t.regex(token, /^[0-9a-f]{16}$/);
      t.is(readToken(leb128(value), 'leb128'), token);
      t.is(readToken(Buffer.from(token), 'hex'), token);
      t.is(readToken(Buffer.from(token, 'hex'), 'raw'), token);
    }),
  );
});

test('LEB128 is a token only in its shortest form, whole, and of 64 bits', (t) => {
  const of = (...bytes: number[]): string | undefined => readToken(Uint8Array.from(bytes), 'leb128');
  t.is(of(0), '0000000000000000');
  t.is(of(0x7f), '000000000000007f');
  t.is(of(0x80, 0x01), '0000000000000080');
  t.is(of(), undefined);
  t.is(of(0x80), undefined);
  t.is(of(0x80, 0x00), undefined);
  t.is(of(0x01, 0x01), undefined);
  const ones = Array(9).fill(0xff) as number[];
  t.is(of(...ones, 0x01), 'ffffffffffffffff');
  t.is(of(...ones, 0x02), undefined);
  t.is(of(...ones, 0x81, 0x00), undefined);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.integer({ min: 1, max: 3 }), (value, extra) =>
      t.is(readToken(leb128(value, extra), 'leb128'), undefined),
    ),
  );
});

test('bytes that do not hold a token of their encoding are none', (t) => {
  t.is(readToken(Buffer.from('0123456789ABCDEF'), 'hex'), undefined);
  t.is(readToken(Buffer.from(''), 'hex'), undefined);
  t.is(readToken(Buffer.alloc(7), 'raw'), undefined);
  t.is(readToken(Buffer.alloc(7), 'le64'), undefined);
  t.is(readToken(Buffer.alloc(16, 0x5a), 'raw'), '5a'.repeat(16));
  t.is(readToken(Buffer.from([0x2f, 0xff]), 'text'), '/\u00ff');
});

test('hashes are one domain whatever they are the cause of; texts are one for each cause', (t) => {
  const table = new ClaimTable();
  table.add('crate-hash', 'hex', HASH, 'b'.repeat(16), 1);
  t.is(table.add('type-id', 'le64', HASH, 'b'.repeat(16), 2), 0);
  table.add('build-path', 'text', '/a', '/b', 1);
  t.is(table.add('rustc-version', 'text', '/a', '/b', 1), 2);
  t.deepEqual(table.domain, ['hash', 'build-path', 'rustc-version']);
  t.deepEqual(table.cause, ['crate-hash', 'build-path', 'rustc-version']);
});

test('one place is one witness, however often a token stands there', (t) => {
  const table = new ClaimTable();
  for (const place of [7, 7, 7, 8, 8]) table.add('crate-hash', 'le64', HASH, 'b'.repeat(16), place);
  t.deepEqual(table.places, [2]);
  t.deepEqual(table.place, [7]);
});

test('a token that stands for two others makes two claims', (t) => {
  const table = new ClaimTable();
  t.is(table.add('crate-hash', 'hex', HASH, 'b'.repeat(16), 1), 0);
  t.is(table.add('crate-hash', 'hex', HASH, 'c'.repeat(16), 1), 1);
  t.is(table.add('crate-hash', 'hex', 'd'.repeat(16), 'b'.repeat(16), 1), 2);
});

test('hashes that share half of their digits are alike; others and those of unequal length are not', (t) => {
  t.true(alike('01234567fedcba98', '0123456700000000'));
  t.false(alike('0123456f11111111', '0123456700000000'));
  t.true(alike(HASH, HASH));
  t.false(alike('ab', 'abc'));
  t.true(alike('', 'abc'));
  t.true(alike('', ''));
});

test('half of a type id attests nothing where the other half does not stand beside it', (t) => {
  const table = new ClaimTable();
  for (const place of [1, 2, 2]) table.add('type-id', 'le64', 'x', 'xb', place);
  t.deepEqual(table.places, [0]);
});

test('the two halves of a type id attest each other, once in each place', (t) => {
  const table = new ClaimTable();
  for (const place of [1, 2, 3])
    for (const half of ['x', 'y', 'x']) table.add('type-id', 'le64', half, `${half}b`, place);
  table.add('type-id', 'le64', 'x', 'xb', 4);
  t.deepEqual(table.places, [3, 3]);
});

test('a third half of a type id in one place is attested by the two before it', (t) => {
  const table = new ClaimTable();
  for (const half of ['x', 'y', 'z']) table.add('type-id', 'le64', half, `${half}b`, 1);
  t.deepEqual(table.places, [1, 1, 1]);
});

test('names of codegen units leave the leading zeros of a hash out: it is the same token', (t) => {
  t.is(readToken(Buffer.from('23456789abcdef'), 'hex'), '0023456789abcdef');
  t.is(readToken(Buffer.from('1234567'), 'hex'), '1234567');
});

test('a token that stands as several others, or in several domains, makes a claim of each', (t) => {
  const table = new ClaimTable();
  const [b, c, d] = ['b', 'c', 'd'].map((digit) => digit.repeat(16)) as [string, string, string];
  const rows = [
    table.add('crate-hash', 'hex', HASH, b, 1),
    table.add('crate-hash', 'text', HASH, b, 2),
    table.add('crate-hash', 'hex', HASH, c, 3),
    table.add('crate-hash', 'hex', HASH, d, 4),
    table.add('crate-hash', 'hex', c, b, 5),
  ];
  t.deepEqual(rows, [0, 1, 2, 3, 4]);
  t.deepEqual(
    [
      table.add('crate-hash', 'hex', HASH, c, 6),
      table.add('crate-hash', 'hex', HASH, b, 7),
      table.add('crate-hash', 'text', HASH, b, 8),
      table.add('crate-hash', 'hex', c, b, 9),
    ],
    [2, 0, 1, 4],
  );
  t.deepEqual(table.places, [2, 2, 2, 1, 2]);
});
