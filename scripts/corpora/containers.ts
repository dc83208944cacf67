import { writeFileSync } from 'node:fs';
import { decodeName } from '../../lib/artefact/name.js';
import type { Compiler } from './compiler.js';
import { CONTAINERS, CONTENTS } from './folder.js';
import { RLIB } from './recipes/flags.js';
import { EPOCH, Workshop } from './workshop.js';

/** What `corpus/containers/contents.json` says. */
export interface Contents {
  readonly what: string;
  readonly rustc: string;
  /** Members by the name of the tree they are from; all containers of a tree hold these and no others. */
  readonly trees: Readonly<Record<string, readonly TreeMember[]>>;
  readonly containers: readonly ContainerSample[];
}

export interface TreeMember {
  /** Exact (see lib/artefact/name.ts), without the container's prefix; folders are not listed. */
  readonly path: string;
  readonly type: 'file' | 'symlink' | 'hardlink';
  readonly mode: number;
  readonly mtime: number;
  /** Bytes and digest of the content; of a hard link, those of the file it names. */
  readonly size?: number;
  readonly sha256?: string;
  /** Of two hard links each container takes one for the file and the other for the link, as it likes. */
  readonly target?: string;
}

export interface ContainerSample {
  readonly file: string;
  readonly tree: string;
  /** What stands before each path in this container: `./`, `name-1.0/`. */
  readonly prefix: string;
  readonly made: string;
}

/** Makes `corpus/containers` anew; returns a line to print. */
export function makeContainers(compiler: Compiler): string {
  const shop = new Workshop(compiler, CONTAINERS);
  try {
    makeTrees(shop);
    const containers = SAMPLES.map(({ file, tree, prefix, line }) => {
      shop.run(line.replaceAll('OUT', `/out/${file}`), { cwd: `/build/${tree}` });
      return { file, tree, prefix, made: line.replaceAll('OUT', file) };
    });
    const contents: Contents = {
      what: 'Small containers of each kind that artefacts come in, with what is in them.',
      rustc: compiler.version,
      trees: { tree: membersOf(shop, 'tree'), names: membersOf(shop, 'names') },
      containers,
    };
    writeFileSync(CONTENTS, `${JSON.stringify(contents, null, 2)}\n`);
    return `containers: ${containers.length}`;
  } finally {
    shop.close();
  }
}

interface Sample {
  readonly file: string;
  readonly tree: 'tree' | 'names';
  readonly prefix: string;
  /** A line of shell in the tree's folder; OUT is the container. */
  readonly line: string;
}

const TAR = `tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime=@${EPOCH}`;
const plain = (file: string, format: string, filter: string): Sample => ({
  file,
  tree: 'tree',
  prefix: '',
  line: `${TAR} --format=${format} usr ${filter} > OUT`,
});
const names = (file: string, format: string): Sample => ({
  file,
  tree: 'names',
  prefix: '',
  line: `${TAR} ${format} usr | xz -9 > OUT`,
});
const deb = (compressor: string): Sample => ({
  file: `shape-${compressor}.deb`,
  tree: 'tree',
  prefix: './',
  line: `cp -a . ../deb && cp -a ../DEBIAN ../deb/ && dpkg-deb --root-owner-group -Z${compressor} --build ../deb OUT && rm -r ../deb`,
});
const rpm = (name: string, payload: string): Sample => ({
  file: `shape-${name}.rpm`,
  tree: 'tree',
  prefix: './',
  line: `rpmbuild -bb --quiet --define '_binary_payload ${payload}' ../shape.spec && mv /build/rpms/x86_64/*.rpm OUT`,
});

const SAMPLES: readonly Sample[] = [
  plain('shape.tar.gz', 'ustar', '| gzip -n -9'),
  plain('shape.tar.xz', 'ustar', '| xz -9'),
  plain('shape.tar.bz2', 'ustar', '| bzip2 -9'),
  plain('shape.tar.zst', 'ustar', '| zstd -19 --quiet'),
  plain('blocks.tar.xz', 'ustar', '| xz -9 --block-size=4096'),
  plain('no-check.tar.xz', 'ustar', '| xz -9 --check=none'),
  plain('frames.tar.zst', 'ustar', '| split --bytes=5000 --filter="zstd -19 --quiet"'),
  plain('streams.tar.xz', 'ustar', '| split --bytes=5000 --filter="xz -9"'),
  plain('streams.tar.gz', 'ustar', '| split --bytes=5000 --filter="gzip -n -9"'),
  plain('streams.tar.bz2', 'ustar', '| split --bytes=5000 --filter="bzip2 -9"'),
  names('gnu-names.tar.xz', '--format=gnu'),
  names(
    'pax-names.tar.xz',
    '--format=posix --pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f',
  ),
  deb('xz'),
  deb('zstd'),
  deb('gzip'),
  rpm('gzip', 'w9.gzdio'),
  rpm('xz', 'w6.xzdio'),
  rpm('zstd', 'w19.zstdio'),
  rpm('bzip2', 'w9.bzdio'),
  {
    file: 'shape-1.0-1-x86_64.pkg.tar.zst',
    tree: 'tree',
    prefix: '',
    line: `cp -a . ../pkg && printf 'pkgname = shape\\npkgver = 1.0-1\\narch = x86_64\\n' > ../pkg/.PKGINFO && touch --date=@${EPOCH} ../pkg/.PKGINFO && bsdtar --create --format=mtree --options='!all,type,size,mode,time' --directory=../pkg --file=- usr | gzip -n > ../MTREE && cp ../MTREE ../pkg/.MTREE && touch --date=@${EPOCH} ../pkg/.MTREE && bsdtar --create --file=- --uid=0 --gid=0 --numeric-owner --format=ustar --directory=../pkg .PKGINFO .MTREE usr | zstd -19 --quiet > OUT && rm -r ../pkg`,
  },
  {
    file: 'shape-1.0.0.crate',
    tree: 'tree',
    prefix: 'shape-1.0.0/',
    line: `${TAR} --format=gnu --transform='s,^usr,shape-1.0.0/usr,rSh' usr | gzip -n -9 > OUT`,
  },
];

/** `tree`: a library, a script, a symlink and a hard link. `names`: names that need more than a ustar header. */
function makeTrees(shop: Workshop): void {
  const library = 'usr/lib/rustlib/x86_64-unknown-linux-gnu/lib';
  shop.run(
    `mkdir -p /build/tree/usr/bin /build/tree/${library} /build/rpms /build/names/usr/lib /build/DEBIAN`,
  );
  shop.rustc(`${RLIB} -C strip=debuginfo -o /build/tree/${library}/libshape.rlib shape.rs`);
  shop.run(`printf '#!/bin/sh\\necho shape\\n' > usr/bin/shape && chmod 755 usr/bin/shape`, {
    cwd: '/build/tree',
  });
  shop.run(`ln -s ../lib/rustlib usr/bin/rustlib && ln usr/bin/shape usr/bin/twin`, { cwd: '/build/tree' });
  shop.run(`: > usr/lib/empty`, { cwd: '/build/tree' });
  const long = 'a-name-part-of-forty-characters-in-length'.repeat(4);
  const lines = [
    `mkdir -p usr/lib/${long}`,
    `printf long > usr/lib/${long}/${long}`,
    'printf utf > usr/lib/größe-大',
  ];
  shop.run([...lines, `printf bytes > "$(printf 'usr/lib/latin-\\344')"`].join(' && '), {
    cwd: '/build/names',
  });
  shop.run(`find /build/tree /build/names -exec touch --no-dereference --date=@${EPOCH} {} +`);
  shop.write('/build/DEBIAN/control', CONTROL, 'control file');
  shop.write('/build/shape.spec', SPEC, 'spec file');
}

const CONTROL =
  'Package: shape\nVersion: 1.0\nArchitecture: amd64\nMaintainer: Nobody <nobody@example.org>\nDescription: a sample\n';

const SPEC = `%define _topdir /build
%define _rpmdir /build/rpms
%define _buildhost localhost
%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1
%define __os_install_post %{nil}
%define _build_id_links none
%define _use_internal_dependency_generator 0
%define __find_provides %{nil}
%define __find_requires %{nil}
%define debug_package %{nil}
Name: shape
Version: 1.0
Release: 1
Summary: A sample
License: MIT OR Apache-2.0
%description
A sample.
%install
mkdir -p %{buildroot}
cp -a /build/tree/usr %{buildroot}/
%files
%defattr(-,root,root)
/usr
`;

/** Lists a tree with find(1), so that names that are not UTF-8 come as they are stored (latin1 here). */
function membersOf(shop: Workshop, tree: string): TreeMember[] {
  const listing = shop.run(
    `find usr ! -type d -printf '%y %m %T@ %n %i %P|%l\\n' | LC_ALL=C sort -k6 | od -An -v -tx1 | tr -d ' \\n'`,
    { cwd: `/build/${tree}` },
  );
  const seen = new Map<string, string>();
  const lines = Buffer.from(listing, 'hex').toString('latin1').split('\n');
  return lines.filter((line) => line !== '').map((line) => memberOf(shop, tree, line, seen));
}

function memberOf(shop: Workshop, tree: string, line: string, seen: Map<string, string>): TreeMember {
  const found = /^(\w) (\d+) (\d+)\.\d+ (\d+) (\d+) (.*)\|(.*)$/.exec(line);
  const [, type = '', mode = '', mtime = '', links = '', inode = '', rest = '', target = ''] = found ?? [];
  const raw = Buffer.from(`usr/${rest}`, 'latin1');
  const path = decodeName(raw);
  const common = { path, mode: Number.parseInt(mode, 8), mtime: Number(mtime) };
  if (type === 'l') return { ...common, type: 'symlink', target };
  const first = seen.get(inode);
  if (links !== '1') seen.set(inode, first ?? path);
  const digest = shop.run(`sha256sum < "$(printf '${octal(raw)}')"`, { cwd: `/build/${tree}` }).slice(0, 64);
  const size = Number(shop.run(`stat --format=%s "$(printf '${octal(raw)}')"`, { cwd: `/build/${tree}` }));
  const content = { size, sha256: digest };
  return first === undefined
    ? { ...common, type: 'file', ...content }
    : { ...common, type: 'hardlink', ...content, target: first };
}

function octal(raw: Buffer): string {
  return [...raw].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
