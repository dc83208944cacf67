import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { arFixture } from '../artefact/container/ar-fixture.js';
import { DEFAULT_LIMITS } from '../artefact/limits.js';
import { Spool } from '../artefact/spool.js';
import { tarOf } from '../cli/tree-fixture.js';
import { type DifferenceOutcome, type DifferenceTask, describeDifference } from './difference.js';

/** Describes where two contents differ. */
async function described(
  a: Uint8Array | string,
  b: Uint8Array | string,
  more: Partial<DifferenceTask> = {},
): Promise<DifferenceOutcome> {
  const spool = new Spool(tmpdir());
  try {
    const start = spool.end;
    spool.append(Buffer.from(a));
    const refA = spool.since(start);
    const middle = spool.end;
    spool.append(Buffer.from(b));
    spool.flush();
    const limits = DEFAULT_LIMITS;
    const task = {
      path: 'lib/x',
      a: refA,
      b: spool.since(middle),
      limits,
      digest: 'sha256',
      tmpdir: tmpdir(),
      withRegions: true,
    } as const;
    return await describeDifference({ ...task, ...more });
  } finally {
    spool.close();
  }
}

test('the first difference is at the offset of the first byte that differs', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), async (bytes, seed) => {
      const at = seed % bytes.length;
      const other = Buffer.from(bytes);
      other.writeUInt8((other[at] ?? 0) ^ 1, at);
      const { difference } = await described(bytes, other);
      t.is(difference.first, at);
      t.deepEqual([difference.changedA, difference.changedB, difference.equal], [1, 1, bytes.length - 1]);
    }),
    { numRuns: 50 },
  );
});

test('what is inserted and what is removed is counted on its own side', async (t) => {
  const base = Buffer.from(Array.from({ length: 400 }, (_, i) => (i * 31) & 255));
  const longer = Buffer.concat([base.subarray(0, 100), Buffer.alloc(5, 0xee), base.subarray(100)]);
  const { difference, regions } = await described(base, longer);
  t.deepEqual(
    [difference.first, difference.changedA, difference.changedB, difference.equal],
    [100, 0, 5, 400],
  );
  t.is(regions?.count, 1);
  t.deepEqual([regions?.aStart[0], regions?.aLength[0], regions?.bLength[0]], [100, 0, 5]);
});

test('text is shown by lines, anything else in hexadecimal', async (t) => {
  const text = await described('one\ntwo\nthree\n', 'one\nTWO\nthree\n');
  t.is(text.difference.kind, 'text');
  t.truthy(text.difference.text);
  t.is(text.difference.hex, undefined);
  const binary = await described(Buffer.from([0, 1, 2, 3]), Buffer.from([0, 1, 9, 3]));
  t.is(binary.difference.kind, 'binary');
  t.is(binary.difference.hex?.length, 1);
});

test('one content that begins with the other differs at its end', async (t) => {
  const { difference } = await described('same', 'same and more');
  t.deepEqual([difference.first, difference.changedA, difference.changedB], [4, 0, 9]);
});

test('two archives are opened and their members compared', async (t) => {
  const [a, b] = [tarOf({ same: 'x', other: '1', mine: 'm' }), tarOf({ same: 'x', other: '2', yours: 'y' })];
  const { difference } = await described(gzipSync(a), gzipSync(b));
  const { inside } = difference;
  t.deepEqual(inside?.formatsA, ['gzip', 'tar']);
  t.deepEqual([inside?.pairs, inside?.identical], [2, 1]);
  t.deepEqual(
    inside?.differing.map(({ name, status, difference: inner }) => [name, status, inner?.first]),
    [['other', 'content', 0]],
  );
  t.deepEqual([inside?.onlyA, inside?.onlyB], [['mine'], ['yours']]);
});

test('other compression of the same members is told as such', async (t) => {
  const bytes = tarOf({ file: 'x'.repeat(5000) });
  const { difference } = await described(gzipSync(bytes, { level: 1 }), gzipSync(bytes, { level: 9 }));
  t.deepEqual([difference.inside?.identical, difference.inside?.differing], [1, []]);
  t.true(difference.changedA + difference.changedB > 0);
});

test('a twin of a member does not hide a member that changed', async (t) => {
  const library = (last: string): Buffer =>
    arFixture([
      { name: 'twice.o', content: 'T' },
      { name: 'twice.o', content: 'T' },
      { name: 'other.o', content: last },
    ]);
  const { difference } = await described(library('1'), library('2'));
  t.deepEqual(
    difference.inside?.differing.map(({ name }) => name),
    ['other.o'],
  );
  t.is(difference.inside?.identical, 2);
});

test('an archive that is damaged leaves the difference as bytes show it, and says why it was not opened', async (t) => {
  const whole = gzipSync(Buffer.from(Array.from({ length: 200 }, (_, i) => (i * i * 31) & 255)));
  const { difference, troubles } = await described(whole, whole.subarray(0, 30));
  t.is(difference.inside, undefined);
  t.is(difference.first, 30);
  t.regex(difference.notes.join(), /^not opened: .* at offset \d+$/);
  t.deepEqual(troubles, []);
});

test('a limit that is passed on the way is a trouble', async (t) => {
  const bomb = (end: string): Buffer => gzipSync(Buffer.concat([Buffer.alloc(100_000), Buffer.from(end)]));
  const { difference, troubles } = await described(bomb('a'), bomb('b'), {
    limits: { ...DEFAULT_LIMITS, bytes: 1000 },
  });
  t.is(difference.inside, undefined);
  t.true(difference.changedA > 0);
  t.like(troubles[0], { kind: 'limit', member: ['lib/x'] });
});

test('archives in archives are opened down to the limit', async (t) => {
  const nested = (content: string, levels: number): Uint8Array => {
    let bytes: Uint8Array = Buffer.from(content);
    for (let i = 0; i < levels; i++) bytes = tarOf({ [`level-${i}`]: bytes });
    return bytes;
  };
  const { difference } = await described(nested('1', 3), nested('2', 3));
  let at = difference.inside?.differing[0];
  const names: (string | undefined)[] = [];
  for (; at !== undefined; at = at.difference?.inside?.differing[0]) names.push(at.name);
  t.deepEqual(names, ['level-2', 'level-1', 'level-0']);
});
