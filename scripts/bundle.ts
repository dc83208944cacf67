/*
 * Bundles the command line, the thread and the wrapper of rustc into dist/cli: to load a hundred small files takes
 * longer than to compare two. What is native, WebAssembly or starts threads of its own stays outside. The licences of
 * what is inside are gathered beside it.
 */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ALLOCATOR, NODE_FLAGS } from '../lib/cli/launch.js';

const DIST = resolve(fileURLToPath(import.meta.url), '../..');
const OUT = join(DIST, 'cli');
const OUTSIDE = [
  '@alexaltea/capstone-js',
  '@napi-rs/blake-hash',
  'blake3-wasm',
  'node-liblzma',
  'openpgp',
  'zstddec',
  'tinypool',
  'trustdiff',
];

/**
 * The head of the program: a shell that becomes node, told what node and glibc take only at their start; to node it is a
 * comment. Of the memory of a short run a fifth was what glibc keeps for later, for each thread, and what V8 lets the main
 * thread fill, which does little. Whoever gives these variables himself keeps his.
 */
const LAUNCHER = `#!/bin/sh
':' //; ${Object.entries(ALLOCATOR)
  .map(([name, value]) => `export ${name}="\${${name}-${value}}"`)
  .join('; ')}; exec node ${NODE_FLAGS.join(' ')} -- "$0" "$@"
`;

rmSync(OUT, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: resolve(DIST, '..'),
  entryPoints: [join(DIST, 'bin/trustdiff.js'), join(DIST, 'lib/thread/worker.js')],
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  entryNames: '[name]',
  external: OUTSIDE,
  legalComments: 'none',
  minifyWhitespace: true,
  minifySyntax: true,
  metafile: true,
  // Some of the libraries are CommonJS and ask for `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
});
const program = join(OUT, 'trustdiff.js');
writeFileSync(program, readFileSync(program, 'utf8').replace(/^#!.*\n/, LAUNCHER));
chmodSync(program, 0o755);
// What stands for rustc in a rebuild, and what a planted rustc runs, lie alone where they are used, so each is one file,
// whose name says what kind of module it is; the library has its own.
for (const [entry, name] of [
  ['lib/rebuild/invocation/wrapper.js', 'rustc-wrapper.mjs'],
  ['lib/rebuild/planted/rustc.js', 'planted-rustc.mjs'],
] as const)
  for (const folder of [OUT, join(DIST, 'lib/rebuild')]) {
    const outfile = join(folder, name);
    await build({
      absWorkingDir: resolve(DIST, '..'),
      entryPoints: [join(DIST, entry)],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      minifyWhitespace: true,
      minifySyntax: true,
      logLevel: 'warning',
    });
    chmodSync(outfile, 0o755);
  }
writeFileSync(join(OUT, 'THIRD-PARTY-LICENSES.txt'), licences(Object.keys(metafile.inputs)));

/** The name, version and licence text of every package whose files went in. */
function licences(inputs: readonly string[]): string {
  const folders = new Set(
    inputs.flatMap((input) => input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []),
  );
  return [...folders]
    .sort()
    .map(licence)
    .join(`\n${'-'.repeat(72)}\n\n`);
}

function licence(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const path = file === undefined ? undefined : join(folder, file);
  const text = path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : '';
  return `${name} ${version} (${license})\n\n${text}`;
}
