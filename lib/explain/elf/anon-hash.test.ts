import { createHash } from 'node:crypto';
import test from 'ava';
import { LedgerBuilder } from '../../ledger/ledger.js';
import { attestAnonHash } from './anon-hash.js';
import { relocatable } from './image-fixture.js';
import { ElfView } from './view.js';

const md5 = (...names: readonly string[]): string => createHash('md5').update(names.join('')).digest('hex');

/** An object of two functions, and a constant that is called by a hash. */
function object(names: readonly [string, string], hash: string): Buffer {
  return relocatable({
    functions: names.map((name) => ({ name, code: ['31c0c3'] })),
    sections: [{ name: `.rodata..Lanon.${hash}.0`, flags: 2, content: Buffer.alloc(16) }],
  });
}

/** How often the claim of the two hashes is attested. */
function attested(a: Buffer, b: Buffer): readonly number[] {
  const builder = new LedgerBuilder(a, b);
  attestAnonHash(new ElfView(a), new ElfView(b), builder.sink());
  return builder.claims.places;
}

test('the hash in names of nameless globals is attested where the names of the object give it on both sides', (t) => {
  const a = object(['one', 'two'], md5('one', 'two'));
  t.deepEqual(attested(a, object(['eins', 'zwei'], md5('eins', 'zwei'))), [1]);
  t.deepEqual(attested(a, object(['eins', 'zwei'], md5('zwei', 'eins'))), []);
  t.deepEqual(attested(a, object(['one', 'two'], md5('something else'))), []);
  t.deepEqual(attested(a, a), []);
});
