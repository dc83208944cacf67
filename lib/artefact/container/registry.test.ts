import test from 'ava';
import { arFixture } from './ar-fixture.js';
import { cpioFixture } from './cpio-fixture.js';
import { CONTAINERS, containerFor } from './registry.js';
import { rpmFixture } from './rpm-fixture.js';

test('every container is asked once', (t) => {
  t.deepEqual(
    CONTAINERS.map(({ id }) => id),
    ['deb', 'ar', 'rpm', 'cpio', 'tar'],
  );
});

test('a stream is told by its first bytes', (t) => {
  t.is(containerFor(arFixture([{ name: 'debian-binary' }]))?.id, 'deb');
  t.is(containerFor(arFixture([{ name: 'a.o' }]))?.id, 'ar');
  t.is(containerFor(Buffer.from('!<thin>\n'))?.id, 'ar');
  t.is(containerFor(rpmFixture({ payload: Buffer.alloc(1) }))?.id, 'rpm');
  t.is(containerFor(cpioFixture([]))?.id, 'cpio');
  t.is(containerFor(Buffer.from('\x7fELF')), undefined);
  t.is(containerFor(Buffer.alloc(0)), undefined);
});
