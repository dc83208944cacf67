import type { Member } from '../artefact/member.js';

/**
 * What two members must have in common for a rule; undefined where the rule is not for this member.
 * @param rank How many members with the same path and role come before it.
 */
export type Key = (member: Member, rank: number) => string | undefined;

/** Stand for what was taken out. No name holds them: `decodeName` makes lone surrogates from U+DC80 on only. */
const HASH = '\ud800';
const VERSION = '\ud801';

/** The path itself. */
export const pathKey: Key = (member, rank) => `${member.role} ${rank} ${member.path}`;

/** The path without hashes, directories kept apart from files. */
export const hashKey: Key = (member, rank) => `${kind(member)} ${rank} ${withoutHash(member.path)}`;

/** The path without hashes, versions and Debian's `-web`, directories kept apart from files. */
export const versionKey: Key = (member, rank) =>
  `${kind(member)} ${rank} ${withoutVersion(withoutHash(member.path), member)}`;

/** The base name without hashes, for files that lie elsewhere. */
export const contentKey: Key = (member) => {
  if (member.metadata.type !== 'file') return undefined;
  const path = withoutHash(member.path);
  return `${member.role} ${path.slice(path.lastIndexOf('/') + 1)}`;
};

/**
 * rustc's `-C extra-filename`, as cargo and bootstrap give it: `-` and 16 hex digits. They hash the compiler's
 * version and the way the crate was built, so another root changes all of them.
 */
function withoutHash(path: string): string {
  const plain = path.replace(/-[0-9a-f]{16}(?![0-9A-Za-z])/g, HASH);
  return plain.includes('-cgu.') ? plain.replace(UNIT_HASH, HASH) : plain;
}

/** The hash of a codegen unit's name in an rlib's members: `std-H.std.2a15b9e8d1e0a6f-cgu.0.rcgu.o`. */
const UNIT_HASH = /\.[0-9a-z]{8,20}(?=-cgu\.\d+\.)/g;

function withoutVersion(path: string, member: Member): string {
  let out = path;
  if (out.includes('libLLVM')) out = withoutLlvmVersion(out, member);
  if (out.includes('librustc-')) out = out.replace(RUNTIME_CHANNEL, `$1${VERSION}$2`);
  out = out.replace(DOTTED_VERSION, VERSION);
  return DEBIAN_PACKAGE.test(out) ? out.replace(DEBIAN_FLAVOUR, '') : out;
}

/** `19.1`, `1.84.0-stable`, `1.97.0-nightly`, `1.86.0-beta.3`, and the `1.85` of `libstd-rust-web-1.85`. */
const DOTTED_VERSION = /(?<!\d)\d+(?:\.\d+)+(?:-(?:stable|nightly|dev|beta(?:\.\d+)?)(?![0-9A-Za-z]))?/g;

/** compiler-rt's sanitizers are named for the channel: `librustc-stable_rt.asan.a`. */
const RUNTIME_CHANNEL = /(librustc-)(?:stable|beta|nightly|dev)(_rt)/;

/** Debian builds a second set of packages for browsers: `rustc-web` beside `rustc`. */
const DEBIAN_PACKAGE = /^share\/(?:doc|lintian\/overrides)\/[^/]*-web/;
const DEBIAN_FLAVOUR = /-web(?=[-/\ud801]|$)/;

/**
 * LLVM's library was `libLLVM-17-rust-1.75.0-stable.so`; it is `libLLVM.so.19.1-rust-1.84.0-stable` now, and the
 * old name is that of a linker script of 42 bytes beside it. Size tells which of the two the old name is.
 */
function withoutLlvmVersion(path: string, member: Member): string {
  const plain = path.replace(/(libLLVM-)\d+(?=[-.])/, `$1${VERSION}`);
  if (member.size < LARGEST_LINKER_SCRIPT) return plain;
  return plain.replace(/libLLVM-\ud801-rust-([^/]*)\.so$/, `libLLVM.so.${VERSION}-rust-$1`);
}

const LARGEST_LINKER_SCRIPT = 4096;

function kind(member: Member): string {
  return `${member.role} ${member.metadata.type === 'directory' ? 'directory' : 'file'}`;
}
