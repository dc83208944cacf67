import { UsageError } from '../error.js';

/** A release of Rust. Builds of one minor version are as good as each other as a root, whatever their patch is. */
export interface RustVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** `beta.3`, `nightly`, `dev`; empty for a stable release. */
  readonly channel: string;
}

/** Reads `1.85`, `1.85.0`, `1.85.0-beta.3`, or the first of these in `rustc 1.85.0 (…)`; undefined for anything else. mrustc writes `1.90.0-stable-mrustc`. */
export function parseVersion(text: string): RustVersion | undefined {
  const match =
    /^(?:rustc )?(\d{1,3})\.(\d{1,4})(?:\.(\d{1,4}))?(?:-(nightly|dev|beta(?:\.\d+)?))?(?=$| |-stable)/.exec(
      text.trim(),
    );
  if (match === null) return undefined;
  const [, major = '', minor = '', patch = '0', channel = ''] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), channel };
}

/** @throws UsageError */
export function versionOf(text: string): RustVersion {
  const version = parseVersion(text);
  if (version === undefined) throw new UsageError(`${text} is no version of Rust`, 'write it like 1.85.0');
  return version;
}

export function versionText({ major, minor, patch, channel }: RustVersion): string {
  return `${major}.${minor}.${patch}${channel === '' ? '' : `-${channel}`}`;
}

/** `1.84`, as a step of a chain: any of its patch releases will do. */
export function minorText({ major, minor }: Pick<RustVersion, 'major' | 'minor'>): string {
  return `${major}.${minor}`;
}

/**
 * What a root is to sources: `previous` is what they are written for (the stage0 of upstream), `same` will do as well
 * (`build.local-rebuild`), with anything older or newer they use features it lacks or no longer has.
 * See "Building from source" of the rustc development guide, and rustc's src/bootstrap, which checks it.
 */
export type RootFit = 'previous' | 'same' | 'too-old' | 'too-new';

/** The version rule: sources of 1.N build with 1.N-1 or 1.N. */
export function fitOf(root: RustVersion, sources: RustVersion): RootFit {
  if (root.major !== sources.major) return root.major < sources.major ? 'too-old' : 'too-new';
  if (root.minor === sources.minor) return 'same';
  if (root.minor === sources.minor - 1) return 'previous';
  return root.minor < sources.minor ? 'too-old' : 'too-new';
}

/** The minor versions to build in between, oldest first: sources of each build with what was built before. */
export function versionsBetween(root: RustVersion, sources: RustVersion): RustVersion[] {
  if (root.major !== sources.major) return [];
  const count = Math.max(0, sources.minor - root.minor - 1);
  return Array.from({ length: count }, (_, i) => ({
    major: root.major,
    minor: root.minor + 1 + i,
    patch: 0,
    channel: '',
  }));
}
