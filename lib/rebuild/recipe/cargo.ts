import type { Fields } from '../fields.js';
import type { Recipe } from '../recipe.js';
import { CARGO_SETUP } from './cargo-setup.js';

/**
 * A package or workspace and its dependencies by cargo, offline. The dependencies lie in the source: vendored
 * (`vendor`, a directory source as `cargo vendor` writes it), or at a path of the host's /usr (`registry`, as Debian's
 * /usr/share/cargo/registry); the source's own `.cargo/config.toml` counts as well. What cargo leaves in its
 * profile's folder, without `deps` and `build`, is the output, and so are examples.
 *
 * Sources are read-only, so Cargo.lock has to lie there. With `lock: make` cargo chooses the versions itself, in a
 * copy of the sources: each root's cargo does that for itself, and may choose otherwise.
 */
export function cargoRecipe(fields: Fields): Recipe {
  const profile = fields.optionalString('profile') ?? 'release';
  if (!/^[A-Za-z0-9_-]+$/.test(profile)) throw fields.wrong('profile', 'that is no name of a profile');
  const manifest = inside(fields, 'manifest') ?? 'Cargo.toml';
  const vendor = inside(fields, 'vendor');
  const registry = fields.optionalString('registry');
  if (vendor !== undefined && registry !== undefined)
    throw fields.wrong('registry', 'dependencies come from one place', 'leave out vendor or registry');
  if (registry !== undefined && !registry.startsWith('/usr/'))
    throw fields.wrong('registry', 'only what lies below /usr can be seen in the sandbox');
  const lock = fields.choice('lock', ['keep', 'make'], 'keep');
  const folder = FOLDERS[profile] ?? profile;
  const crates = vendor ?? registry ?? '';
  return {
    use: 'cargo',
    stages: [
      {
        name: 'package',
        run: [
          ...['sh', '-euc', BUILD, folder, manifest, crates, lock],
          ...['--profile', profile, ...(fields.strings('args') ?? [])],
        ],
        claim: true,
        // What is compiled in pieces from one time to the next hangs on how the pieces were cut.
        environment: { CARGO_NET_OFFLINE: 'true', CARGO_INCREMENTAL: '0' },
      },
    ],
    continues: true,
    needsCargo: true,
    needsRustc: true,
  };
}

/** Where cargo keeps what it built with a profile, if not in a folder of the same name. */
const FOLDERS: Readonly<Partial<Record<string, string>>> = { dev: 'debug', test: 'debug', bench: 'release' };

/** A path below the source. */
function inside(fields: Fields, key: string): string | undefined {
  const path = fields.optionalString(key);
  if (path !== undefined && (path.startsWith('/') || path.split('/').includes('..')))
    throw fields.wrong(key, 'a path inside the source is expected');
  return path;
}

/**
 * With --target what is built lies in a folder of its own, and so it does in the output. Examples are there a second
 * time under a name with a hash.
 */
const BUILD = `${CARGO_SETUP}
manifest=$1 crates=$2 lock=$3
shift 3
source=$TRUSTDIFF_SRC
[ -f "$source/$manifest" ] || stop "the sources hold no $manifest" "name the package's with manifest"
if [ "$lock" = make ]; then
  source=$TRUSTDIFF_BUILD/source
  rm -rf "$source"
  cp -a "$TRUSTDIFF_SRC" "$source"
  chmod -R u+w "$source"
fi
case $crates in
'') ;;
/*) replace_registry "$crates" ;;
*)
  [ -d "$source/$crates" ] || stop "the sources hold no folder $crates of dependencies" "make it with cargo vendor"
  replace_registry "$source/$crates"
  ;;
esac
cd "$source/$(dirname "$manifest")"
workspace=$("$TRUSTDIFF_CARGO" locate-project --workspace --message-format plain)
locked=$(dirname "$workspace")/Cargo.lock
if [ "$lock" = make ]; then
  rm -f "$locked"
  "$TRUSTDIFF_CARGO" generate-lockfile --offline
fi
[ -f "$locked" ] || stop "the sources hold no Cargo.lock, and cannot be written to" \\
  "make one with cargo generate-lockfile, or say lock: make in the recipe"
if [ -z "$crates" ] && ! has_config; then
  ! grep -q '^source = "registry+' "$locked" || stop "there are dependencies, and builds have no network" \\
    "put them into the sources with cargo vendor and say vendor: vendor, or name a registry: of the system"
fi
! grep -q '^source = "git+' "$locked" || has_config || stop "$(grep -m1 '^source = "git+' "$locked"): a dependency comes from git, and builds have no network" \\
  "run cargo vendor in the sources, and keep what it prints in their .cargo/config.toml"
"$TRUSTDIFF_CARGO" build --locked --offline --jobs "$TRUSTDIFF_JOBS" --target-dir "$TRUSTDIFF_BUILD/target" "$@"
cd "$TRUSTDIFF_BUILD/target"
for folder in "$0" */"$0"; do
  [ -d "$folder" ] || continue
  to=$TRUSTDIFF_OUT/\${folder%"$0"}
  find "$folder" -maxdepth 1 -type f ! -name '*.d' ! -name '.*' -exec sh -euc 'mkdir -p "$0"; cp -p "$@" "$0"' "$to" {} +
  [ -d "$folder/examples" ] || continue
  find "$folder/examples" -maxdepth 1 -type f ! -name '*.d' ! -name "*-$HASH" ! -name "*-$HASH.*" \\
    -exec sh -euc 'mkdir -p "$0"; cp -p "$@" "$0"' "$to/examples" {} +
done
`;
