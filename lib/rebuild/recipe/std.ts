import type { Fields } from '../fields.js';
import type { Recipe } from '../recipe.js';
import { CARGO_SETUP } from './cargo-setup.js';

/**
 * The standard library out of rust's sources (`library/`), compiled by the root. The output is laid out as in a
 * sysroot: `lib/rustlib/<target>/lib`.
 *
 * The library of version N is written for the compilers N and N-1, and for N-1 with `--cfg bootstrap`, as bootstrap
 * gives it (rustc-dev-guide, "Bootstrapping"); which of them the root has is found by asking it and reading
 * `src/version`. Sources without that file, as rustup's rust-src, are taken to be the compiler's own. It needs what
 * only the compiler's own build may use, hence RUSTC_BOOTSTRAP; its dependencies are marked as unstable, as bootstrap
 * and cargo's -Zbuild-std do, so that programs cannot use them.
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
        environment: { RUSTC_BOOTSTRAP: '1', CARGO_NET_OFFLINE: 'true' },
      },
    ],
    continues: true,
    needsCargo: true,
    needsRustc: true,
  };
}

const BUILD = `${CARGO_SETUP}
library=$TRUSTDIFF_SRC/library
[ -e "$library/sysroot/Cargo.toml" ] || library=$TRUSTDIFF_SRC
[ -e "$library/sysroot/Cargo.toml" ] || stop "the sources hold no library/sysroot/Cargo.toml" "name the sources of rust 1.78 or newer"
[ -e "$library/Cargo.lock" ] || stop "the sources hold no library/Cargo.lock, and cannot be written to" "make one with cargo generate-lockfile"
flags=-Zforce-unstable-if-unmarked
compiler=$("$RUSTC" -vV | sed -n 's/^release: *\\([0-9]*\\.[0-9]*\\).*/\\1/p')
if [ -e "$TRUSTDIFF_SRC/src/version" ]; then
  sources=$(sed 's/^\\([0-9]*\\.[0-9]*\\).*/\\1/' "$TRUSTDIFF_SRC/src/version")
  before=\${sources%.*}.$((\${sources#*.} - 1))
  case $compiler in
  "$sources") ;;
  "$before") flags="$flags --cfg bootstrap" ;;
  *) stop "rustc $compiler cannot build the library of $sources" "name a root of $sources or $before" ;;
  esac
  echo "the library of $sources by rustc $compiler: $flags"
fi
export RUSTFLAGS="$flags\${RUSTFLAGS:+ $RUSTFLAGS}"
cd "$library/sysroot"
"$TRUSTDIFF_CARGO" build --release --locked --offline --jobs "$TRUSTDIFF_JOBS" --target "$0" \\
  --target-dir "$TRUSTDIFF_BUILD/target" --features panic-unwind "$@"
mkdir -p "$TRUSTDIFF_OUT/lib/rustlib/$0/lib"
find "$TRUSTDIFF_BUILD/target/$0/release/deps" -maxdepth 1 \\( -name '*.rlib' -o -name '*.rmeta' -o -name '*.so' \\) \\
  -exec cp -p {} "$TRUSTDIFF_OUT/lib/rustlib/$0/lib/" \\;
`;
