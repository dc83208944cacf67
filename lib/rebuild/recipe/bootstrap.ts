import type { Fields } from '../fields.js';
import type { Recipe, Stage } from '../recipe.js';

/**
 * rustc itself by its own build system, x.py: stage1 is compiled by the root and expected to differ; stage2 is
 * compiled by stage1 and is the claim. With `full-bootstrap` a stage3 compiled by stage2 shows whether a fixpoint is
 * reached. Options of bootstrap's configuration go into `set` (`rust.lto: "off"`).
 */
export function bootstrapRecipe(fields: Fields): Recipe {
  const host = fields.optionalString('host') ?? 'x86_64-unknown-linux-gnu';
  if (!/^[A-Za-z0-9_.-]+$/.test(host)) throw fields.wrong('host', 'that is no target triple');
  const llvmConfig = fields.optionalString('llvm-config');
  const full = fields.boolean('full-bootstrap', false);
  const last = full ? 3 : fields.count('stages', 2, 1, 2);
  const build = fields.strings('build') ?? ['library', 'compiler'];
  const settings: Readonly<Record<string, string>> = {
    ...SETTINGS,
    ...(llvmConfig === undefined
      ? {}
      : { 'llvm.link-shared': 'true', [`target.${host}.llvm-config`]: JSON.stringify(llvmConfig) }),
    ...(full && { 'build.full-bootstrap': 'true' }),
    ...fields.record('set'),
  };
  const config = tomlOf(settings);
  return {
    use: 'bootstrap',
    stages: Array.from(
      { length: last },
      (_, i): Stage => ({
        name: `stage${i + 1}`,
        run: ['sh', '-euc', BUILD, `stage${i + 1}`, host, config, '--stage', String(i + 1), ...build],
        // Where there is only stage1, it is what the experiment is about.
        claim: i > 0 || last === 1,
        environment: {},
      }),
    ),
    continues: true,
    needsCargo: true,
    needsRustc: true,
  };
}

/** What a build from two roots needs: nothing from the network, nothing that hangs on the place or on git. */
const SETTINGS: Readonly<Record<string, string>> = {
  'build.rustc': '"@rustc@"',
  'build.cargo': '"@cargo@"',
  'build.build-dir': '"@build@"',
  'build.vendor': 'true',
  'build.submodules': 'false',
  'build.docs': 'false',
  'build.compiler-docs': 'false',
  'build.extended': 'false',
  'build.tools': '[]',
  'build.optimized-compiler-builtins': 'false',
  'build.locked-deps': 'false',
  'llvm.download-ci-llvm': 'false',
  'rust.channel': '"stable"',
  'rust.download-rustc': 'false',
  'rust.jemalloc': 'false',
  'rust.debuginfo-level': '0',
  'rust.rpath': 'false',
  'rust.remap-debuginfo': 'true',
  'rust.omit-git-hash': 'true',
  'rust.deny-warnings': 'false',
  'rust.incremental': 'false',
  'rust.lto': '"off"',
};

/** Bootstrap's Python half reads its file by lines, so every setting stands in the table it belongs to. */
function tomlOf(settings: Readonly<Record<string, string>>): string {
  const tables = new Map<string, string[]>([['', []]]);
  for (const [name, value] of Object.entries(settings)) {
    const dot = name.lastIndexOf('.');
    const table = name.slice(0, Math.max(dot, 0));
    const lines = tables.get(table) ?? [];
    lines.push(`${name.slice(dot + 1)} = ${value}`);
    tables.set(table, lines);
  }
  return [...tables]
    .map(([table, lines]) => [table === '' ? '' : `[${table}]`, ...lines].join('\n'))
    .join('\n');
}

const BUILD = `
host=$1 config=$2
shift 2
export RUSTC_WRAPPER="$TRUSTDIFF_RUSTC_WRAPPER"
printf '%s\\n' "$config" | sed "s|@rustc@|$TRUSTDIFF_REAL_RUSTC|; s|@cargo@|$TRUSTDIFF_CARGO|; s|@build@|$TRUSTDIFF_BUILD/build|" >config.toml
python3 "$TRUSTDIFF_SRC/x.py" build --config "$PWD/config.toml" --build "$host" --host "$host" --target "$host" \\
  --jobs "$TRUSTDIFF_JOBS" "$@"
cp -a "$TRUSTDIFF_BUILD/build/$host/$0/." "$TRUSTDIFF_OUT/"
`;
