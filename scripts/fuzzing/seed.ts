import { gzipSync } from 'node:zlib';
import { SAMPLES, XZ_BLOCKS, ZSTD_PIPED } from '../../lib/artefact/codec/codec-fixture.js';
import { arFixture } from '../../lib/artefact/container/ar-fixture.js';
import { cpioFixture } from '../../lib/artefact/container/cpio-fixture.js';
import { rpmFileTags, rpmFixture } from '../../lib/artefact/container/rpm-fixture.js';
import { endOfArchive, gnuLongName, paxHeader, tarEntry } from '../../lib/artefact/container/tar-fixture.js';

/** Small whole files of each format: what mutations start from. */
export const SEEDS = {
  tar: [tarUstar(), tarPax(), tarGnu()],
  ar: [arFixture([{ name: '/', content: '\0\0\0\0' }, ...members()]), arFixture(members(), 'bsd')],
  cpio: [cpio('newc'), cpio('crc'), cpio('odc')],
  deb: [deb()],
  rpm: [rpm()],
  gzip: [SAMPLES.gzip, Buffer.concat([SAMPLES.gzip, gzipSync('a second member')])],
  xz: [SAMPLES.xz, XZ_BLOCKS],
  zstd: [SAMPLES.zstd, ZSTD_PIPED],
  bzip2: [SAMPLES.bzip2],
} as const satisfies Record<string, readonly [Buffer, ...Buffer[]]>;

function tarUstar(): Buffer {
  return Buffer.concat([
    tarEntry({ name: 'lib/', typeflag: '5', mode: 0o755, uname: 'root', gname: 'root' }),
    tarEntry({ name: 'librustc.so', prefix: 'usr/lib', content: 'x'.repeat(700), mtime: 1_700_000_000 }),
    tarEntry({ name: 'link', typeflag: '2', linkname: 'librustc.so' }),
    tarEntry({ name: 'hard', typeflag: '1', linkname: 'usr/lib/librustc.so' }),
    tarEntry({ name: 'tty', typeflag: '3', device: [4, 64] }),
    tarEntry({ name: 'padded', content: 'y'.repeat(100), pad: 1 }),
    endOfArchive,
    Buffer.alloc(512),
    Buffer.from('trailing'),
  ]);
}

function tarPax(): Buffer {
  return Buffer.concat([
    paxHeader({ comment: 'a commit', uname: 'root' }, 'g'),
    paxHeader({
      path: 'ä/long',
      mtime: '1700000000.5',
      size: '600',
      'SCHILY.xattr.user.x': Buffer.of(0, 255),
    }),
    tarEntry({ name: 'cut', content: 'z'.repeat(600) }),
    paxHeader({ path: 'soft', linkpath: 'target' }),
    tarEntry({ name: 'cut', typeflag: '2' }),
    endOfArchive,
  ]);
}

function tarGnu(): Buffer {
  return Buffer.concat([
    gnuLongName('n'.repeat(150)),
    gnuLongName('t'.repeat(150), 'K'),
    tarEntry({ name: 'cut', typeflag: '2', linkname: 'cut', format: 'gnu' }),
    tarEntry({ name: 'big', uid: 2 ** 40, mtime: -1, size: 512, content: 'b'.repeat(512), format: 'gnu' }),
    tarEntry({ name: 'label', typeflag: 'V', format: 'gnu' }),
    tarEntry({ name: 'old', content: 'o', format: 'v7' }),
    endOfArchive,
  ]);
}

function members(): { readonly name: string; readonly content: string }[] {
  return [
    { name: 'lib.rmeta', content: 'odd' },
    { name: 'core-0123456789abcdef.core.0123456789abcdef-cgu.0.rcgu.o', content: 'x'.repeat(300) },
    { name: 'empty.o', content: '' },
  ];
}

function cpio(format: 'newc' | 'crc' | 'odc'): Buffer {
  return cpioFixture(
    [
      { name: './usr', mode: 0o040755 },
      { name: './usr/first', ino: 7, nlink: 2 },
      { name: './usr/second', ino: 7, nlink: 2, content: 'x'.repeat(301) },
      { name: './usr/link', mode: 0o120777, content: 'first' },
    ],
    format,
  );
}

function deb(): Buffer {
  return arFixture([
    { name: 'debian-binary', content: '2.0\n' },
    { name: 'control.tar.gz', content: gzipSync(tarUstar()) },
    { name: 'data.tar', content: tarUstar() },
  ]);
}

function rpm(): Buffer {
  const files = [
    { name: '/usr', mode: 0o040755 },
    { name: '/usr/first', content: 'x'.repeat(301), inode: 7 },
    { name: '/usr/second', content: 'x'.repeat(301), inode: 7 },
    { name: '/usr/link', mode: 0o120777, linkTarget: 'first' },
  ];
  return rpmFixture({ header: rpmFileTags(files), payload: gzipSync(cpio('newc')), compressor: 'gzip' });
}
