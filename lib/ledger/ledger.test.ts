import test from 'ava';
import fc from 'fast-check';
import { InputError } from '../error.js';
import { assertClosed } from '../explain/told-fixture.js';
import { type Ledger, LedgerBuilder, replay } from './ledger.js';
import type { Place } from './owner.js';
import type { PlaceTable } from './place-table.js';
import type { Sink } from './sink.js';

const [HA, HB, HC] = ['17f0b7e2c4d95a86', 'e86b1d0f3a297c54', '90a1c3e5f7b2d468'];
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** What an explainer says of two contents, as `reason state` of each segment that is not equal. */
function told(a: string, b: string, say: (sink: Sink) => void): { ledger: Ledger; owners: string[] } {
  const builder = new LedgerBuilder(bytes(a), bytes(b));
  say(builder.sink());
  const ledger = builder.finish();
  assertClosed(ledger);
  const owners = [...ledger.segments].flatMap(({ owner, aLength, bLength }) => {
    const of = ledger.owners.at(owner);
    if (owner === 0 || of === undefined) return [];
    const field = of.field === undefined ? '' : ` ${of.field}`;
    return [`${of.reason} ${of.state}${field} ${aLength} ${bLength}`];
  });
  return { ledger, owners };
}

test('a byte that no segment covers, or that two do, is a fault', (t) => {
  const finish = (say: (sink: Sink) => void): unknown => {
    const builder = new LedgerBuilder(bytes('abcd'), bytes('abcd'));
    say(builder.sink());
    return builder.finish();
  };
  t.throws(() => finish((sink) => sink.equal(0, 0, 3)), { message: /1 bytes of A belong to no segment/ });
  t.throws(
    () =>
      finish((sink) => {
        sink.equal(0, 0, 4);
        sink.change(2, 1, 0, 0);
      }),
    { message: /A is covered twice near 2/ },
  );
  t.throws(
    () =>
      finish((sink) => {
        sink.change(0, 4, 0, 0);
        sink.change(0, 0, 0, 3);
      }),
    { message: /1 bytes of B belong to no segment/ },
  );
  t.throws(() => finish((sink) => sink.change(0, 5, 0, 4)), { message: /behind the end of A/ });
  t.throws(() => finish((sink) => sink.change(0, 4, 2 ** 32, 4)), { message: /behind the end of B/ });
  for (const [start, length] of [
    [4, -1],
    [-1, 1],
    [Number.NaN, 1],
  ] as const)
    t.throws(() => finish((sink) => sink.change(start, length, 0, 4)), { message: /bytes at -?\w+ of A/ });
  t.throws(
    () =>
      finish((sink) => {
        sink.change(0, 4, 0, 4);
        sink.change(0, 0, 1, 2);
      }),
    { message: /B is covered twice near 1/ },
  );
});

test('each byte is marked on its own, also where a segment spans many words of 32', (t) => {
  const a = 'x'.repeat(200);
  const { ledger } = told(a, a, (sink) => {
    sink.equal(33, 33, 95);
    sink.equal(0, 0, 33);
    sink.equal(128, 128, 72);
  });
  t.is(ledger.segments.count, 3);
  t.throws(() =>
    told(a, a, (sink) => {
      sink.equal(0, 0, 200);
      sink.change(199, 1, 199, 1);
    }),
  );
});

test('bytes that are called equal are compared', (t) => {
  t.throws(() => told('abc', 'abd', (sink) => sink.equal(0, 0, 3)), { message: /called equal and are not/ });
  const [long, other] = ['x'.repeat(40), `${'x'.repeat(39)}y`];
  t.throws(() => told(long, other, (sink) => sink.equal(0, 0, 40)), { message: /called equal and are not/ });
  t.throws(() => told('abc', 'ab', (sink) => sink.equal(0, 0, 3)), { message: /called equal and are not/ });
});

test('segments may be empty, and those count for nothing', (t) => {
  const { ledger } = told('ab', 'ab', (sink) => {
    sink.equal(0, 0, 0);
    sink.change(99, 0, 99, 0);
    sink.equal(0, 0, 2);
  });
  t.is(ledger.segments.count, 1);
});

test('what has nothing on one side stands nowhere on it', (t) => {
  const { ledger } = told('ab', '', (sink) => sink.change(0, 2, 4_000_000, 0));
  t.is(ledger.segments.count, 1);
  t.is(replay(ledger, bytes('ab'), bytes('')).length, 0);
});

test('what nobody says anything about is unexplained; a cause without proof is residue too', (t) => {
  const { owners } = told('abcd', 'xyz', (sink) => {
    sink.change(0, 2, 0, 1);
    sink.change(2, 1, 1, 1, { reason: 'code', field: 'immediate' });
    sink.change(3, 1, 2, 1, { field: 'sh_flags' });
  });
  t.deepEqual(owners, [
    'unexplained residue 2 1',
    'code residue immediate 1 1',
    'unexplained residue sh_flags 1 1',
  ]);
});

test('two hashes at one place are a claim', (t) => {
  const { ledger, owners } = told(HA, HB, (sink) => {
    t.true(sink.token('crate-hash', 'hex', 0, 16, 0, 16, 'st_name'));
  });
  t.deepEqual(owners, ['crate-hash claimed st_name 16 16']);
  t.deepEqual([ledger.claims.a, ledger.claims.b, ledger.claims.places], [[HA], [HB], [1]]);
});

test('hashes that are alike, equal or no hashes stay unexplained, and only the bytes that differ', (t) => {
  const other = `${HA.slice(0, 15)}7`;
  const { ledger, owners } = told(HA, other, (sink) => {
    t.false(sink.token('crate-hash', 'hex', 0, 16, 0, 16));
  });
  t.deepEqual(owners, ['unexplained residue 1 1']);
  t.is(ledger.claims.cause.length, 0);
  t.deepEqual(told('xyz', 'xyw', (sink) => void sink.token('crate-hash', 'hex', 0, 3, 0, 3)).owners, [
    'unexplained residue 1 1',
  ]);
  t.deepEqual(told(HA, HA, (sink) => void sink.token('crate-hash', 'hex', 0, 16, 0, 16)).owners, []);
  t.deepEqual(told('12', '345', (sink) => void sink.token('crate-hash', 'raw', 0, 2, 0, 3)).owners, [
    'unexplained residue 2 3',
  ]);
});

test('texts may be alike: a path, a version', (t) => {
  const { owners } = told('/src/aaa/x.rs', '/src/aab/x.rs', (sink) => {
    t.true(sink.token('build-path', 'text', 0, 8, 0, 8));
    sink.equal(8, 8, 5);
  });
  t.deepEqual(owners, ['build-path claimed 8 8']);
});

test('two hashes in one function are one witness, in two functions two', (t) => {
  const { ledger } = told(`${HA}${HA}${HA}`, `${HB}${HB}${HB}`, (sink) => {
    const one = sink.within(0, 0, 'symbol', 'one');
    one.token('crate-hash', 'hex', 0, 16, 0, 16);
    one.at(16, 16).token('crate-hash', 'hex', 0, 16, 0, 16);
    sink.within(32, 32, 'symbol', 'two').token('crate-hash', 'hex', 0, 16, 0, 16);
  });
  t.deepEqual(ledger.claims.places, [2]);
  t.deepEqual(rowsOf(ledger.places), [
    { parent: 0, kind: 'file', name: '' },
    { parent: 0, kind: 'symbol', name: 'one' },
    { parent: 0, kind: 'symbol', name: 'two' },
  ]);
});

test('bytes are derived only where recomputing gives the very bytes of B', (t) => {
  const say = (recomputed: string) => (sink: Sink) =>
    sink.derived(0, 4, 0, 4, bytes(recomputed), 'the rest', 'e_shoff');
  t.deepEqual(told('abcd', 'abxy', say('abxy')).owners, ['derived derived e_shoff 4 4']);
  t.deepEqual(told('abcd', 'abxy', say('abxz')).owners, ['unexplained residue e_shoff 2 2']);
  t.deepEqual(told('abcd', 'abxy', say('abx')).owners, ['unexplained residue e_shoff 2 2']);
  t.deepEqual(told('abcd', 'abcd', say('abcd')).owners, []);
  // They should have changed, and did not.
  t.deepEqual(told('abcd', 'abcd', say('xxxx')).owners, ['unexplained residue e_shoff 4 4']);
  const { owners } = told('abcd', 'xy', (sink) =>
    sink.derived(0, 4, 0, 2, bytes('xy'), 'alignment', undefined, 'padding'),
  );
  t.deepEqual(owners, ['padding derived 4 2']);
  t.deepEqual(told('abcd', 'xy', (sink) => sink.derived(0, 4, 0, 2, bytes('xz'), 'alignment')).owners, [
    'unexplained residue 4 2',
  ]);
});

test('places name both sides where the names differ, and notes are kept', (t) => {
  const { ledger } = told('abc', 'xyz', (sink) => {
    const section = sink.within(0, 0, 'section', '.text', '.text');
    section.within(0, 0, 'symbol', 'f', 'g').shown('local-label', 0, 3, 0, 3, 'displacement');
    section.note('a sentence');
  });
  t.deepEqual(rowsOf(ledger.places), [
    { parent: 0, kind: 'file', name: '' },
    { parent: 0, kind: 'section', name: '.text' },
    { parent: 1, kind: 'symbol', name: 'f', nameB: 'g' },
  ]);
  t.deepEqual(ledger.notes, ['a sentence']);
  t.is(ledger.owners.at(1)?.state, 'shown');
});

test('segments of one owner at one place have one row of owners, at two places two', (t) => {
  const { ledger } = told('abcd', 'wxyz', (sink) => {
    const inner = sink.within(0, 0, 'section', '.data');
    inner.change(0, 1, 0, 1);
    inner.at(1, 1).change(0, 1, 0, 1);
    sink.change(2, 1, 2, 1);
    sink.change(3, 1, 3, 1);
  });
  t.is(ledger.owners.length, 3);
});

test('a hash that stands unchanged beside one that was exchanged is found, in whatever form', (t) => {
  const raw = Buffer.from(HA, 'hex').reverse().toString('latin1');
  for (const left of [HA, raw]) {
    const { ledger } = told(`${HA}....${left}`, `${HB}....${left}`, (sink) => {
      sink.token('type-id', 'hex', 0, 16, 0, 16);
      sink.equal(16, 16, 4 + left.length);
    });
    t.deepEqual([...ledger.kept], [HA]);
  }
  const { ledger } = told(`${HA}....${HC}`, `${HB}....${HC}`, (sink) => {
    sink.token('type-id', 'hex', 0, 16, 0, 16);
    sink.equal(16, 16, 20);
    sink.unchanged(HC);
  });
  t.deepEqual([...ledger.kept], [HC]);
});

test('contents of 4 GiB are refused with an error of the input', (t) => {
  const huge = { length: 2 ** 32 } as Uint8Array;
  t.throws(() => new LedgerBuilder(huge, bytes('')), { instanceOf: InputError, message: /4 GiB/ });
});

/** Two contents that were cut into stretches, some of them equal, and put together in other orders. */
const cut = fc.array(
  fc.record({
    a: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    b: fc.option(fc.uint8Array({ maxLength: 12 })),
    at: fc.nat({ max: 1000 }),
  }),
  { maxLength: 20 },
);

test('however two contents are cut, the ledger covers both exactly once and replays B from A', (t) => {
  fc.assert(
    fc.property(cut, (parts) => {
      const inB = parts.map((part, i) => ({ ...part, i })).sort((x, y) => x.at - y.at || x.i - y.i);
      const a = Buffer.concat(parts.map((part) => part.a));
      const b = Buffer.concat(inB.map((part) => part.b ?? part.a));
      const startB = new Map<number, number>();
      let at = 0;
      for (const part of inB) {
        startB.set(part.i, at);
        at += (part.b ?? part.a).length;
      }
      const builder = new LedgerBuilder(a, b);
      const sink = builder.sink();
      let from = 0;
      for (const [i, part] of parts.entries()) {
        const to = startB.get(i) ?? 0;
        if (part.b === null) sink.within(from, to, 'part', `${i}`).equal(0, 0, part.a.length);
        else sink.within(from, to, 'part', `${i}`).change(0, part.a.length, 0, part.b.length);
        from += part.a.length;
      }
      const ledger = builder.finish();
      assertClosed(ledger);
      t.true(Buffer.from(replay(ledger, a, b)).equals(b));
      const residue = [...ledger.segments].filter(
        ({ owner }) => ledger.owners.state(owner) === 'residue' && owner !== 0,
      );
      t.is(
        residue.length,
        parts.filter((part) => part.b !== null).length,
        'every change has its owner and nothing else has',
      );
    }),
    { numRuns: 300 },
  );
});

test('recomputing a token on both sides attests it like another place; a recomputation that is wrong does not', (t) => {
  const [a, b] = [Buffer.from('17f0b7e2c4d95a86', 'hex'), Buffer.from('e86b1d0f3a297c54', 'hex')];
  for (const [recomputed, places] of [
    [b, 2],
    [a, 1],
    [Buffer.from('e86b1d0f3a297c55', 'hex'), 1],
  ] as const) {
    const builder = new LedgerBuilder(a, b);
    const sink = builder.sink();
    sink.token('crate-hash', 'le64', 0, 8, 0, 8);
    sink.attested('crate-hash', 'le64', 0, 0, a, recomputed);
    t.deepEqual(builder.finish().claims.places, [places]);
  }
});

function rowsOf(places: PlaceTable): (Place | undefined)[] {
  return Array.from({ length: places.length }, (_, i) => places.at(i));
}
