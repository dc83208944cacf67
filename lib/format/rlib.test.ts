import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../artefact/bytes.js';
import { ar } from '../artefact/container/ar.js';
import { arFixture } from '../artefact/container/ar-fixture.js';
import { DEFAULT_LIMITS } from '../artefact/limits.js';
import { InputError } from '../error.js';
import { readRlib } from './rlib.js';

async function streamed(content: Buffer) {
  const members: { name: string; offset: number | undefined; size: number | undefined }[] = [];
  const input = (async function* () {
    yield content;
  })();
  for await (const { entry, content: body } of ar.read(input, DEFAULT_LIMITS)) {
    for await (const _ of body);
    if (entry.role === 'content')
      members.push({ name: entry.name, offset: entry.contentOffset, size: entry.size });
  }
  return members;
}

const table = (content: Buffer) =>
  readRlib(memoryBytes(content)).map(({ name, offset, size }) => ({ name, offset, size }));

const members = [
  { name: '/', content: 'index' },
  { name: 'lib.rmeta', content: 'metadata' },
  { name: 'std-0123456789abcdef.std.fedcba9876543210-cgu.0.rcgu.o', content: 'odd' },
  { name: 'lib.rmeta', content: '' },
];

for (const dialect of ['gnu', 'bsd'] as const) {
  test(`the member table of an rlib is that of the streaming reader: ${dialect}`, async (t) => {
    const content = arFixture(members.slice(dialect === 'gnu' ? 0 : 1), dialect);
    t.deepEqual(table(content), await streamed(content));
    t.is(table(content).filter((m) => m.name === 'lib.rmeta').length, 2);
  });
}

test('both readers agree on generated archives', async (t) => {
  const name = fc.string({ unit: fc.constantFrom('a', '.', '-', 'ä', '0'), minLength: 1, maxLength: 40 });
  const member = fc.record({ name, content: fc.uint8Array({ maxLength: 9 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(member, { maxLength: 6 }),
      fc.constantFrom('gnu', 'bsd'),
      async (given, dialect) => {
        const content = arFixture(given, dialect);
        t.deepEqual(table(content), await streamed(content));
      },
    ),
  );
});

test('kinds, header fields and padding have their places', (t) => {
  const content = arFixture(members);
  const [names, index, , object] = readRlib(memoryBytes(content));
  t.is(names?.kind, 'long-names');
  t.is(index?.kind, 'symbol-index');
  t.is(object?.kind, 'file');
  t.is(object?.ar_name, '/0');
  t.is(object?.headerOffset, (object?.offset ?? 0) - 60);
  t.is(object?.paddingOffset, (object?.offset ?? 0) + 3);
});

for (const dialect of ['gnu', 'bsd'] as const) {
  const title = `an archive that is damaged anywhere gives a result or a typed error, in both readers alike: ${dialect}`;
  test(title, async (t) => {
    const content = arFixture(members.slice(dialect === 'gnu' ? 0 : 1), dialect);
    for (let at = 0; at < content.length; at += 1) {
      for (const value of [0x00, 0x20, 0x2f, 0x39, 0xff]) {
        const damaged = Buffer.from(content);
        damaged[at] = value;
        const [mine, theirs] = [await attempt(() => table(damaged)), await attempt(() => streamed(damaged))];
        t.deepEqual(mine, theirs, `byte ${at} is ${value}`);
      }
    }
    for (let length = 0; length < content.length; length += 1) {
      const cut = content.subarray(0, length);
      t.deepEqual(await attempt(() => table(cut)), await attempt(() => streamed(cut)), `cut at ${length}`);
    }
  });
}

async function attempt(read: () => unknown): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InputError) return 'refused';
    throw error;
  }
}
