import type { Fields } from '../fields.js';
import type { Recipe } from '../recipe.js';

/**
 * The standard library out of rust's sources (`library/`), compiled by the root. The output is laid out as in a
 * sysroot: `lib/rustlib/<target>/lib`.
 */
export function stdRecipe(fields: Fields): Recipe {
  const target = fields.optionalString('target') ?? 'x86_64-unknown-linux-gnu';
  if (!/^[A-Za-z0-9_.-]+$/.test(target)) throw fields.wrong('target', 'that is no target triple');
  return {
    use: 'std',
    stages: [
      {
        name: 'std',
        run: ['sh', '-euc', BUILD, target, ...(fields.strings('args') ?? [])],
        claim: true,
        // The library uses features that only the compiler of its own version may use without asking.
        environment: { RUSTC_BOOTSTRAP: '1', CARGO_NET_OFFLINE: 'true' },
      },
    ],
    continues: true,
    needsCargo: true,
    needsRustc: true,
  };
}

const BUILD = `
export RUSTC="$TRUSTDIFF_REAL_RUSTC" RUSTC_WRAPPER="$TRUSTDIFF_RUSTC_WRAPPER"
manifest="$TRUSTDIFF_SRC/library/sysroot/Cargo.toml"
[ -e "$manifest" ] || manifest="$TRUSTDIFF_SRC/sysroot/Cargo.toml"
cd "$(dirname "$manifest")"
"$TRUSTDIFF_CARGO" build --release --offline --jobs "$TRUSTDIFF_JOBS" --manifest-path "$manifest" --target "$0" \\
  --target-dir "$TRUSTDIFF_BUILD/target" --features panic-unwind "$@"
mkdir -p "$TRUSTDIFF_OUT/lib/rustlib/$0/lib"
find "$TRUSTDIFF_BUILD/target/$0/release/deps" -maxdepth 1 \\( -name '*.rlib' -o -name '*.rmeta' -o -name '*.so' \\) \\
  -exec cp -p {} "$TRUSTDIFF_OUT/lib/rustlib/$0/lib/" \\;
`;
