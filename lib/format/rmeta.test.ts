import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../artefact/bytes.js';
import { arFixture } from '../artefact/container/ar-fixture.js';
import { InputError } from '../error.js';
import { writeElf } from './elf/elf-fixture.js';
import { findRmeta } from './rmeta.js';
import { writeDylibSection, writeRmeta } from './rmeta-fixture.js';

const rustc = 'rustc 1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)';
const find = (content: Uint8Array) => findRmeta(memoryBytes(content));

for (const version of [5, 6, 7, 8, 9, 10]) {
  test(`version ${version} is read from an .rmeta file, an rlib and a dylib`, (t) => {
    const plain = writeRmeta({ version, rustc });
    t.like(find(plain), { version, rustc, place: '', offset: 0, compressed: false });

    const object = writeElf({ type: 1, sections: [{ name: '.rmeta', content: plain }] });
    const rlib = arFixture([{ name: 'lib.rmeta', content: object }]);
    const inRlib = find(rlib);
    t.like(inRlib, { version, rustc, place: 'lib.rmeta, section .rmeta' });
    t.is(rlib.subarray(inRlib?.offset, (inRlib?.offset ?? 0) + 4).toString(), 'rust');

    const content = writeDylibSection({ version, rustc }, 5);
    const dylib = find(writeElf({ sections: [{ name: '.rustc', content }] }));
    t.like(dylib, { version, rustc, place: 'section .rustc', compressed: version <= 7 });
  });
}

test('an rlib whose metadata stand in no object file, as older compilers wrote it, is read', (t) => {
  const rlib = arFixture([{ name: 'lib.rmeta', content: writeRmeta({ version: 6, rustc: 'rustc 1.58.0' }) }]);
  t.like(find(rlib), { place: 'lib.rmeta', rustc: 'rustc 1.58.0' });
});

test('the crate root of versions 9 and 10 names target, hash and, where it is spelt out there or before, the crate', (t) => {
  const hash = 'ffeeddccbbaa99887766554433221100';
  const triple = 'x86_64-unknown-linux-gnu';
  t.deepEqual(find(writeRmeta({ version: 10, rustc, name: 'cfg_if' }))?.crate, {
    triple,
    hash,
    name: 'cfg_if',
  });
  t.is(find(writeRmeta({ version: 9, rustc, name: 'cfg_if', referred: true }))?.crate?.name, 'cfg_if');
  t.deepEqual(find(writeRmeta({ version: 9, rustc }))?.crate, { triple, hash });
  t.is(find(writeRmeta({ version: 8, rustc }))?.crate, undefined);
});

test('files without metadata have none', (t) => {
  t.is(find(Buffer.from('text')), undefined);
  t.is(find(writeElf({ sections: [{ name: '.text', content: Buffer.alloc(4) }] })), undefined);
  t.is(find(arFixture([{ name: 'a.o', content: 'x' }])), undefined);
});

test('a version that is not known is refused', (t) => {
  t.throws(() => find(writeRmeta({ version: 11, rustc })), { instanceOf: InputError, message: /version 11/ });
});

test('a length or a position outside the file is refused', (t) => {
  const section = writeDylibSection({ version: 9, rustc });
  section.writeBigUInt64LE(2n ** 62n, 8);
  t.throws(() => find(writeElf({ sections: [{ name: '.rustc', content: section }] })), {
    instanceOf: InputError,
  });
  const plain = writeRmeta({ version: 9, rustc });
  plain.writeBigUInt64LE(1_000_000n, 8);
  t.throws(() => find(plain), { instanceOf: InputError, message: /crate root/ });
});

test('damaged metadata give a result or a typed error', (t) => {
  const bases = [5, 7, 9, 10].flatMap((version) => [
    writeRmeta({ version, rustc }),
    writeRmeta({ version, rustc, name: 'x', referred: true }),
    writeElf({ sections: [{ name: '.rustc', content: writeDylibSection({ version, rustc }) }] }),
  ]);
  fc.assert(
    fc.property(
      fc.constantFrom(...bases),
      fc.nat(),
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      (base, where, bytes) => {
        const content = Buffer.from(base);
        Buffer.from(bytes).copy(content, where % base.length);
        try {
          find(content);
          return true;
        } catch (error) {
          return error instanceof InputError;
        }
      },
    ),
    { numRuns: 2000 },
  );
  for (const base of bases) {
    for (let length = 1; length < base.length; length += 3) {
      try {
        find(base.subarray(0, length));
      } catch (error) {
        t.true(error instanceof InputError);
      }
    }
  }
  t.pass();
});
