import { resolve } from 'node:path';
import { InputError } from '../../error.js';
import { parseControl } from '../debian-control.js';

/** How a list of digests is written. */
export type ChecksumFormat = 'sha256sum' | 'channel' | 'stage0' | 'debian';

/** SHA-256 digests of files. */
export interface ChecksumList {
  readonly format: ChecksumFormat;
  /** Lower-case hex, by the name that the list has: a path, an address, or a name alone. */
  readonly digests: ReadonlyMap<string, string>;
}

/**
 * The digest that a list has for a file. What a list calls a file is where it was made or served; here it may lie
 * anywhere, so that the last part of its name decides. Where a list has several such files with other digests, it is
 * the one whose whole path fits.
 */
export function digestFor({ digests }: Pick<ChecksumList, 'digests'>, file: string): string | undefined {
  const own = baseName(file);
  const alike = [...digests].filter(([name]) => baseName(name) === own);
  if (new Set(alike.map(([, digest]) => digest)).size <= 1) return alike[0]?.[1];
  const path = resolve(file);
  const fitting = alike.filter(([name]) => path.endsWith(`/${name.replace(/^(?:\.\/)+/, '')}`));
  return new Set(fitting.map(([, digest]) => digest)).size === 1 ? fitting[0]?.[1] : undefined;
}

const HEX = '([0-9a-fA-F]{64})';

/**
 * Reads a list of SHA-256 digests, in whichever of these ways it is written:
 * - `sha256sum`: what sha256sum(1) prints, with or without `--tag`; a digest alone is that of the file the list is
 *   named for (`x.tar.xz.sha256`);
 * - `channel`: the manifest of a release channel, `channel-rust-*.toml` (`url` and `hash`, `xz_url` and `xz_hash`);
 * - `stage0`: the list of the compiler that rustc's sources are built with, `src/stage0` (since 1.79) or `src/stage0.json`;
 * - `debian`: `Checksums-Sha256` of a .dsc, .changes or .buildinfo.
 * @param name Of the list, for a digest alone
 * @throws InputError where there is no digest in it, or two for one name
 */
export function parseChecksums(text: string, name: string): ChecksumList {
  const format = formatOf(text);
  const digests = new Map<string, string>();
  for (const [file, digest] of READERS[format](text, name)) {
    const hex = digest.toLowerCase();
    const before = digests.get(file);
    if (before !== undefined && before !== hex)
      throw new InputError(`the list has two digests for ${file}`, { file: name });
    digests.set(file, hex);
  }
  if (digests.size === 0) {
    const hint = 'sha256sum, channel-rust-*.toml, src/stage0, .dsc, .changes and .buildinfo are read';
    throw new InputError('there is no SHA-256 digest in the list', { file: name }, hint);
  }
  return { format, digests };
}

function formatOf(text: string): ChecksumFormat {
  if (/^Checksums-Sha256:/im.test(text)) return 'debian';
  if (/^manifest-version = /m.test(text)) return 'channel';
  return /^\s*\{/.test(text) || /^(?:compiler_version|dist_server)=/m.test(text) ? 'stage0' : 'sha256sum';
}

type Reader = (text: string, name: string) => Iterable<readonly [string, string]>;

const READERS = {
  *sha256sum(text, name) {
    for (const line of text.split(/\r?\n/)) {
      const listed = new RegExp(`^${HEX} [ *](.+)$`).exec(line);
      const tagged = new RegExp(`^SHA256 \\((.+)\\) = ${HEX}$`).exec(line);
      const alone = new RegExp(`^${HEX}\\s*$`).exec(line);
      if (listed !== null) yield [listed[2] ?? '', listed[1] ?? ''];
      else if (tagged !== null) yield [tagged[1] ?? '', tagged[2] ?? ''];
      else if (alone !== null) yield [name.replace(/\.sha256$/, ''), alone[1] ?? ''];
    }
  },
  *channel(text) {
    let urls = new Map<string, string>();
    for (const line of text.split(/\r?\n/)) {
      if (line.startsWith('[')) urls = new Map();
      const url = /^(|[a-z]+_)url = "([^"]+)"$/.exec(line);
      const hash = new RegExp(`^(|[a-z]+_)hash(?:-sha256)? = "${HEX}"$`).exec(line);
      if (url !== null) urls.set(url[1] ?? '', url[2] ?? '');
      const file = hash === null ? undefined : urls.get(hash[1] ?? '');
      if (file !== undefined) yield [file, hash?.[2] ?? ''];
    }
  },
  *stage0(text) {
    if (/^\s*\{/.test(text)) yield* stage0Json(text);
    for (const line of text.split(/\r?\n/)) {
      const pair = new RegExp(`^(dist/[^=]+)=${HEX}$`).exec(line);
      if (pair !== null) yield [pair[1] ?? '', pair[2] ?? ''];
    }
  },
  *debian(text) {
    for (const paragraph of parseControl(text)) {
      for (const line of (paragraph.get('checksums-sha256') ?? '').split('\n')) {
        const match = new RegExp(`^${HEX} (\\d+) (\\S+)$`).exec(line);
        if (match !== null) yield [match[3] ?? '', match[1] ?? ''];
      }
    }
  },
} as const satisfies Record<ChecksumFormat, Reader>;

function* stage0Json(text: string): Generator<readonly [string, string]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return;
  }
  const sums = (value as { readonly checksums_sha256?: unknown } | null)?.checksums_sha256;
  if (typeof sums !== 'object' || sums === null) return;
  for (const [file, digest] of Object.entries(sums))
    if (typeof digest === 'string' && new RegExp(`^${HEX}$`).test(digest)) yield [file, digest];
}

/** The last part of a path or address. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
