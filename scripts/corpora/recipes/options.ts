import type { Recipe } from '../recipe.js';
import type { Workshop } from '../workshop.js';
import { BOTH, PARALLEL, PROGRAM, RLIB } from './flags.js';

const PLAIN = '--edition=2021 --crate-type=rlib -C embed-bitcode=no';

/** Pairs about what the compiler and the linker were told. */
export const OPTIONS: readonly Recipe[] = [
  same('same-twice', 'One library, built twice in the same way.', RLIB, 'shape.rs'),
  same('same-twice-debug', 'One library with debug info, built twice.', `-g ${RLIB}`, 'shape.rs'),
  same(
    'same-twice-optimised',
    'One library at opt-level 3, built twice.',
    `${PLAIN} -C opt-level=3`,
    'kinds.rs',
  ),
  same('lto-twice', 'A program linked with fat LTO, twice.', `${PROGRAM} -C lto=fat`, 'program.rs'),
  {
    ...options('codegen-units', 'One library from 1 and from up to 16 codegen units.', [
      `${PLAIN} -C opt-level=2 -C codegen-units=1`,
      PARALLEL,
    ]),
    causes: ['codegen-units'],
  },
  {
    ...options('debug-info', 'One library without and with debug info.', [RLIB, `${RLIB} -g`]),
    causes: ['debug-info'],
  },
  {
    ...options('opt-level', 'One library at opt-level 2 and at opt-level s.', [
      `${PLAIN} -C opt-level=2 -C codegen-units=1`,
      `${PLAIN} -C opt-level=s -C codegen-units=1`,
    ]),
    causes: ['code'],
  },
  {
    ...options('opt-level-0', 'One library at opt-level 0 and at opt-level 3.', [
      `${PLAIN} -C opt-level=0 -C codegen-units=1`,
      `${PLAIN} -C opt-level=3 -C codegen-units=1`,
    ]),
    causes: ['code'],
  },
  {
    ...options(
      'strip',
      'A program with its symbols and stripped.',
      [PROGRAM, `${PROGRAM} -C strip=symbols`],
      'program.rs',
    ),
    causes: ['debug-info'],
  },
  {
    ...options(
      'linker',
      'A program linked with and without full relro; the build-id follows.',
      ['relro', 'norelro'].map(
        (word) => `${PROGRAM} -C relro-level=off -C link-arg=-Wl,--build-id=sha1 -C link-arg=-Wl,-z,${word}`,
      ),
      'program.rs',
    ),
    causes: ['linker', 'build-id'],
  },
  {
    name: 'separate-metadata',
    what: 'One library with its metadata inside, and with a stub inside and the metadata beside it.',
    causes: [],
    verdict: 'inconclusive',
    make: (shop) => {
      shop.rustc(`${RLIB} --out-dir /out/a shape.rs`);
      const flags = `${RLIB} -Zembed-metadata=no --emit=link,metadata`;
      shop.rustc(`${flags} --out-dir /out/b shape.rs`, { env: { RUSTC_BOOTSTRAP: '1' } });
    },
  },
];

function same(name: string, what: string, flags: string, source: string): Recipe {
  return {
    name,
    what,
    causes: [],
    verdict: 'identical',
    make: (shop) => withFlags(shop, [flags, flags], source),
  };
}

function options(name: string, what: string, flags: readonly string[], source = 'shapes.rs'): Recipe {
  return { name, what, causes: [], verdict: 'inconclusive', make: (shop) => withFlags(shop, flags, source) };
}

function withFlags(shop: Workshop, flags: readonly string[], source: string): void {
  for (const [index, side] of BOTH.entries()) shop.rustc(`${flags[index]} --out-dir /out/${side} ${source}`);
}
