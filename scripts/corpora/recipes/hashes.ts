import { InputError } from '../../../lib/error.js';
import type { Recipe } from '../recipe.js';
import type { Workshop } from '../workshop.js';
import { BOTH, changeConstant, PARALLEL, PROGRAM, RLIB } from './flags.js';

const HASH = { a: '0123456789abcdef', b: 'fedcba9876543210' } as const;

/** Pairs about crate hashes and what hangs on them. */
export const HASHES: readonly Recipe[] = [
  {
    name: 'metadata',
    what: 'One library with -C metadata=a and -C metadata=b, under one file name.',
    causes: ['metadata-hash', 'crate-hash'],
    verdict: 'inconclusive',
    make: (shop) => withMetadata(shop, (side) => `${RLIB} -C metadata=${side}`, 'shape.rs'),
  },
  {
    name: 'metadata-name',
    what: 'One library with another -C metadata and -C extra-filename on each side, as cargo passes them.',
    causes: ['metadata-hash', 'crate-hash'],
    verdict: 'inconclusive',
    make: (shop) =>
      withMetadata(
        shop,
        (side) => `${RLIB} -C metadata=${HASH[side]} -C extra-filename=-${HASH[side]}`,
        'shape.rs',
      ),
  },
  {
    name: 'metadata-bitcode',
    what: 'One library with -C metadata=a and b, with LLVM bitcode in its objects.',
    causes: ['metadata-hash', 'crate-hash', 'bitcode'],
    verdict: 'inconclusive',
    make: (shop) =>
      withMetadata(
        shop,
        (side) => `--edition=2021 --crate-type=rlib -C opt-level=2 -C metadata=${side}`,
        'kinds.rs',
      ),
  },
  {
    name: 'metadata-cascade',
    what: 'A dependency with another -C metadata, and a library built on it with the same flags.',
    causes: ['metadata-hash', 'crate-hash'],
    verdict: 'inconclusive',
    make: (shop) => {
      for (const side of BOTH) {
        shop.rustc(`${RLIB} -C metadata=${side} --out-dir /out/${side} shape.rs`);
        shop.rustc(`${RLIB} -C metadata=0 -L /out/${side} --out-dir /out/${side} consumer.rs`);
      }
    },
  },
  {
    name: 'cascade-proved',
    what:
      'A library with the metadata file that cargo has written beside it, and a program built on it, with another -C metadata: ' +
      'every hash stands in two files, and the control is a second build of A.',
    causes: ['metadata-hash', 'crate-hash', 'type-id', 'build-id'],
    verdict: 'root-effect-unexplained',
    verdictWithoutControl: 'inconclusive',
    make: (shop) => {
      for (const side of ['a', 'control-a', 'b'] as const) {
        const hash = HASH[side === 'b' ? 'b' : 'a'];
        const named = `-C metadata=${hash} -C extra-filename=-${hash} --emit=link,metadata`;
        shop.rustc(`${RLIB} --crate-name kinds ${named} --out-dir /out/${side} typed.rs`);
        shop.rustc(`${PROGRAM} -C metadata=0 -L /out/${side} --out-dir /out/${side} asks.rs`);
      }
    },
  },
  {
    name: 'type-id',
    what: 'A library that compares types at run time, with -C metadata=a and b: TypeIds in the code follow.',
    causes: ['metadata-hash', 'crate-hash', 'type-id'],
    verdict: 'inconclusive',
    make: (shop) => withMetadata(shop, (side) => `${RLIB} -C metadata=${side}`, 'kinds.rs'),
  },
  {
    name: 'symbol-order',
    what: 'A library that uses two types of a dependency with another -C metadata: functions of theirs swap places.',
    causes: ['metadata-hash', 'crate-hash', 'type-id', 'object-order'],
    verdict: 'inconclusive',
    make: (shop) => {
      for (const side of BOTH) {
        shop.rustc(`${RLIB} -C metadata=${side} --out-dir /build/${side} kinds.rs`);
        shop.rustc(`${RLIB} -C metadata=0 -L /build/${side} --out-dir /out/${side} order.rs`);
      }
    },
  },
  {
    name: 'forced-version',
    what: 'One compiler that hashes another version string into the crate: RUSTC_FORCE_RUSTC_VERSION.',
    causes: ['crate-hash'],
    verdict: 'inconclusive',
    make: (shop) => {
      for (const side of BOTH) {
        const env = { RUSTC_FORCE_RUSTC_VERSION: side === 'a' ? '1' : '2' };
        shop.rustc(`${RLIB} --out-dir /out/${side} shape.rs`, { env });
      }
    },
  },
  {
    name: 'rustc-version',
    what: 'One library by a stable rustc and by a nightly one.',
    causes: ['rustc-version', 'crate-hash'],
    verdict: 'not-comparable',
    missing: ({ nightly }) => (nightly === undefined ? '--nightly' : undefined),
    make: (shop, { nightly }) => {
      shop.rustc(`${RLIB} --out-dir /out/a shape.rs`);
      shop.rustc(`${RLIB} --out-dir /out/b shape.rs`, {
        ...(nightly !== undefined && { compiler: nightly }),
      });
    },
  },
  {
    name: 'twin-crates',
    what: 'A program that links two builds of one library, told apart by -C metadata; on side B they are swapped.',
    causes: ['crate-hash', 'object-order'],
    verdict: 'inconclusive',
    make: (shop) => {
      for (const twin of ['one', 'two']) {
        shop.rustc(`${RLIB} -C metadata=${twin} -C extra-filename=-${twin} --out-dir /build/twins shape.rs`);
      }
      for (const [side, first, second] of [
        ['a', 'one', 'two'],
        ['b', 'two', 'one'],
      ] as const) {
        const externs = `--extern first=/build/twins/libshape-${first}.rlib --extern second=/build/twins/libshape-${second}.rlib`;
        shop.rustc(`${PROGRAM} ${externs} --out-dir /out/${side} twins.rs`);
      }
    },
  },
  {
    name: 'thinlto',
    what: 'A library optimised across its codegen units, with -C metadata=a and b: a promoted function gets a suffix.',
    causes: ['metadata-hash', 'crate-hash', 'thinlto-suffix'],
    verdict: 'inconclusive',
    make: (shop) => withMetadata(shop, (side) => `${PARALLEL} -C metadata=${side}`, 'promoted.rs'),
  },
  {
    name: 'proc-macro-hash',
    what: 'One library that expands a proc macro which walks a HashMap; a second build of A comes out as B did.',
    causes: ['proc-macro-hash'],
    verdict: 'noise',
    verdictWithoutControl: 'inconclusive',
    deterministic: false,
    make: (shop) => shuffled(shop),
  },
  {
    name: 'noise-and-effect',
    what: 'As proc-macro-hash, and on side B a constant is changed too: the noise must not hide it.',
    causes: ['proc-macro-hash', 'code'],
    verdict: 'root-effect-unexplained',
    verdictWithoutControl: 'inconclusive',
    deterministic: false,
    make: (shop) => shuffled(shop, () => changeConstant(shop, 1001)),
  },
];

function withMetadata(shop: Workshop, flags: (side: 'a' | 'b') => string, source: string): void {
  for (const side of BOTH) shop.rustc(`${flags(side)} --out-dir /out/${side} ${source}`);
}

/** Builds a; control-a until it differs; b until it is as control-a, or has its order once `beforeB` changed it. */
function shuffled(shop: Workshop, beforeB?: () => void): void {
  shop.rustc('--edition=2021 --crate-type=proc-macro -C prefer-dynamic --out-dir /build/macro shuffle.rs');
  const build = (side: string): Buffer => {
    shop.rustc(`${RLIB} -L /build/macro --out-dir /out/${side} shuffled.rs`);
    return shop.read(`/out/${side}/libshuffled.rlib`);
  };
  const until = (side: string, fits: (rlib: Buffer) => boolean): Buffer => {
    for (let attempt = 0; attempt < 64; attempt += 1) {
      const rlib = build(side);
      if (fits(rlib)) return rlib;
    }
    throw new InputError(`64 builds of side ${side} did not give the order that is wanted`);
  };
  const a = build('a');
  const control = until('control-a', (rlib) => firstStatic(rlib) !== firstStatic(a));
  beforeB?.();
  until('b', (rlib) => (beforeB === undefined ? rlib.equals(control) : firstStatic(rlib) !== firstStatic(a)));
}

/** Which of the two statics' names stands first in the metadata, which keeps the order of the source. */
function firstStatic(rlib: Buffer): 'FIRST' | 'OTHER' {
  const metadata = rlib.indexOf('rust\0\0\0', 0, 'latin1');
  return rlib.indexOf('FIRST', metadata) < rlib.indexOf('OTHER', metadata) ? 'FIRST' : 'OTHER';
}
