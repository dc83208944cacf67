import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError, UsageError } from '../../lib/error.js';
import { type Artefact, artefactFile, readManifest } from './manifest.js';

/**
 * Fetches artefacts of the manifest into `to`. What is already there with the right digest is left alone, so an
 * interrupted run goes on where it stopped; nothing stands under its final name before its digest was checked.
 */
export function fetchArtefacts(to: string, only: string | undefined, say: (line: string) => void): void {
  const all = readManifest();
  const chosen = only === undefined ? all : all.filter(({ name }) => name === only || name.startsWith(only));
  if (chosen.length === 0) {
    throw new UsageError(
      `no artefact's name is or starts with ${only}`,
      'the names stand in corpus/manifest.json',
    );
  }
  const holders = chosen.flatMap((wanted) =>
    wanted.kind === 'member' ? all.filter(({ name }) => name === wanted.of) : [],
  );
  const wanted = [...new Set([...chosen, ...holders])].filter((artefact) => {
    const there = isThere(to, artefact);
    if (there) say(`${artefact.name}: already there`);
    return !there;
  });
  for (const artefact of wanted) if (artefact.kind === 'deb') fetchDeb(to, artefact, say);
  for (const [first, group] of groups(wanted, 'source', (artefact) => artefact.package)) {
    fetchSource(to, first, group, say);
  }
  for (const [first, group] of groups(wanted, 'member', (artefact) => artefact.of))
    extract(to, first.of, group, say);
}

type Of<Kind extends Artefact['kind']> = Artefact & { readonly kind: Kind };

/** `artefacts` of one kind, grouped by what one command fetches together. */
function groups<Kind extends Artefact['kind']>(
  artefacts: readonly Artefact[],
  kind: Kind,
  by: (artefact: Of<Kind>) => string,
): (readonly [first: Of<Kind>, group: Of<Kind>[]])[] {
  const found = new Map<string, [Of<Kind>, Of<Kind>[]]>();
  for (const artefact of artefacts) {
    if (artefact.kind !== kind) continue;
    const one = artefact as Of<Kind>;
    const group = found.get(by(one));
    if (group === undefined) found.set(by(one), [one, [one]]);
    else group[1].push(one);
  }
  return [...found.values()];
}

function fetchDeb(to: string, artefact: Of<'deb'>, say: (line: string) => void): void {
  const { package: name, version, architecture } = artefact;
  say(`${artefact.name}: downloading ${megabytes(artefact.size)}`);
  const partial = partialFolder(to, artefact.name);
  for (const left of readdirSync(partial)) rmSync(join(partial, left));
  run('apt-get', ['download', `${name}:${architecture}=${version}`], partial);
  const [file] = readdirSync(partial);
  if (file === undefined) throw new InputError(`apt-get left no file for ${name}`, { file: partial });
  settle(to, artefact, join(partial, file));
}

function fetchSource(
  to: string,
  of: Of<'source'>,
  files: readonly Of<'source'>[],
  say: (line: string) => void,
): void {
  say(
    `${of.package} ${of.version}: downloading ${megabytes(files.reduce((sum, { size }) => sum + size, 0))} of source`,
  );
  const partial = partialFolder(to, dirname(of.name));
  run('apt-get', ['source', '--download-only', '--only-source', `${of.package}=${of.version}`], partial);
  for (const artefact of files) settle(to, artefact, join(partial, artefact.file));
  rmSync(partial, { recursive: true });
}

function extract(
  to: string,
  archive: string,
  members: readonly Of<'member'>[],
  say: (line: string) => void,
): void {
  say(`${archive}: taking ${members.length} members out`);
  const partial = partialFolder(to, archive);
  run('tar', ['--extract', '--file', resolve(to, archive), ...members.map(({ member }) => member)], partial);
  for (const artefact of members) settle(to, artefact, join(partial, artefact.member));
  rmSync(partial, { recursive: true });
}

function partialFolder(to: string, name: string): string {
  const folder = join(to, '.partial', name.replaceAll('/', '_'));
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Checks a downloaded file and puts it under its final name. */
function settle(to: string, artefact: Artefact, from: string): void {
  if (!existsSync(from))
    throw new InputError(`${artefact.name} was not among what was downloaded`, { file: from });
  const wrong = wrongContent(from, artefact);
  if (wrong !== undefined) {
    throw new InputError(
      `this is not ${artefact.name} of the manifest: ${wrong}`,
      { file: from },
      'remove it and try again',
    );
  }
  const path = join(to, artefactFile(artefact));
  mkdirSync(dirname(path), { recursive: true });
  renameSync(from, path);
}

function isThere(to: string, artefact: Artefact): boolean {
  const path = join(to, artefactFile(artefact));
  if (!existsSync(path)) return false;
  const wrong = wrongContent(path, artefact);
  if (wrong === undefined) return true;
  throw new InputError(
    `another file stands where ${basename(path)} belongs: ${wrong}`,
    { file: path },
    'move it away',
  );
}

function wrongContent(path: string, { size, sha256 }: Artefact): string | undefined {
  const found = statSync(path).size;
  if (found !== size) return `${found} bytes in place of ${size}`;
  const digest = digestOf(path);
  return digest === sha256 ? undefined : `sha256 ${digest} in place of ${sha256}`;
}

function digestOf(path: string): string {
  const hash = createHash('sha256');
  const block = Buffer.alloc(1 << 20);
  const fd = openSync(path, 'r');
  try {
    for (let read = readSync(fd, block); read > 0; read = readSync(fd, block))
      hash.update(block.subarray(0, read));
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

function run(tool: string, args: readonly string[], cwd: string): void {
  const done = spawnSync(tool, args, { cwd, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  if (done.error !== undefined) throw new UsageError(`${tool} does not run: ${done.error.message}`);
  if (done.status === 0) return;
  const errors = done.stderr.split('\n').filter((line) => line.startsWith('E:') || tool !== 'apt-get');
  throw new InputError(
    `${[tool, ...args].join(' ')} failed: ${errors.join(' ').trim()}`,
    {},
    hintFor(done.stderr),
  );
}

function hintFor(errors: string): string {
  if (errors.includes('deb-src')) {
    return "add deb-src to apt's sources (in a .sources file: `Types: deb deb-src`) for Debian bookworm, then run apt-get update";
  }
  return "apt's sources must name Debian bookworm, its security archive and its updates; run apt-get update first";
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
