import { InputError } from '../../../lib/error.js';
import { gapOf, patched, sectionOf } from '../object.js';
import type { Recipe } from '../recipe.js';
import type { Workshop } from '../workshop.js';
import { BOTH, changeConstant, RLIB } from './flags.js';

const OBJECT = `${RLIB} --emit=obj`;

/** Pairs in which something really is different. */
export const CODE: readonly Recipe[] = [
  {
    name: 'constant',
    what: 'One library with a constant of 1000 and of 1001.',
    causes: ['code', 'crate-hash'],
    verdict: 'inconclusive',
    make: (shop) => {
      shop.rustc(`${RLIB} --out-dir /out/a shape.rs`);
      changeConstant(shop, 1001);
      shop.rustc(`${RLIB} --out-dir /out/b shape.rs`);
    },
  },
  {
    name: 'added-function',
    what: 'One library, on side B with a function more.',
    causes: ['code', 'crate-hash', 'address-shift'],
    verdict: 'inconclusive',
    make: (shop) => {
      shop.rustc(`${RLIB} --out-dir /out/a shapes.rs`);
      shop.run('cp shapes_more.rs shapes.rs');
      shop.rustc(`${RLIB} --out-dir /out/b shapes.rs`);
    },
  },
  {
    name: 'flipped-jump',
    what: 'One object, on side B with one conditional jump turned into its opposite: one bit.',
    causes: ['code'],
    verdict: 'inconclusive',
    make: (shop) => {
      const object = objectOnBoth(shop);
      const at = conditionalJump(shop);
      shop.write(
        '/out/b/shapes.o',
        patched(object, at, (byte) => byte ^ 1),
        `as a, the lowest bit of byte ${at} flipped`,
      );
    },
  },
  {
    name: 'byte-after-end',
    what: 'One object, on side B with one byte after its last structure.',
    causes: ['padding'],
    verdict: 'inconclusive',
    make: (shop) => {
      const object = objectOnBoth(shop);
      shop.write(
        '/out/b/shapes.o',
        Buffer.concat([object, Buffer.of(0)]),
        'as a, and a zero byte at the end',
      );
    },
  },
  {
    name: 'padding',
    what: 'One object, on side B with another byte in a gap between two sections.',
    causes: ['padding'],
    verdict: 'inconclusive',
    make: (shop) => {
      const object = objectOnBoth(shop);
      const at = gapOf(object);
      shop.write(
        '/out/b/shapes.o',
        patched(object, at, () => 0xcc),
        `as a, byte ${at} set to 0xcc`,
      );
    },
  },
  {
    name: 'c-only',
    what: 'A library with an object of Rust and one of C, of which only the C one differs.',
    causes: ['c-object', 'code'],
    verdict: 'inconclusive',
    make: (shop) => {
      for (const [side, factor] of [
        ['a', 3],
        ['b', 5],
      ] as const) {
        shop.run(`mkdir -p /out/${side} && cc -O2 -DNATIVE_FACTOR=${factor}u -c native.c -o native.o`);
        rustAndC(shop, side, '/build/src');
      }
    },
  },
  {
    name: 'c-build-path',
    what: 'The same with equal C sources, compiled with debug info in two folders.',
    causes: ['c-object', 'build-path'],
    verdict: 'inconclusive',
    make: (shop) => {
      for (const side of BOTH) {
        const folder = `/build/${side}`;
        shop.source(folder);
        const command = `mkdir -p /out/${side} && cc -g -O2 -DNATIVE_FACTOR=3u -c ${folder}/native.c -o native.o`;
        shop.run(command, { cwd: folder });
        rustAndC(shop, side, folder);
      }
    },
  },
];

/** Compiles shapes.o for both sides and returns its bytes. */
export function objectOnBoth(shop: Workshop): Buffer {
  for (const side of BOTH) shop.rustc(`${OBJECT} --out-dir /out/${side} shapes.rs`);
  return shop.read('/out/a/shapes.o');
}

function rustAndC(shop: Workshop, side: string, folder: string): void {
  shop.rustc(`${RLIB} --out-dir /out/${side} shape.rs`);
  shop.run(`ar rcsD /out/${side}/libshape.rlib native.o`, { cwd: folder });
}

/** The offset in /out/a/shapes.o of a two-byte conditional jump (opcodes 0x70 to 0x7f), as objdump finds it. */
function conditionalJump(shop: Workshop): number {
  const listing = shop.run('objdump --disassemble --wide /out/a/shapes.o');
  let section = '';
  for (const line of listing.split('\n')) {
    section = /^Disassembly of section (\S+):$/.exec(line)?.[1] ?? section;
    const jump = /^ *([0-9a-f]+):\t7[0-9a-f] [0-9a-f]{2} +\tj/.exec(line)?.[1];
    if (jump !== undefined)
      return sectionOf(shop.read('/out/a/shapes.o'), section).offset + Number.parseInt(jump, 16);
  }
  throw new InputError('the object has no short conditional jump');
}
