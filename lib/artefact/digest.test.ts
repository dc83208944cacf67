import test from 'ava';
import fc from 'fast-check';
import { type Digester, digester, nativeBlake3, wasmBlake3 } from './digest.js';

function digestOf(by: Digester, chunks: readonly Uint8Array[]): string {
  for (const chunk of chunks) by.update(chunk);
  return by.take();
}

// The first vectors of the BLAKE3 specification's test_vectors.json: input bytes count 0, 1, 2, … 250, 0, 1, …
const VECTORS: readonly (readonly [number, string])[] = [
  [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  [1, '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
];

test('both implementations of BLAKE3 give the digests of the specification', (t) => {
  for (const [length, hex] of VECTORS) {
    const input = Buffer.from(Array.from({ length }, (_, i) => i % 251));
    t.is(digestOf(wasmBlake3(), [input]), hex);
    const native = nativeBlake3();
    if (native !== undefined) t.is(digestOf(native, [input]), hex);
  }
});

test('the native addon and blake3-wasm agree on any content in any chunks', (t) => {
  const native = nativeBlake3();
  if (native === undefined) {
    t.log('skipped: the native addon is not installed here');
    t.pass();
    return;
  }
  const wasm = wasmBlake3();
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 6 }), (chunks) => {
      t.is(digestOf(native, chunks), digestOf(wasm, chunks));
    }),
    { numRuns: 100, seed: 1 },
  );
});

test('a digester starts afresh after each digest', (t) => {
  for (const algorithm of ['blake3', 'sha256'] as const) {
    const by = digester(algorithm);
    const first = digestOf(by, [Buffer.from('one')]);
    t.not(digestOf(by, [Buffer.from('two')]), first);
    t.is(digestOf(by, [Buffer.from('one')]), first);
  }
});

test('SHA-256 gives the digest of FIPS 180-4 for "abc"', (t) => {
  t.is(
    digestOf(digester('sha256'), [Buffer.from('abc')]),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
