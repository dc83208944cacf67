import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { InputError } from '../error.js';
import { encodeBitcode, readBitcode } from '../format/bitcode.js';
import { type RecordedSegment, recordingSink } from '../ledger/sink-fixture.js';
import { bitcodeModule, type FunctionSample, type ModuleSample } from './bitcode/module-fixture.js';
import { explainBitcode } from './bitcode.js';

const HASHES_A = ['b2a9c07d1e5f6a38', '0c44e1d97fa2b563', '5d10c3f8e7264b9a'];
const HASHES_B = ['7e31f5a20d948bc6', 'e90b27d64c1a8f35', 'a8f76e0b32d59c14'];

function mangled(name: string, hash: string): string {
  return `_ZN5crate${name.length}${name}17h${hash}E`;
}

/** Three functions under the hashes of one build, in the order of their names. */
function sample(
  hashes: readonly string[],
  change: (f: FunctionSample) => FunctionSample = (f) => f,
): ModuleSample {
  const [first, second, third] = hashes.map((hash, k) => mangled(['one', 'two', 'one'][k] ?? '', hash));
  const functions: FunctionSample[] = [
    { name: first ?? '', constant: 40n, calls: [second ?? ''] },
    { name: second ?? '', constant: 7n, texts: [`${first}: argument 0`, 'other'] },
    { name: third ?? '', constant: 2n, opcode: 1, calls: [first ?? '', second ?? ''] },
  ];
  return {
    sourceName: `crate.${hashes[0]}-cgu.0`,
    variables: [
      [`anon.${hashes[0]}${hashes[1]}.0`, 'hello'],
      [`anon.${hashes[0]}${hashes[1]}.1`, 'world'],
    ],
    functions: functions.map(change).sort((x, y) => (x.name < y.name ? -1 : 1)),
  };
}

function explain(t: ExecutionContext, a: Buffer, b: Buffer): readonly RecordedSegment[] {
  const sink = recordingSink(a, b);
  t.true(explainBitcode(a, b, sink));
  sink.assertClosed();
  return sink.changes;
}

function unexplained(changes: readonly RecordedSegment[]): RecordedSegment[] {
  return changes.filter(({ reason }) => reason === 'unexplained');
}

test('modules that differ in the hashes of their names are explained whole, functions in another order too', (t) => {
  const a = bitcodeModule(sample(HASHES_A));
  const b = bitcodeModule(sample(HASHES_B));
  t.not(Buffer.compare(a, b), 0);
  const changes = explain(t, a, b);
  t.deepEqual(unexplained(changes), []);
  const pairs = new Set(changes.filter((c) => c.tokenA !== undefined).map((c) => `${c.tokenA} ${c.tokenB}`));
  HASHES_A.forEach((hash, k) => {
    t.true(pairs.has(`${hash} ${HASHES_B[k]}`));
  });
});

test('what is derived was encoded from the first module', (t) => {
  const changes = explain(t, bitcodeModule(sample(HASHES_A)), bitcodeModule(sample(HASHES_B)));
  t.true(changes.some(({ kind }) => kind === 'derived'));
});

test('a changed constant stays unexplained, in the function that holds it', (t) => {
  const a = bitcodeModule(sample(HASHES_A));
  const b = bitcodeModule(sample(HASHES_B, (f) => (f.constant === 7n ? { ...f, constant: 6n } : f)));
  const left = unexplained(explain(t, a, b));
  t.true(left.some(({ place }) => place.some((name) => name.includes('3two'))));
});

test('a changed opcode stays unexplained, in the function that holds it', (t) => {
  const a = bitcodeModule(sample(HASHES_A));
  const b = bitcodeModule(sample(HASHES_B, (f) => (f.constant === 7n ? { ...f, opcode: 3 } : f)));
  const left = unexplained(explain(t, a, b));
  t.deepEqual([...new Set(left.map(({ place }) => place.join()))].length, 1);
  t.true(left.every(({ place }) => place.some((name) => name.includes('3two'))));
});

test('a call of another function stays unexplained', (t) => {
  const a = bitcodeModule(sample(HASHES_A));
  const second = mangled('one', HASHES_B[2] ?? '');
  const b = bitcodeModule(sample(HASHES_B, (f) => (f.constant === 40n ? { ...f, calls: [second] } : f)));
  t.true(unexplained(explain(t, a, b)).length > 0);
});

test('the content of a variable that was changed stays unexplained', (t) => {
  const a = sample(HASHES_A);
  const b = sample(HASHES_B);
  const changed: ModuleSample = {
    ...b,
    variables: [b.variables?.[0] ?? ['', ''], [b.variables?.[1]?.[0] ?? '', 'worle']],
  };
  t.true(unexplained(explain(t, bitcodeModule(a), bitcodeModule(changed))).length > 0);
});

test('a text of the metadata that was changed stays unexplained', (t) => {
  const a = bitcodeModule(sample(HASHES_A));
  const texts = [`${mangled('one', HASHES_B[0] ?? '')}: argument 0`, 'othes'];
  const b = bitcodeModule(sample(HASHES_B, (f) => (f.texts === undefined ? f : { ...f, texts })));
  t.true(unexplained(explain(t, a, b)).length > 0);
});

test('a module hash that does not follow from the module stays unexplained', (t) => {
  const a = bitcodeModule(sample(HASHES_A));
  const b = bitcodeModule({ ...sample(HASHES_B), hash: [1, 2, 3, 4, 5] });
  t.is(unexplained(explain(t, a, b)).length, 1);
});

test('types in another order are paired by what they are', (t) => {
  const a = bitcodeModule({ ...sample(HASHES_A), arrays: [3, 4, 5] });
  const b = bitcodeModule({ ...sample(HASHES_B), arrays: [5, 3, 4] });
  t.deepEqual(unexplained(explain(t, a, b)), []);
});

test('a function of one module only is named', (t) => {
  const b = sample(HASHES_B);
  const more = { name: mangled('added', '1234567890abcdef'), constant: 99n };
  const added = { ...b, functions: [...b.functions, more].sort((x, y) => (x.name < y.name ? -1 : 1)) };
  const left = unexplained(explain(t, bitcodeModule(sample(HASHES_A)), bitcodeModule(added)));
  t.true(left.some(({ place, aLength }) => aLength === 0 && place.includes(more.name)));
});

test('what is no bitcode, or no single module, is left to others', (t) => {
  const a = bitcodeModule(sample(HASHES_A));
  for (const other of [Buffer.from('no bitcode at all'), a.subarray(0, 40), Buffer.concat([a, a])]) {
    const sink = recordingSink(a, other);
    t.false(explainBitcode(a, other, sink));
    t.deepEqual(sink.segments, []);
  }
});

test('bytes behind the last block are never lost', (t) => {
  const a = bitcodeModule(sample(HASHES_A));
  const b = Buffer.concat([a, Buffer.from([0, 0, 0, 0, 1])]);
  t.deepEqual(
    explain(t, a, b).map(({ aLength, bLength }) => [aLength, bLength]),
    [[0, 5]],
  );
});

test('no changed number of a record is ever explained', (t) => {
  const a = bitcodeModule(sample(HASHES_A));
  const original = readBitcode(bitcodeModule(sample(HASHES_B)));
  const { columns } = original;
  fc.assert(
    fc.property(fc.nat(columns.low.length - 1), fc.integer({ min: 1, max: 31 }), (operand, flip) => {
      const low = Uint32Array.from(columns.low);
      low[operand] = (low[operand] ?? 0) ^ flip;
      let b: Buffer;
      try {
        b = encodeBitcode(original, { low });
      } catch (error) {
        t.true(error instanceof InputError);
        return;
      }
      // A literal's value stands in the abbreviation only.
      if (b.equals(original.content)) return;
      const sink = recordingSink(a, b);
      if (!explainBitcode(a, b, sink)) return;
      sink.assertClosed();
      t.true(
        sink.changes.some(({ reason }) => reason === 'unexplained'),
        `operand ${operand} ^ ${flip}`,
      );
    }),
    { numRuns: 400 },
  );
});

test('a damaged module never throws', (t) => {
  const a = bitcodeModule(sample(HASHES_A));
  const original = bitcodeModule(sample(HASHES_B));
  fc.assert(
    fc.property(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const b = Buffer.from(original);
      b[at] = (b[at] ?? 0) ^ change;
      const sink = recordingSink(a, b);
      if (explainBitcode(a, b, sink)) sink.assertClosed();
      else t.deepEqual(sink.segments, []);
    }),
    { numRuns: 500 },
  );
  t.pass();
});
