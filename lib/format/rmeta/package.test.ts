import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../../artefact/bytes.js';
import { corpusMetadata } from '../../explain/rmeta/metadata-fixture.js';
import { writeRmeta } from '../rmeta-fixture.js';
import { packageOf } from './package.js';
import { readCrateRoot } from './root.js';
import { sourceFileNames } from './source-files.js';

const PATH = '/build/a/shape.rs';

/** Metadata that rustc wrote, of a crate compiled from a file with another path of the same length. */
function compiledFrom(path: string): Buffer {
  const rlib = readFileSync('corpus/pairs/build-path/a/libshape.rlib');
  if (path.length !== PATH.length) throw new Error(`${path} is not as long as ${PATH}`);
  for (let at = rlib.indexOf(PATH); at >= 0; at = rlib.indexOf(PATH, at + 1)) rlib.write(path, at);
  return rlib;
}

const of = (content: Uint8Array) => packageOf(memoryBytes(content));

test('the source map names the files a crate was compiled from', (t) => {
  const bytes = corpusMetadata('opt-level/a/libshapes.rlib');
  const root = readCrateRoot(bytes);
  t.deepEqual(root && sourceFileNames(bytes, root), ['shapes.rs', 'circle.rs', 'table.rs']);
});

test('the folder of the source files tells package and version', (t) => {
  t.is(of(compiledFrom('/src-0.1.0/sha.rs')), 'src-0.1.0');
  t.is(of(compiledFrom('a-1.0.0-rc.1/s.rs')), 'a-1.0.0-rc.1');
  t.is(of(compiledFrom('/a-1.0.0+b/sha.rs')), 'a-1.0.0+b');
});

test('of folders in each other the innermost counts', (t) => {
  t.is(of(compiledFrom('r-1.85.0/b-0.1.0/')), 'b-0.1.0');
});

test('a folder without a version, or a file that is called so, tells nothing', (t) => {
  t.is(of(compiledFrom('/build/a/shape.rs')), undefined);
  t.is(of(compiledFrom('/build-1.85/sh.rs')), undefined);
  t.is(of(compiledFrom('/build/sha-1.2.34')), undefined);
});

test('files without metadata, stubs and old metadata tell nothing', (t) => {
  t.is(of(Buffer.from('text')), undefined);
  t.is(of(readFileSync('corpus/pairs/separate-metadata/b/libshape.rlib')), undefined);
  t.is(of(writeRmeta({ version: 8, rustc: 'rustc 1.70.0' })), undefined);
});

test('no changed byte makes the reader throw or give what is no package', (t) => {
  const bytes = corpusMetadata('build-path/a/libshape.rlib');
  const root = readCrateRoot(bytes);
  if (root === undefined) return t.fail();
  fc.assert(
    fc.property(
      fc.integer({ min: root.sourceMap.position - 200, max: bytes.length - 1 }),
      fc.nat(255),
      (at, value) => {
        const changed = Buffer.from(bytes);
        changed[at] = value;
        t.true((of(changed) ?? 'none').length < 300);
      },
    ),
  );
});
