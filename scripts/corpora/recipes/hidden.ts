import { dirname } from 'node:path';
import { InputError } from '../../../lib/error.js';
import { patched, sectionOf } from '../object.js';
import type { Recipe } from '../recipe.js';
import { EPOCH, type Workshop } from '../workshop.js';
import { objectOnBoth } from './code.js';
import { BOTH, changeConstant, RLIB } from './flags.js';

/** Pairs in which a harmless difference has made other tools miss a real one. */
export const HIDDEN: readonly Recipe[] = [
  {
    name: 'hidden-deb',
    what: 'Two .debs with the same md5sums; one file has another time, and another file really differs.',
    causes: ['code', 'archive-metadata'],
    verdict: 'inconclusive',
    metadata: [
      { path: 'usr/share/doc/shape/copyright', field: 'mtime', a: EPOCH - 86_400, b: EPOCH - 172_800 },
    ],
    make: (shop) => {
      for (const side of BOTH) {
        if (side === 'b') changeConstant(shop, 1001);
        deb(shop, side);
      }
    },
  },
  {
    name: 'hidden-ar',
    what: 'Two archives in which a member name stands twice and has another time; one more member really differs.',
    causes: ['code', 'archive-metadata'],
    verdict: 'inconclusive',
    make: (shop) => {
      const compile = (name: string): string => shop.rustc(`${RLIB} --emit=obj -o /build/o/${name} shape.rs`);
      shop.run('mkdir -p /build/o /out/a /out/b');
      compile('twice.o');
      for (const side of BOTH) {
        shop.touch('/build/o/twice.o', side === 'a' ? EPOCH : EPOCH + 86_400);
        if (side === 'b') changeConstant(shop, 1001);
        compile('other.o');
        shop.touch('/build/o/other.o', EPOCH);
        const archive = `/out/${side}/libshape.a`;
        shop.run(`ar qcSU ${archive} twice.o && ar qSU ${archive} twice.o other.o && ranlib -D ${archive}`, {
          cwd: '/build/o',
        });
      }
    },
  },
  {
    name: 'swapped-names',
    what: 'One library, on side B with the hashes of two functions swapped wherever they stand: it has the looks of a renaming that is one to one.',
    causes: [],
    verdict: 'inconclusive',
    make: (shop) => {
      shop.rustc(`${RLIB} --out-dir /out/a kinds.rs`);
      const a = shop.read('/out/a/libkinds.rlib');
      const [one, other] = [hashOf(a, 'is_rustc'), hashOf(a, 'is_either')];
      const b = a
        .toString('latin1')
        .replaceAll(new RegExp(`${one}|${other}`, 'g'), (hash) => (hash === one ? other : one));
      shop.write('/out/b/libkinds.rlib', Buffer.from(b, 'latin1'), `as a, ${one} and ${other} swapped`);
    },
  },
  {
    name: 'hidden-elf',
    what: 'Two objects: another digit in .comment, and twelve bytes after the section headers.',
    causes: ['rustc-version', 'padding'],
    verdict: 'inconclusive',
    make: (shop) => {
      const object = objectOnBoth(shop);
      const comment = sectionOf(object, '.comment');
      const at = object.indexOf('1.', comment.offset) + 2;
      const after = Buffer.from('hidden here!', 'latin1');
      const b = Buffer.concat([patched(object, at, (digit) => digit ^ 1), after]);
      shop.write(
        '/out/b/shapes.o',
        b,
        `as a, the lowest bit of byte ${at} (in .comment) flipped, and 12 bytes at the end`,
      );
    },
  },
];

/** The hash in the name of a function. */
function hashOf(library: Buffer, name: string): string {
  const hash = new RegExp(`${name}17h([0-9a-f]{16})E`).exec(library.toString('latin1'))?.[1];
  if (hash === undefined) throw new InputError(`the library has no function ${name}`);
  return hash;
}

function deb(shop: Workshop, side: 'a' | 'b'): void {
  const root = `/build/deb-${side}`;
  const library = 'usr/lib/rustlib/x86_64-unknown-linux-gnu/lib/libshape.rlib';
  const copyright = 'usr/share/doc/shape/copyright';
  shop.run(`mkdir -p ${root}/${dirname(library)}`);
  shop.rustc(`${RLIB} -o ${root}/${library} shape.rs`);
  shop.write(`${root}/${copyright}`, 'MIT OR Apache-2.0\n', 'the line MIT OR Apache-2.0');
  const control =
    'Package: shape\nVersion: 1\nArchitecture: amd64\nMaintainer: Nobody <nobody@example.org>\nDescription: a test\n';
  shop.write(`${root}/DEBIAN/control`, control, 'five lines');
  if (side === 'a') shop.run('md5sum $(find usr -type f | LC_ALL=C sort) > DEBIAN/md5sums', { cwd: root });
  else shop.run('cp /build/deb-a/DEBIAN/md5sums DEBIAN/md5sums', { cwd: root });
  shop.run(`find ${root} -exec touch --date=@${EPOCH} {} +`);
  shop.touch(`${root}/${copyright}`, EPOCH - (side === 'a' ? 86_400 : 172_800));
  shop.run(`dpkg-deb --root-owner-group -Zxz --build ${root} /out/${side}.deb`);
}
