import { createHash } from 'node:crypto';
import test from 'ava';
import { memoryBytes } from '../../artefact/bytes.js';
import { openElf } from '../elf.js';
import { recomputeBuildId } from './build-id.js';
import { type FixtureElf, note, writeElf } from './elf-fixture.js';
import { type LinkedLibrary, linkedLibrary } from './linked-fixture.js';

const check = (content: Uint8Array) => recomputeBuildId(openElf(memoryBytes(content)));

const LINKERS = [
  ['gnuLd', 'gnu-ld'],
  ['gold', 'whole-file'],
  ['lld', 'lld-blake3'],
] as const satisfies readonly (readonly [LinkedLibrary, string])[];

/** 2.5 MiB, so that a tree has three leaves. */
function noted(desc: Uint8Array, more: Partial<FixtureElf> = {}): Buffer {
  return writeElf({
    sections: [
      { name: '.note.gnu.build-id', type: 7, content: note(true, 'GNU', 3, desc), align: 4 },
      { name: '.rodata', content: Buffer.alloc(5 << 19, 'trustdiff') },
      { name: '.comment', content: Buffer.from('Linker: LLD 9.0.0\0') },
    ],
    ...more,
  });
}

/** Puts the digest of the file into its note, as a linker does. */
function identified(length: number, digest: (file: Buffer) => Buffer): Buffer {
  const file = noted(Buffer.alloc(length));
  digest(file).copy(file, openElf(memoryBytes(file)).buildId()?.offset ?? 0);
  return file;
}

function tree(algorithm: 'sha1' | 'md5') {
  const hash = (content: Uint8Array) => createHash(algorithm).update(content).digest();
  return (file: Buffer) => {
    const leaves: Buffer[] = [];
    for (let at = 0; at < file.length; at += 1 << 20) leaves.push(hash(file.subarray(at, at + (1 << 20))));
    return hash(Buffer.concat(leaves));
  };
}

test('the build-ids of GNU ld, gold and lld are recomputed', (t) => {
  for (const [linker, method] of LINKERS) {
    t.deepEqual(check(linkedLibrary(linker)), { result: 'matches', method }, linker);
  }
});

test('the build-id of older lld is the digest of the digests of each MiB', (t) => {
  t.deepEqual(check(identified(20, tree('sha1'))), { result: 'matches', method: 'lld' });
  t.deepEqual(check(identified(16, tree('md5'))), { result: 'matches', method: 'lld' });
});

test('a byte changed in the code, in a header or in the id makes it differ', (t) => {
  for (const [linker] of LINKERS) {
    const content = linkedLibrary(linker);
    const elf = openElf(memoryBytes(content));
    const places = [
      elf.section('.text')?.sh_offset,
      elf.buildId()?.offset,
      elf.segments[0]?.headerOffset,
      elf.section('.dynamic')?.sh_offset,
    ];
    for (const at of places) {
      const changed = Buffer.from(content);
      changed[(at ?? 0) + 5] = (changed[(at ?? 0) + 5] ?? 0) ^ 1;
      t.deepEqual(check(changed), { result: 'differs' }, `${linker} ${at}`);
    }
  }
});

test('an id drawn at random differs, one of another length was made in an unknown way, and there may be none', (t) => {
  t.deepEqual(check(noted(Buffer.alloc(16, 7))), { result: 'differs' });
  t.deepEqual(check(noted(Buffer.alloc(8, 7))), { result: 'unknown-method' });
  t.deepEqual(check(noted(Buffer.from('c0ffee', 'hex'))), { result: 'unknown-method' });
  t.is(check(writeElf({})), undefined);
});

test('a file without section headers is looked at as a whole', (t) => {
  const file = writeElf({
    sections: [{ name: '.note.gnu.build-id', type: 7, content: note(true, 'GNU', 3, Buffer.alloc(20, 1)) }],
    segments: [{ type: 4, section: '.note.gnu.build-id' }],
    noSectionHeaders: true,
  });
  t.deepEqual(check(file), { result: 'differs' });
});
