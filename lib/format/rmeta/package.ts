import type { Bytes } from '../../artefact/bytes.js';
import { findRmeta } from '../rmeta.js';
import { readCrateRoot } from './root.js';
import { sourceFileNames } from './source-files.js';

/** Metadata are read whole. Bytes; rustc's own crates have up to 30 MB. */
const LARGEST_METADATA = 256 * 2 ** 20;

/** A folder with package and version, as registries and `cargo vendor` call it. */
const PACKAGE = /^[A-Za-z0-9_-]+-\d+\.\d+\.\d+(?:[-+.][0-9A-Za-z.+-]*)?$/;

/**
 * Package and version (`regex-syntax-0.8.5`) that a crate was compiled from, by the paths of its own source files in its
 * metadata. Undefined where no path says it, where paths disagree, and for metadata before version 9.
 * @throws InputError where the metadata do not start as rustc writes them
 */
export function packageOf(bytes: Bytes): string | undefined {
  const found = findRmeta(bytes);
  if (found === undefined || found.compressed || found.version < 9) return undefined;
  if (found.length > LARGEST_METADATA) return undefined;
  const metadata = bytes.read(found.offset, found.length);
  const root = readCrateRoot(metadata);
  if (root === undefined) return undefined;
  const packages = new Set(sourceFileNames(metadata, root).flatMap((name) => packageFolder(name) ?? []));
  const [only, ...more] = packages;
  return more.length === 0 ? only : undefined;
}

/** The innermost one: `rustc-1.85.0-src/vendor/regex-syntax-0.8.5/src/lib.rs` is a file of regex-syntax. */
function packageFolder(path: string): string | undefined {
  return path
    .split(/[/\\]/)
    .slice(0, -1)
    .findLast((folder) => PACKAGE.test(folder));
}
