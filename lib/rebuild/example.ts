/** What `rebuild --init` writes: an experiment to fill in. A test reads it. */
export const EXAMPLE = `# An experiment of trustdiff: the same sources, built from two trust roots.
#   trustdiff rebuild experiment.yaml --dry-run     what would be built
#   trustdiff rebuild experiment.yaml --out run     build, compare and judge
schema: trustdiff-experiment-1
name: hello, from the distribution's rustc and from upstream's

# A directory; relative paths are relative to this file. Builds see it read-only.
source:
  path: hello
  # digest: blake3:…           # refused where the sources have another one; the report tells it

# How sources become an artefact: rustc, cargo, std, bootstrap, or any commands.
recipe:
  use: cargo
  # vendor: vendor              # dependencies inside the source, as cargo vendor writes them
  # registry: /usr/share/cargo/registry   # or those of the system
  # args: [--bin, hello]
# recipe:
#   use: command
#   stages:
#     - name: stage1            # built by the root itself: expected to differ
#       claim: false
#       run: make -C "$TRUSTDIFF_SRC" CC="$TRUSTDIFF_ROOT/bin/compiler" OUT="$TRUSTDIFF_OUT"
#     - name: stage2            # built by stage1: this is what is judged
#       run: make -C "$TRUSTDIFF_SRC" CC="$TRUSTDIFF_STAGES/stage1/compiler" OUT="$TRUSTDIFF_OUT"

# A root is a toolchain: a directory, or the tarballs and packages that together are one.
roots:
  a: { name: distribution, path: /usr }
  b: { name: upstream, path: [rustc.tar.xz, rust-std.tar.xz, cargo.tar.xz] }

# Cargo of another version gives every crate another hash. To see what rustc alone does, hold it fixed:
# tools: { cargo: b }

# Or ask what one tool does: root A is built from once more with that of root B, and set against both.
# swap: [cargo]

# More builds of each root: what differs between two of them is noise.
controls: { a: 1, b: 0 }
# What the controls do otherwise, to see what the output hangs on:
# path, time, umask, locale, cores, hostname, file-order
# vary: [time, hostname]

# A change that is planted in a copy of one root: where the experiment misses it, it shows nothing.
# planted: true                 # its rustc changes a text in what it compiles
# planted: { of: b, run: sed -i s/one/two/ "$TRUSTDIFF_PLANTED/file" }   # for recipes without rustc

# More variables for the builds; they get no others from the caller.
# environment: { CARGO_PROFILE_RELEASE_LTO: "false" }

sandbox:
  use: bubblewrap               # or none: then the report says what was not sealed
  # cores: 2
`;
