/**
 * What the recipes that use cargo begin with (POSIX sh). `stop` ends with a message and what to do about it, as the
 * last lines of the log, which are shown.
 */
export const CARGO_SETUP = `
export RUSTC="$TRUSTDIFF_REAL_RUSTC" RUSTC_WRAPPER="$TRUSTDIFF_RUSTC_WRAPPER"
stop() {
  printf 'trustdiff: %s\\n' "$@" >&2
  exit 64
}
# Takes dependencies from a directory of crates instead of crates.io.
replace_registry() {
  mkdir -p "$CARGO_HOME"
  printf '[source.crates-io]\\nreplace-with = "crates"\\n[source.crates]\\ndirectory = "%s"\\n' "$1" >"$CARGO_HOME/config.toml"
}
# Whether the sources tell cargo themselves where their dependencies are.
has_config() {
  [ -f .cargo/config.toml ] || [ -f .cargo/config ] || [ -f "$(dirname "$workspace")/.cargo/config.toml" ] ||
    [ -f "$(dirname "$workspace")/.cargo/config" ]
}
HEX='[0-9a-f][0-9a-f][0-9a-f][0-9a-f]'
HASH=$HEX$HEX$HEX$HEX
`;
