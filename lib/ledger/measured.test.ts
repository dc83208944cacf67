import test from 'ava';
import { LedgerBuilder } from './ledger.js';
import type { Sink } from './sink.js';

const [A, B] = ['/home/a', '/builds/longer'];
const REST = '/src/main.rs';

/** A word of one byte and a text behind it, and what the ledger says of the word. */
function word(a: number, b: number, say: (sink: Sink) => void, inA = A + REST, inB = B + REST): string {
  const bytes = (length: number, text: string): Buffer =>
    Buffer.concat([Buffer.from([length]), Buffer.from(`\0${text}\0`, 'latin1')]);
  const builder = new LedgerBuilder(bytes(a, inA), bytes(b, inB));
  const sink = builder.sink().within(0, 0, 'section', '.rodata');
  sink.measured(0, 0, 1, { a: 2, b: 2, littleEndian: true }, { field: 'length' });
  say(sink);
  const ledger = builder.finish();
  const [first] = [...ledger.segments].filter(({ aStart, aLength }) => aStart === 0 && aLength > 0);
  const owner = ledger.owners.at(first?.owner ?? 0);
  return first?.owner === 0 ? 'equal' : `${owner?.state}`;
}

const token = (sink: Sink): void => {
  sink.equal(1, 1, 1);
  sink.token('build-path', 'text', 2, A.length, 2, B.length);
  sink.equal(2 + A.length, 2 + B.length, REST.length + 1);
};

const [LENGTH_A, LENGTH_B] = [A.length + REST.length, B.length + REST.length];

test('a word is derived where it measures a text that differs in tokens alone', (t) => {
  t.is(word(LENGTH_A, LENGTH_B, token), 'derived');
  // Any part of the text, if it is the same one.
  t.is(word(LENGTH_A - 3, LENGTH_B - 3, token), 'derived');
  t.is(word(A.length, B.length, token), 'derived');
});

test('a word that measures another text than the other one is residue', (t) => {
  for (const [a, b] of [
    [LENGTH_A, LENGTH_B + 1],
    [LENGTH_A, LENGTH_B - 1],
    [LENGTH_A + 1, LENGTH_B],
    [LENGTH_A, LENGTH_A],
    [A.length - 1, B.length - 1],
    [0, LENGTH_B],
    [0, 0],
    [255, 255],
    [LENGTH_A + 2, LENGTH_B + 2],
  ] as const)
    t.is(word(a, b, token), 'residue', `${a} ${b}`);
});

test('a word is residue where anything but tokens parts its texts', (t) => {
  const unexplained = (sink: Sink): void => {
    sink.equal(1, 1, 1);
    sink.change(2, A.length, 2, B.length);
    sink.equal(2 + A.length, 2 + B.length, REST.length + 1);
  };
  t.is(word(LENGTH_A, LENGTH_B, unexplained), 'residue');
  const inserted = (sink: Sink): void => {
    token(sink);
    sink.change(0, 0, 3 + LENGTH_B, 1);
  };
  t.is(word(LENGTH_A, LENGTH_B + 1, inserted, A + REST, `${B}${REST}\0`), 'residue');
  // Equal texts, of which nothing tells that they should be longer.
  t.is(
    word(3, 4, (sink) => sink.equal(1, 1, 9), 'abcdefg', 'abcdefg'),
    'residue',
  );
});

test('a text whose bytes went elsewhere one by one is not the same text', (t) => {
  const swapped = (sink: Sink): void => {
    sink.equal(1, 1, 1);
    sink.equal(2, 5, 3);
    sink.equal(5, 2, 3);
    sink.equal(8, 8, 1);
  };
  t.is(word(6, 6, swapped, 'abcxyz', 'xyzabc'), 'residue');
});
