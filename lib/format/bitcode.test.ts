import test from 'ava';
import fc from 'fast-check';
import { InputError } from '../error.js';
import { type OperandForm, StreamWriter } from './bitcode/bitcode-fixture.js';
import { DEFINE, END, ENTER, MAGIC, RECORD } from './bitcode/columns.js';
import { encodeBitcode, isBitcode, readBitcode } from './bitcode.js';

/** A block 8 with the given inside. */
function stream(write: (w: StreamWriter) => void, width = 4): Buffer {
  const w = new StreamWriter();
  w.enter(8, width);
  write(w);
  w.end();
  return w.bytes();
}

function operands(content: Uint8Array, entry: number): bigint[] {
  const { first, low, high } = readBitcode(content).columns;
  const out: bigint[] = [];
  for (let i = first[entry] ?? 0; i < (first[entry + 1] ?? 0); i += 1) {
    out.push((BigInt(high[i] ?? 0) << 32n) | BigInt(low[i] ?? 0));
  }
  return out;
}

function refused(content: Uint8Array, what: RegExp): (t: import('ava').ExecutionContext) => void {
  return (t) => {
    const error = t.throws(() => readBitcode(content), { instanceOf: InputError });
    t.regex(error?.what ?? '', what);
    t.is(typeof error?.where.offset, 'number');
  };
}

test('a stream is its magic number, then blocks of records', (t) => {
  const content = stream((w) => w.record(7, [1, 40, 2n ** 63n, 2n ** 64n - 1n]));
  const { columns, end } = readBitcode(content);
  t.deepEqual([...columns.kind], [MAGIC, ENTER, RECORD, END]);
  t.deepEqual([...columns.block.subarray(1)], [8, 8, 8]);
  t.is(columns.code[2], 7);
  t.deepEqual(operands(content, 2), [1n, 40n, 2n ** 63n, 2n ** 64n - 1n]);
  t.is(end, content.length);
});

test('an abbreviation has literals, fields, arrays, 6-bit characters and blobs', (t) => {
  const forms: OperandForm[] = [{ literal: 9 }, { fixed: 3 }, { vbr: 4 }, 'array', 'char6'];
  const content = stream((w) => {
    w.define(forms);
    w.id(4);
    w.bits.fixed(5, 3);
    w.bits.vbr(300, 0, 4);
    w.bits.vbr(3, 0, 6);
    for (const c of [0, 26, 63]) w.bits.fixed(c, 6);
    w.define([{ literal: 1 }, 'blob']);
    w.id(5);
    w.blob(Buffer.from('names'));
  });
  const { columns } = readBitcode(content);
  t.deepEqual([...columns.kind], [MAGIC, ENTER, DEFINE, RECORD, DEFINE, RECORD, END]);
  t.is(columns.code[3], 9);
  t.deepEqual(operands(content, 3), [5n, 300n, 97n, 65n, 95n]);
  const blob = columns.blobs.get(5);
  t.is(content.toString('latin1', blob?.offset, (blob?.offset ?? 0) + (blob?.length ?? 0)), 'names');
  t.deepEqual(encodeBitcode(readBitcode(content)), content);
});

test('BLOCKINFO gives abbreviations to the blocks that come later', (t) => {
  const w = new StreamWriter();
  w.enter(0, 2);
  w.record(1, [17]);
  w.define([{ literal: 21 }, { fixed: 8 }]);
  w.end();
  w.enter(17, 3);
  w.define([{ literal: 22 }, { fixed: 1 }]);
  w.id(4);
  w.bits.fixed(200, 8);
  w.id(5);
  w.bits.fixed(1, 1);
  w.end();
  const content = w.bytes();
  const { columns } = readBitcode(content);
  t.deepEqual([...columns.code.subarray(7, 9)], [21, 22]);
  t.deepEqual(operands(content, 7), [200n]);
  t.deepEqual(encodeBitcode(readBitcode(content)), content);
});

test('a wrapper tells where the stream starts and ends', (t) => {
  const inner = stream((w) => w.record(1, [2]));
  const header = Buffer.alloc(20);
  [0x0b17c0de, 0, 20, inner.length, 7].forEach((word, i) => {
    header.writeUInt32LE(word, i * 4);
  });
  const content = Buffer.concat([header, inner, Buffer.alloc(12)]);
  const bitcode = readBitcode(content);
  t.is(bitcode.start, 20);
  t.is(bitcode.end, 20 + inner.length);
  t.deepEqual(encodeBitcode(bitcode), inner);
  header.writeUInt32LE(inner.length + 13, 12);
  t.throws(() => readBitcode(Buffer.concat([header, inner, Buffer.alloc(12)])), { instanceOf: InputError });
});

test('several streams may stand behind each other, and zeros behind the last', (t) => {
  const one = stream((w) => w.record(1, [2]));
  const bitcode = readBitcode(Buffer.concat([one, one, Buffer.alloc(4)]));
  t.deepEqual([...bitcode.columns.kind], [MAGIC, ENTER, RECORD, END, MAGIC, ENTER, RECORD, END]);
  t.is(bitcode.end, one.length * 2);
});

test('each entry and operand tells its bit', (t) => {
  const content = stream((w) => w.record(7, [1, 40]));
  const { bit, at, first } = readBitcode(content).columns;
  t.deepEqual([...bit], [0, 32, 96, 130, 160]);
  t.deepEqual([...at.subarray(first[2])], [112, 118]);
});

test('a number written longer than it must be is remembered, and encoded so again', (t) => {
  const content = stream((w) => {
    w.id(3);
    w.bits.fixed(1, 6);
    w.bits.fixed(1, 6);
    w.bits.fixed(32 + 3, 6);
    w.bits.fixed(0, 6);
  });
  const bitcode = readBitcode(content);
  t.deepEqual([...bitcode.columns.irregular], [2]);
  t.deepEqual(operands(content, 2), [3n]);
  t.deepEqual(encodeBitcode(bitcode), content);
});

test('padding that is not zero is remembered, and encoded so again', (t) => {
  const content = stream((w) => w.record(1, [2]));
  const last = content.length - 1;
  content[last] = (content[last] ?? 0) | 0x80;
  const bitcode = readBitcode(content);
  t.true(bitcode.columns.irregular.size > 0);
  t.deepEqual(encodeBitcode(bitcode), content);
});

test('isBitcode asks for the magic number only', (t) => {
  t.true(isBitcode(stream(() => {})));
  t.false(isBitcode(Buffer.from('BC')));
  t.false(isBitcode(Buffer.from('\x7fELF....')));
});

test(
  'a stream that is cut off is refused',
  refused(stream((w) => w.record(1, [2, 3, 4, 5])).subarray(0, 12), /longer than the bitstream|cut off/),
);
test(
  'a block of another length than it says is refused',
  refused(
    (() => {
      const content = stream((w) => w.record(1, [2]));
      content.writeUInt32LE(content.readUInt32LE(8) - 1, 8);
      return content;
    })(),
    /another length/,
  ),
);
test(
  'an unknown abbreviation is refused',
  refused(
    stream((w) => w.id(9)),
    /unknown abbreviation 9/,
  ),
);
test(
  'a number of more than 64 bits is refused',
  refused(
    stream((w) => {
      w.id(3);
      w.bits.fixed(1, 6);
      w.bits.fixed(1, 6);
      for (let i = 0; i < 20; i += 1) w.bits.fixed(63, 6);
      w.bits.fixed(1, 6);
    }),
    /more than 64 bits/,
  ),
);
test(
  'a record that claims more operands than the stream has bits for is refused at once',
  refused(
    stream((w) => {
      w.define([{ literal: 1 }, 'array', { fixed: 0 }]);
      w.id(4);
      w.bits.vbr(0xffffffff, 0, 6);
    }),
    /more operands/,
  ),
);
test(
  'blocks that are nested without end are refused',
  refused(
    (() => {
      const w = new StreamWriter();
      for (let i = 0; i < 40; i += 1) w.enter(8, 4);
      for (let i = 0; i < 40; i += 1) w.end();
      return w.bytes();
    })(),
    /nested too deep/,
  ),
);
test(
  'an abbreviation that goes on after a blob is refused',
  refused(
    stream((w) => w.define([{ literal: 1 }, 'blob', { fixed: 1 }])),
    /after a blob/,
  ),
);
test(
  'an array of nothing is refused',
  refused(
    stream((w) => w.define([{ literal: 1 }, 'array'])),
    /without an element/,
  ),
);
test(
  'a field of 33 bits is refused',
  refused(
    stream((w) => w.define([{ fixed: 33 }])),
    /33 bits/,
  ),
);

const FORM = fc.oneof(
  fc.record({ literal: fc.nat(1000) }),
  fc.record({ fixed: fc.integer({ min: 0, max: 32 }) }),
  fc.record({ vbr: fc.integer({ min: 2, max: 32 }) }),
);

test('what was read is encoded to the same bytes, whatever the records and abbreviations', (t) => {
  const record = fc.record({
    code: fc.nat(2000),
    operands: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 12 }),
  });
  const short = fc.record({
    forms: fc.array(FORM, { minLength: 1, maxLength: 6 }),
    bits: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(record, short), { maxLength: 20 }), (parts) => {
      const content = stream((w) => {
        let id = 4;
        for (const part of parts) {
          if ('code' in part) {
            w.record(part.code, part.operands);
            continue;
          }
          w.define(part.forms);
          w.id(id);
          id += 1;
          part.forms.forEach((form, k) => {
            if (typeof form !== 'object') return;
            if ('fixed' in form) w.bits.fixed(part.bits[k] ?? 0, form.fixed);
            else if ('vbr' in form) w.bits.vbr(part.bits[k] ?? 0, 0, form.vbr);
          });
        }
      }, 6);
      const bitcode = readBitcode(content);
      t.is(bitcode.columns.irregular.size, 0);
      t.deepEqual(encodeBitcode(bitcode), content);
    }),
  );
  t.pass();
});

test('a damaged stream is refused or read, and what is read is encoded to the same bytes', (t) => {
  const content = stream((w) => {
    w.define([{ literal: 9 }, { fixed: 3 }, { vbr: 4 }, 'array', 'char6']);
    w.define([{ literal: 1 }, 'blob']);
    w.id(5);
    w.blob(Buffer.from('names of things'));
    w.enter(12, 3);
    for (let i = 0; i < 20; i += 1) w.record(i, [i, 2n ** 40n]);
    w.end();
  });
  fc.assert(
    fc.property(fc.nat(content.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Buffer.from(content);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      let bitcode: ReturnType<typeof readBitcode>;
      try {
        bitcode = readBitcode(damaged);
      } catch (error) {
        t.true(error instanceof InputError);
        return;
      }
      t.deepEqual(encodeBitcode(bitcode), damaged.subarray(0, bitcode.end));
    }),
    { numRuns: 500 },
  );
});
