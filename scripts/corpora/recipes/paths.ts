import type { Recipe } from '../recipe.js';
import type { Workshop } from '../workshop.js';
import { BOTH, PROGRAM, RLIB } from './flags.js';

const LONG = '/build/a-longer-path';

/** Pairs about where something was built. */
export const PATHS: readonly Recipe[] = [
  {
    name: 'build-path',
    what: 'One library with debug info, built in /build/a and in /build/b: every path has the same length.',
    causes: ['build-path'],
    verdict: 'inconclusive',
    make: (shop) => inFolders(shop, `-g ${RLIB}`, '/build/a', '/build/b'),
  },
  {
    name: 'build-path-longer',
    what: 'One library with debug info, built in /build/a and in a longer path: what follows a path is shifted.',
    causes: ['build-path'],
    verdict: 'inconclusive',
    make: (shop) => inFolders(shop, `-g ${RLIB}`, '/build/a', LONG),
  },
  {
    name: 'build-path-remapped',
    what: 'The same two folders with --remap-path-prefix, which takes both paths out.',
    causes: [],
    verdict: 'identical',
    make: (shop) => {
      for (const [side, folder] of [
        ['a', '/build/a'],
        ['b', LONG],
      ] as const) {
        shop.source(folder);
        const source = `${folder}/shape.rs`;
        shop.rustc(`-g ${RLIB} --remap-path-prefix=${folder}=/src --out-dir /out/${side} ${source}`, {
          cwd: folder,
        });
      }
    },
  },
  {
    name: 'build-path-proved',
    what: 'One library and the metadata file that cargo has written beside it, built in two folders: every hash of a path stands twice.',
    causes: ['build-path', 'crate-hash'],
    verdict: 'inconclusive',
    make: (shop) => inFolders(shop, `${RLIB} --emit=link,metadata`, '/build/a', '/build/b'),
  },
  {
    name: 'build-path-program',
    what: 'One linked program that prints its own path, built in two folders, with a build-id that follows.',
    causes: ['build-path', 'build-id'],
    verdict: 'inconclusive',
    make: (shop) =>
      inFolders(shop, `${PROGRAM} -C link-arg=-Wl,--build-id=sha1`, '/build/a', '/build/b', 'program.rs'),
  },
  {
    name: 'text-lengths',
    what: 'A library that knows its own path in many places, built in a short and in a longer path: the lengths in its data follow.',
    causes: ['build-path'],
    verdict: 'inconclusive',
    make: (shop) => {
      for (const [side, folder] of [
        ['a', '/build/a'],
        ['b', LONG],
      ] as const) {
        shop.source(`${folder}/src`);
        shop.rustc(`${RLIB} --out-dir /out/${side} ${folder}/src/located.rs`, { cwd: folder });
      }
    },
  },
  {
    name: 'link-path',
    what: 'A library built against the same dependency found in two folders with -L.',
    causes: [],
    verdict: 'identical',
    make: (shop) => againstTwo(shop, (folder) => `-L ${folder}`),
  },
  {
    name: 'extern-path',
    what: 'A library built against the same dependency named in two folders with --extern.',
    causes: [],
    verdict: 'identical',
    make: (shop) => againstTwo(shop, (folder) => `--extern shape=${folder}/libshape.rlib`),
  },
  {
    name: 'rmeta-order',
    what:
      'A library with links in its documentation; on side B the search path has one more library, which is none of its dependencies ' +
      '(rust-lang/rust#159677).',
    causes: ['rmeta-order'],
    verdict: 'inconclusive',
    make: (shop) => {
      const folders = { a: '/build/deps', b: '/build/deps-and-more' };
      shop.rustc(
        `--edition=2021 --crate-type=proc-macro -C prefer-dynamic --out-dir ${folders.a} shuffle.rs`,
      );
      shop.rustc(`${RLIB} -L ${folders.a} --out-dir ${folders.a} bridge.rs`);
      shop.run(`cp -r ${folders.a} ${folders.b}`);
      shop.rustc(`${RLIB} --crate-name shuffle_more --out-dir ${folders.b} shape.rs`);
      for (const side of BOTH) shop.rustc(`${RLIB} -L ${folders[side]} --out-dir /out/${side} documented.rs`);
    },
  },
  {
    name: 'out-dir',
    what: 'A library that bakes in OUT_DIR, whose last part carries a hash of cargo.',
    causes: ['out-dir'],
    verdict: 'inconclusive',
    make: (shop) => {
      for (const [side, hash] of [
        ['a', '0f5f68e64a49e0b4'],
        ['b', 'eddde07160257730'],
      ] as const) {
        const env = { BUILD_TIME: 'never', OUT_DIR: `/build/target/release/build/stamp-${hash}/out` };
        shop.rustc(`${RLIB} --out-dir /out/${side} stamp.rs`, { env });
      }
    },
  },
  {
    name: 'timestamp',
    what: 'A library that bakes in the date of its build.',
    causes: ['timestamp'],
    verdict: 'inconclusive',
    make: (shop) => {
      for (const [side, time] of [
        ['a', '2024-01-01'],
        ['b', '2024-02-29'],
      ] as const) {
        shop.rustc(`${RLIB} --out-dir /out/${side} stamp.rs`, { env: { BUILD_TIME: time, OUT_DIR: '/out' } });
      }
    },
  },
];

function inFolders(shop: Workshop, flags: string, a: string, b: string, source = 'shape.rs'): void {
  for (const [side, folder] of [
    ['a', a],
    ['b', b],
  ] as const) {
    shop.source(folder);
    shop.rustc(`${flags} --out-dir /out/${side} ${folder}/${source}`, { cwd: folder });
  }
}

function againstTwo(shop: Workshop, flag: (folder: string) => string): void {
  for (const side of BOTH) {
    const folder = side === 'a' ? '/build/here' : '/build/somewhere/else';
    shop.rustc(`${RLIB} --out-dir ${folder} shape.rs`);
    shop.rustc(`${RLIB} ${flag(folder)} --out-dir /out/${side} consumer.rs`);
  }
}
