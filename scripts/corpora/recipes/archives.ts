import { dirname } from 'node:path';
import type { Recipe } from '../recipe.js';
import { EPOCH, type Workshop } from '../workshop.js';
import { BOTH, PARALLEL, PROGRAM, RLIB } from './flags.js';

const TAR =
  'tar --create --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --directory=/build/tree';
const LIBRARY = 'lib/rustlib/x86_64-unknown-linux-gnu/lib/libshape.rlib';
const LATER = EPOCH + 86_400;

/** Pairs about the containers that artefacts come in. */
export const ARCHIVES: readonly Recipe[] = [
  {
    name: 'ar-order',
    what: 'One library from several codegen units, on side B with the members of its archive in reverse order.',
    causes: ['object-order'],
    verdict: 'inconclusive',
    make: (shop) => {
      shop.rustc(`${PARALLEL} --out-dir /out/a shapes.rs`);
      const reorder = 'ar rcsD /out/b/libshapes.rlib $(ar t /out/a/libshapes.rlib | tac)';
      shop.run(`mkdir /out/b m && cd m && ar x /out/a/libshapes.rlib && ${reorder}`);
    },
  },
  {
    name: 'ar-mtime',
    what: 'One archive of one object, its time in the member header 0 and a day of 2024.',
    causes: ['archive-metadata'],
    verdict: 'inconclusive',
    make: (shop) => {
      shop.rustc(`${RLIB} --emit=obj --out-dir /build/o shape.rs`);
      shop.touch('/build/o/shape.o', EPOCH);
      shop.run('mkdir /out/a /out/b && ar rcsD /out/a/libshape.a shape.o', { cwd: '/build/o' });
      // U keeps the owner too, which is 0 in the sandbox; D keeps the time of day out of the symbol table's header.
      shop.run('ar rcSU /out/b/libshape.a shape.o && ranlib -D /out/b/libshape.a', { cwd: '/build/o' });
    },
  },
  {
    name: 'ar-mtime-all',
    what: 'One archive of two objects, packed a day apart: the time of every member is another one.',
    causes: ['archive-metadata'],
    verdict: 'inconclusive',
    make: (shop) => {
      shop.rustc(`${RLIB} --emit=obj --out-dir /build/o table.rs`);
      shop.rustc(`${RLIB} --emit=obj --out-dir /build/o circle.rs`);
      for (const [side, time] of [
        ['a', EPOCH],
        ['b', LATER],
      ] as const) {
        for (const object of ['table.o', 'circle.o']) shop.touch(`/build/o/${object}`, time);
        const archive = `/out/${side}/libshapes.a`;
        shop.run(`mkdir /out/${side} && ar rcSU ${archive} table.o circle.o && ranlib -D ${archive}`, {
          cwd: '/build/o',
        });
      }
    },
  },
  {
    name: 'tar-mtime',
    what: 'Two archives of the same files, a day apart.',
    causes: ['archive-metadata'],
    verdict: 'inconclusive',
    metadata: ['bin/program', LIBRARY].map((path) => ({ path, field: 'mtime', a: EPOCH, b: LATER })),
    make: (shop) => {
      tree(shop);
      shop.run(`${TAR} --mtime=@${EPOCH} bin lib | xz -9 > /out/a.tar.xz`);
      shop.run(`${TAR} --mtime=@${LATER} bin lib | xz -9 > /out/b.tar.xz`);
    },
  },
  {
    name: 'tar-mode',
    what: 'Two archives of the same files, on side B with the set-user-ID bit on the program.',
    causes: ['archive-metadata'],
    verdict: 'inconclusive',
    metadata: [{ path: 'bin/program', field: 'mode', a: 0o755, b: 0o4755 }],
    make: (shop) => {
      tree(shop);
      shop.run(`${TAR} --mtime=@${EPOCH} bin lib | xz -9 > /out/a.tar.xz`);
      shop.run(
        `chmod 4755 /build/tree/bin/program && ${TAR} --mtime=@${EPOCH} bin lib | xz -9 > /out/b.tar.xz`,
      );
    },
  },
  ...compressed(
    'gzip-level',
    'gzip at levels 1 and 9',
    ['a.tar.gz', 'gzip -n -1'],
    ['b.tar.gz', 'gzip -n -9'],
  ),
  ...compressed('xz-and-zstd', 'xz and zstd', ['a.tar.xz', 'xz -9'], ['b.tar.zst', 'zstd -19']),
  {
    name: 'folder-and-tar',
    what: 'A folder against an archive of the same files.',
    causes: [],
    verdict: 'identical',
    make: (shop) => {
      tree(shop);
      shop.run(`cp -r /build/tree /out/a && ${TAR} --mtime=@${EPOCH} bin lib | xz -9 > /out/b.tar.xz`);
    },
  },
  {
    name: 'missing-file',
    what: 'Two folders, each with one library that the other lacks.',
    causes: [],
    verdict: 'inconclusive',
    make: (shop) => {
      for (const side of BOTH) shop.rustc(`${RLIB} --out-dir /out/${side} shape.rs`);
      shop.rustc(`${RLIB} -L /out/a --out-dir /out/a consumer.rs`);
      shop.rustc(`${RLIB} --out-dir /out/b kinds.rs`);
    },
  },
];

/** `/build/tree` with one program and one library, laid out as a sysroot. */
function tree(shop: Workshop): void {
  shop.run(`mkdir -p /build/tree/bin /build/tree/${dirname(LIBRARY)}`);
  shop.rustc(`${PROGRAM} -o /build/tree/bin/program program.rs`);
  shop.rustc(`${RLIB} -o /build/tree/${LIBRARY} shape.rs`);
}

type Packed = readonly [file: string, compressor: string];

function compressed(name: string, how: string, ...sides: readonly Packed[]): Recipe[] {
  const make = (shop: Workshop): void => {
    tree(shop);
    for (const [file, compressor] of sides) {
      shop.run(`${TAR} --mtime=@${EPOCH} bin lib | ${compressor} > /out/${file}`);
    }
  };
  return [
    {
      name,
      what: `One tar archive compressed with ${how}.`,
      causes: ['compression'],
      verdict: 'identical',
      make,
    },
  ];
}
