import type { Fields } from '../fields.js';
import type { Recipe } from '../recipe.js';

/**
 * A package and its dependencies by cargo, offline. The dependencies lie in the source: vendored (`vendor`, a
 * directory source as `cargo vendor` writes it), or at a path of the host's /usr (`registry`, as Debian's
 * /usr/share/cargo/registry). What cargo leaves in its profile's folder, without `deps` and `build`, is the output.
 */
export function cargoRecipe(fields: Fields): Recipe {
  const profile = fields.optionalString('profile') ?? 'release';
  if (!/^[A-Za-z0-9_-]+$/.test(profile)) throw fields.wrong('profile', 'that is no name of a profile');
  const vendor = fields.optionalString('vendor');
  const registry = fields.optionalString('registry');
  if (vendor !== undefined && registry !== undefined)
    throw fields.wrong('registry', 'dependencies come from one place', 'leave out vendor or registry');
  if (registry !== undefined && !registry.startsWith('/usr/'))
    throw fields.wrong('registry', 'only what lies below /usr can be seen in the sandbox');
  const folder = profile === 'dev' ? 'debug' : profile;
  return {
    use: 'cargo',
    stages: [
      {
        name: 'package',
        run: ['sh', '-euc', BUILD, folder, '--profile', profile, ...(fields.strings('args') ?? [])],
        claim: true,
        environment: {
          CARGO_NET_OFFLINE: 'true',
          ...(vendor !== undefined && { TRUSTDIFF_VENDOR: `$TRUSTDIFF_SRC/${vendor}` }),
          ...(registry !== undefined && { TRUSTDIFF_VENDOR: registry }),
        },
      },
    ],
    continues: true,
    needsCargo: true,
    needsRustc: true,
  };
}

const BUILD = `
export RUSTC="$TRUSTDIFF_REAL_RUSTC" RUSTC_WRAPPER="$TRUSTDIFF_RUSTC_WRAPPER"
if [ -n "\${TRUSTDIFF_VENDOR-}" ]; then
  eval "vendor=$TRUSTDIFF_VENDOR"
  unset TRUSTDIFF_VENDOR
  mkdir -p "$CARGO_HOME"
  printf '[source.crates-io]\\nreplace-with = "vendored"\\n[source.vendored]\\ndirectory = "%s"\\n' "$vendor" >"$CARGO_HOME/config.toml"
fi
"$TRUSTDIFF_CARGO" build --offline --jobs "$TRUSTDIFF_JOBS" --manifest-path "$TRUSTDIFF_SRC/Cargo.toml" \\
  --target-dir "$TRUSTDIFF_BUILD/target" "$@"
find "$TRUSTDIFF_BUILD/target/$0" -maxdepth 1 -type f ! -name '*.d' ! -name '.*' -exec cp -p {} "$TRUSTDIFF_OUT/" \\;
`;
