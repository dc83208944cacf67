import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../artefact/bytes.js';
import { readHashTable } from '../format/rmeta/hash-table.js';
import { leb128End } from '../format/rmeta/leb128.js';
import { readCrateRoot } from '../format/rmeta/root.js';
import { type RecordedSegment, type RecordingSink, recordingSink } from '../ledger/sink-fixture.js';
import { corpusMetadata } from './rmeta/metadata-fixture.js';
import { explainRmeta } from './rmeta.js';

function explained(a: Uint8Array, b: Uint8Array): RecordingSink {
  const sink = recordingSink(a, b);
  explainRmeta(memoryBytes(a), memoryBytes(b), sink);
  sink.assertClosed();
  return sink;
}

/** What nothing stands behind, whatever it looks like. */
function unexplained(sink: RecordingSink): readonly RecordedSegment[] {
  return sink.changes.filter((s) => s.kind === 'change' || s.reason === 'unexplained');
}

/** The fields of what differs; a recomputation may also show that a number did not change. */
function fields(sink: RecordingSink, a: Uint8Array, b: Uint8Array): string[] {
  const differs = (s: RecordedSegment) =>
    Buffer.compare(a.subarray(s.a, s.a + s.aLength), b.subarray(s.b, s.b + s.bLength)) !== 0;
  return sink.changes.filter(differs).map((s) => s.field ?? String(s.reason));
}

test('another -C metadata changes hashes and the table of their places, and nothing is left', (t) => {
  const a = corpusMetadata('metadata/a/libshape.rlib');
  const b = corpusMetadata('metadata/b/libshape.rlib');
  const sink = explained(a, b);
  t.deepEqual(unexplained(sink), []);
  t.deepEqual(sink.notes, []);
  t.deepEqual([...new Set(fields(sink, a, b))].sort(), [
    'DefPathHash',
    'EntryMetadata',
    'ExpnHash',
    'StableCrateId',
    'StableSourceFileId',
    'Svh',
  ]);
});

test('the hash of each definition is claimed where it stands and where it is a key', (t) => {
  const sink = explained(
    corpusMetadata('metadata/a/libshape.rlib'),
    corpusMetadata('metadata/b/libshape.rlib'),
  );
  const places = new Map<string, Set<string>>();
  for (const { field, tokenA, tokenB, place } of sink.changes) {
    if (field !== 'DefPathHash') continue;
    const key = `${tokenA} ${tokenB}`;
    places.set(key, (places.get(key) ?? new Set()).add(place.join()));
  }
  t.true(places.size >= 6);
  for (const of of places.values()) t.is(of.size, 2);
});

test('the seed of a type’s layout is believed since the crate’s id and the type’s hash give it', (t) => {
  const sink = explained(
    corpusMetadata('type-id/a/libkinds.rlib'),
    corpusMetadata('type-id/b/libkinds.rlib'),
  );
  t.deepEqual(unexplained(sink), []);
  t.true(sink.changes.some((s) => s.field === 'Hash64' && s.encoding === 'le64'));
});

test('a longer path is a root that was mapped, and what moved behind it is derived', (t) => {
  const sink = explained(
    corpusMetadata('build-path-longer/a/libshape.rlib'),
    corpusMetadata('build-path-longer/b/libshape.rlib'),
  );
  t.deepEqual(unexplained(sink), []);
  t.true(sink.changes.some((s) => s.reason === 'build-path'));
  t.true(sink.changes.some((s) => s.field === 'root position' && s.reason === 'derived'));
});

test('the directory that rustc worked in is a root where its last component differs, as the sources beside it tell', (t) => {
  const a = corpusMetadata('build-path-longer/a/libshape.rlib');
  const b = Buffer.from(a.toString('latin1').replaceAll('/build/a', '/build/z'), 'latin1');
  const sink = explained(a, b);
  t.deepEqual(unexplained(sink), []);
  const roots = sink.changes.filter((s) => s.reason === 'build-path');
  t.deepEqual(new Set(roots.map((s) => a.toString('latin1', s.a, s.a + s.aLength))), new Set(['/build/a']));
  t.true(roots.some((s) => s.field === 'folder of sources'));
  // Where it is the folder alone that differs, no source tells it.
  const alone = Buffer.from(a.toString('latin1').replaceAll('/build/a\xc1', '/build/z\xc1'), 'latin1');
  t.true(unexplained(explained(a, alone)).length > 0);
});

test('another order of expansions and another constant stay unexplained', (t) => {
  for (const name of ['proc-macro-hash', 'constant']) {
    const file = name === 'constant' ? 'libshape.rlib' : 'libshuffled.rlib';
    const sink = explained(corpusMetadata(`${name}/a/${file}`), corpusMetadata(`${name}/b/${file}`));
    t.true(unexplained(sink).length > 0, name);
  }
});

test('of stubs and of metadata that cannot be read, all is covered', (t) => {
  const whole = corpusMetadata('metadata/a/libshape.rlib');
  const stub = corpusMetadata('separate-metadata/b/libshape.rlib');
  for (const [a, b] of [
    [stub, Buffer.from(stub)],
    [whole, stub],
    [whole, Buffer.alloc(0)],
    [Buffer.from('rust\0\0\0\x09'), Buffer.from('rust\0\0\0\x09....')],
    [Buffer.from('rust\0\0\0\x06abc'), Buffer.from('rust\0\0\0\x06abd')],
  ] as const) {
    explained(a, b);
  }
  t.pass();
});

test('section .rustc of a dylib has the length of its metadata in front, and it is derived', (t) => {
  const wrap = (inner: Buffer, padding: number): Buffer => {
    const head = Buffer.from('rust\0\0\0\x0a00000000', 'latin1');
    head.writeBigUInt64LE(BigInt(inner.length), 8);
    return Buffer.concat([head, inner, Buffer.alloc(padding)]);
  };
  const sink = explained(
    wrap(corpusMetadata('build-path-longer/a/libshape.rlib'), 4),
    wrap(corpusMetadata('build-path-longer/b/libshape.rlib'), 4),
  );
  t.deepEqual(unexplained(sink), []);
  t.is(sink.changes[0]?.field, 'length');
});

/** What `references` below refers to, at the positions it says. */
const TEXT_AT = 20;
const TYPE_AT = 64;
const SPAN_AT = 80;

/** Nodes as rustc writes them (in metadata without a root): a text, a type, a span, and a reference to each. */
function references(text: string): Buffer {
  const shift = text.length - 4;
  const bytes = Buffer.alloc(400 + shift);
  bytes.write('rust\0\0\0\x09', 'latin1');
  // A symbol: tag 0, then its text.
  Buffer.from([text.length, ...Buffer.from(text), 0xc1]).copy(bytes, TEXT_AT);
  bytes[TYPE_AT + shift] = 5;
  bytes[SPAN_AT + shift] = 0x0c;
  let at = 300 + shift;
  const put = (...values: number[]) => {
    for (const value of values) bytes[at++] = value;
    at += 12;
  };
  put(1, TEXT_AT);
  const shorthand = TYPE_AT + shift + 0x80;
  put((shorthand & 0x7f) | 0x80, shorthand >> 7);
  // Where it is, since that is less than how far back: kind 3, absolute, one byte.
  put(3 | (1 << 3), SPAN_AT + shift);
  return bytes;
}

test('references to what was written before are recomputed from where it lies', (t) => {
  const a = references('abcd');
  const b = references('abcdefg');
  const sink = explained(a, b);
  t.deepEqual(fields(sink, a, b), ['length', 'unexplained', 'shorthand', 'Span']);
  const left = unexplained(sink);
  t.is(left.length, 1);
  t.is(left[0]?.bLength, 3);
});

test('a reference that leads to another place than its counterpart is unexplained', (t) => {
  for (const by of [1, -1, 2, 64]) {
    const b = references('abcdefg');
    const at = b.lastIndexOf(SPAN_AT + 3);
    b[at] = (b[at] as number) + by;
    const sink = explained(references('abcd'), b);
    t.true(
      unexplained(sink).some((s) => s.b <= at && at < s.b + s.bLength),
      String(by),
    );
  }
});

/** Whether what is said of B's byte at `at` leaves it open: unexplained, or a claim met once or in conflict. */
function leftOpen(sink: RecordingSink, at: number): boolean {
  const of = sink.segments.find((s) => s.b <= at && at < s.b + s.bLength);
  if (of === undefined || of.kind === 'equal') return false;
  if (of.kind === 'change' || of.reason === 'unexplained') return true;
  if (of.kind !== 'token') return false;
  const tokens = sink.segments.filter((s) => s.kind === 'token' && s.reason !== 'unexplained');
  const same = tokens.filter((s) => s.tokenA === of.tokenA && s.tokenB === of.tokenB);
  const others = tokens.filter((s) => (s.tokenA === of.tokenA) !== (s.tokenB === of.tokenB));
  return others.length > 0 || new Set(same.map((s) => s.place.join())).size === 1;
}

test('no change of one byte of B is ever explained', (t) => {
  for (const [name, file] of [
    ['metadata', 'libshape.rlib'],
    ['type-id', 'libkinds.rlib'],
    ['build-path-longer', 'libshape.rlib'],
  ] as const) {
    const a = corpusMetadata(`${name}/a/${file}`);
    const b = corpusMetadata(`${name}/b/${file}`);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: b.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(b);
        changed[at] = ((b[at] as number) + by) & 0xff;
        const sink = explained(a, changed);
        // A byte that became A's own is no difference any more.
        const before = unexplained(sink).length > 0;
        return leftOpen(sink, at) || before;
      }),
      { numRuns: 300, seed: 1 },
    );
  }
  t.pass();
});

test('a key of the hash table that was swapped with another is noticed', (t) => {
  const a = corpusMetadata('metadata/a/libshape.rlib');
  const b = corpusMetadata('metadata/b/libshape.rlib');
  const root = readCrateRoot(b);
  const table = root && readHashTable(b, leb128End(b, root.defPathHashMap));
  if (table === undefined) return t.fail();
  const used = [...Array(table.slots).keys()].filter((slot) => (b[table.control + slot] as number) < 0x80);
  const [x, y] = used.slice(0, 2).map((slot) => table.entries + slot * 12);
  if (x === undefined || y === undefined) return t.fail();
  const changed = Buffer.from(b);
  b.copy(changed, x, y, y + 12);
  b.copy(changed, y, x, x + 12);
  t.true(unexplained(explained(a, changed)).length > 0);
});

test('the id of a crate is attested where hashing what the metadata say gives it on both sides', (t) => {
  const [fileA, fileB] = ['libshape-0123456789abcdef.rlib', 'libshape-fedcba9876543210.rlib'];
  const a = corpusMetadata(`metadata-name/a/${fileA}`);
  const b = corpusMetadata(`metadata-name/b/${fileB}`);
  const whole = explained(a, b);
  t.is(whole.recomputed.length, 1);
  t.true(whole.notes.some((note) => note.includes('-C metadata=0123456789abcdef')));
  const root = readCrateRoot(b);
  if (root === undefined) return t.fail();
  for (const at of [root.stableCrateId, root.extraFilename.offset + 3]) {
    const changed = Buffer.from(b);
    changed[at] = (changed[at] as number) ^ 1;
    t.deepEqual(explained(a, changed).recomputed, []);
  }
});
