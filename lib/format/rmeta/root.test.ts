import test from 'ava';
import fc from 'fast-check';
import { corpusMetadata } from '../../explain/rmeta/metadata-fixture.js';
import { readHashTable, slotsByInsertion, valueAt } from './hash-table.js';
import { leb128End } from './leb128.js';
import { crateHashOffset, readCrateRoot } from './root.js';

test('the root of metadata that rustc wrote tells where everything lies', (t) => {
  const bytes = corpusMetadata('metadata-cascade/a/libconsumer.rlib');
  const root = readCrateRoot(bytes);
  t.truthy(root);
  if (root === undefined) return;
  t.is(bytes[root.start - 1], 0xc1);
  t.is(crateHashOffset(bytes), root.hash);
  t.true(root.tables.length > 60);
  t.is(root.arrays[0]?.position, root.start);
  t.true(root.crateDeps.length > 1);
  for (const { extraFilename } of root.crateDeps) {
    const { offset, length } = extraFilename;
    t.regex(bytes.toString('latin1', offset, offset + length), /^(-[0-9a-f]{16})?$/);
  }
  const [first, ...rest] = root.tables;
  let end = (first?.position ?? 0) + (first?.width ?? 0) * (first?.count ?? 0);
  for (const table of rest) {
    t.is(table.position, end);
    end = table.position + table.width * table.count;
  }
});

test('of a stub only the crate hash is known', (t) => {
  const bytes = corpusMetadata('separate-metadata/b/libshape.rlib');
  t.is(readCrateRoot(bytes), undefined);
  t.is(typeof crateHashOffset(bytes), 'number');
});

test('putting the keys in as rustc does gives the hash table that rustc wrote', (t) => {
  const bytes = corpusMetadata('type-id/a/libkinds.rlib');
  const root = readCrateRoot(bytes);
  const table = root && readHashTable(bytes, leb128End(bytes, root.defPathHashMap));
  const slots = table && slotsByInsertion(bytes, table);
  t.is(slots?.length, table?.items);
  slots?.forEach((slot, value) => {
    t.is(valueAt(bytes, table as NonNullable<typeof table>, slot), value);
  });
});

test('no change of a byte or of the length makes the readers of the root throw or run on', (t) => {
  const bytes = corpusMetadata('metadata/a/libshape.rlib');
  const position = bytes.readUInt32LE(8);
  fc.assert(
    fc.property(
      fc.integer({ min: position, max: bytes.length - 1 }),
      fc.integer({ min: 0, max: 255 }),
      fc.boolean(),
      (at, value, cut) => {
        const changed = Buffer.from(bytes);
        changed[at] = value;
        const root = readCrateRoot(cut ? changed.subarray(0, at) : changed);
        for (const table of root?.tables ?? []) {
          t.true(table.position + table.width * table.count <= bytes.length);
        }
      },
    ),
  );
  t.pass();
});
