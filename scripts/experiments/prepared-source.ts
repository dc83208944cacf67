import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, UsageError } from '../../lib/error.js';
import { materialiseRoot } from '../../lib/root/materialise.js';
import { digestTree } from '../../lib/root/tree-digest.js';
import { DSC, ROOTS } from './downloads.js';

/** The tree that preparing gives. The experiments ask for it, so another one is refused before anything is built. */
export const SOURCE_DIGEST = 'blake3:1a5e851e698060e17d242b034652dfa6e73299fe045faf626a7577d5b545c6e8';

/** Folders whose Cargo.lock is put aside: Debian patches crates, so that upstream's no longer fit. */
const UNLOCKED = ['.', 'src/bootstrap', 'library', 'src/tools/rust-analyzer'] as const;
/** Those of them that are built, and so are locked anew. */
const LOCKED = ['.', 'src/bootstrap', 'library'] as const;

/**
 * Unpacks Debian's source package to `source` in the work folder and makes it fit to be built while it is read-only.
 * Does nothing where that was done before.
 * @throws InputError where it comes out as another tree; UsageError where a program fails
 */
export async function prepareSource(
  downloads: string,
  work: string,
  say: (line: string) => void,
): Promise<void> {
  const source = join(work, 'source');
  if (existsSync(source)) {
    await assertDigest(source);
    say('already there');
    return;
  }
  const partial = `${source}.partial`;
  rmSync(partial, { recursive: true, force: true });
  say('unpacking');
  run('dpkg-source', ['--no-copy', '--extract', join(downloads, DSC), partial], work);
  strip(partial);
  pruneChecksums(partial);
  say('locking versions anew');
  await lock(partial, work);
  await assertDigest(partial);
  renameSync(partial, source);
}

/** Leaves out the bundled upstream binaries, which are a root and no sources, and what dpkg-source notes of patches. */
export function strip(tree: string): void {
  for (const name of ['stage0', '.pc']) rmSync(join(tree, name), { recursive: true, force: true });
  for (const folder of UNLOCKED)
    renameSync(join(tree, folder, 'Cargo.lock'), join(tree, folder, 'Cargo.lock.orig'));
}

/** Empties the lists of digests of the vendored crates, as Debian's own build does: it has patched some. */
function pruneChecksums(tree: string): void {
  const files = readdirSync(join(tree, 'vendor'))
    .map((crate) => join('vendor', crate, '.cargo-checksum.json'))
    .filter((file) => existsSync(join(tree, file)));
  run('python3', ['-B', 'debian/prune-checksums', ...files], tree);
}

/** Chooses versions among the vendored crates with upstream's cargo, which both experiments know. */
async function lock(tree: string, work: string): Promise<void> {
  const toolchain = join(work, 'locking');
  rmSync(toolchain, { recursive: true, force: true });
  const home = join(work, 'locking-home');
  mkdirSync(home, { recursive: true });
  const root = await materialiseRoot(
    ROOTS.upstream.map((path) => join(work, path)),
    toolchain,
  );
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: home,
    CARGO_HOME: join(home, '.cargo'),
    RUSTC: join(root.prefix, 'bin/rustc'),
    // The workspace uses features of cargo that are not stable.
    RUSTC_BOOTSTRAP: '1',
  };
  for (const folder of LOCKED)
    run(join(root.prefix, 'bin/cargo'), ['generate-lockfile', '--offline'], join(tree, folder), env);
  for (const folder of [toolchain, home]) rmSync(folder, { recursive: true, force: true });
}

async function assertDigest(tree: string): Promise<void> {
  const { digest } = await digestTree(tree);
  if (`blake3:${digest}` !== SOURCE_DIGEST)
    throw new InputError(
      `the prepared sources have the digest blake3:${digest}, and not ${SOURCE_DIGEST}`,
      { file: tree },
      'remove the folder and call again, to have it made anew',
    );
}

function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env?: Readonly<Record<string, string>>,
): void {
  const done = spawnSync(program, args, {
    cwd,
    env: env ?? { ...process.env, LC_ALL: 'C' },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (done.error !== undefined) throw new UsageError(`${program} does not run: ${done.error.message}`);
  if (done.status === 0) return;
  const [, ...last] = done.stderr.trim().split('\n').slice(-4);
  throw new UsageError(`${program} ${args[0] ?? ''} failed: ${last.join(' / ')}`, `it ran in ${cwd}`);
}
