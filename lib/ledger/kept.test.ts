import test from 'ava';
import { LedgerBuilder } from './ledger.js';

const OLD = '17af32519cd40e68';
const NEW = 'c2905e7b64f1d83a';

/** A ledger over two symbols that name a hash, and a stretch behind them. */
function keptOf(behindA: Uint8Array, behindB: Uint8Array, equal: boolean): ReadonlySet<string> {
  const a = Buffer.concat([Buffer.from(`f${OLD}g${OLD}`), behindA]);
  const b = Buffer.concat([Buffer.from(`f${NEW}g${NEW}`), behindB]);
  const builder = new LedgerBuilder(a, b);
  const sink = builder.sink();
  for (const [at, name] of [
    [0, 'f'],
    [17, 'g'],
  ] as const) {
    sink.equal(at, at, 1);
    sink.within(0, 0, 'symbol', name).token('crate-hash', 'hex', at + 1, 16, at + 1, 16);
  }
  if (equal) sink.equal(34, 34, behindA.length);
  else sink.change(34, behindA.length, 34, behindB.length);
  return builder.finish().kept;
}

const text = (digits: string) => Buffer.from(`--${digits}--`);
const littleEndian = (digits: string) =>
  Buffer.concat([Buffer.from([1, 2]), Buffer.from(digits, 'hex').reverse()]);
const leb128 = (digits: string) => {
  const out: number[] = [9];
  for (let value = BigInt(`0x${digits}`); ; value >>= 7n) {
    out.push(Number(value & 0x7fn) | (value > 0x7fn ? 0x80 : 0));
    if (value <= 0x7fn) return Buffer.from(out);
  }
};

test('A hash that is left as it was in one place, in whatever form, refutes that it became another', (t) => {
  for (const form of [text, littleEndian, leb128, (digits: string) => Buffer.from(digits, 'hex')]) {
    t.deepEqual([...keptOf(form(OLD), form(OLD), true)], [OLD]);
    t.deepEqual([...keptOf(form(NEW), form(NEW), true)], [NEW]);
  }
});

test('A hash of A in bytes of B that nothing explains refutes its claim, and so does one of B in such bytes of A', (t) => {
  t.deepEqual([...keptOf(Buffer.alloc(0), text(OLD), false)], [OLD]);
  t.deepEqual([...keptOf(text(NEW), Buffer.alloc(0), false)], [NEW]);
  t.deepEqual([...keptOf(text(OLD), text(NEW), false)], []);
});

test('Where no claimed hash stands in equal bytes, none is refuted', (t) => {
  const other = Buffer.from('17af32519cd40e6 8c2905e7b64f1d83');
  t.deepEqual([...keptOf(other, other, true)], []);
});
