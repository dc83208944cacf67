import type { Reason } from './comparable.js';

/**
 * Settings of bootstrap (bootstrap.example.toml) that change the compiled code of rustc or std. `*` stands for a
 * target triple.
 */
const CODE_SETTINGS: ReadonlySet<string> = new Set([
  'profile',
  'build.optimized-compiler-builtins',
  'build.profiler',
  'build.sanitizers',
  'llvm.allow-old-toolchain',
  'llvm.assertions',
  'llvm.cflags',
  'llvm.cxxflags',
  'llvm.download-ci-llvm',
  'llvm.enable-projects',
  'llvm.experimental-targets',
  'llvm.link-shared',
  'llvm.optimize',
  'llvm.release-debuginfo',
  'llvm.static-libstdcpp',
  'llvm.targets',
  'llvm.thin-lto',
  'llvm.version-suffix',
  'rust.channel',
  'rust.codegen-backends',
  'rust.codegen-units',
  'rust.codegen-units-std',
  'rust.debug',
  'rust.debug-assertions',
  'rust.debug-assertions-std',
  'rust.debug-logging',
  'rust.default-linker',
  'rust.description',
  'rust.frame-pointers',
  'rust.jemalloc',
  'rust.lto',
  'rust.musl-root',
  'rust.new-symbol-mangling',
  'rust.omit-git-hash',
  'rust.optimize',
  'rust.overflow-checks',
  'rust.overflow-checks-std',
  'rust.profile-generate',
  'rust.profile-use',
  'rust.randomize-layout',
  'rust.rpath',
  'rust.stack-protector',
  'rust.std-features',
  'rust.validate-mir-opts',
  'target.*.codegen-backends',
  'target.*.crt-static',
  'target.*.default-linker',
  'target.*.jemalloc',
  'target.*.llvm-config',
  'target.*.llvm-has-rust-patches',
  'target.*.optimized-compiler-builtins',
  'target.*.profiler',
  'target.*.rpath',
  'target.*.sanitizers',
]);

/** Settings that no byte of an artefact follows: where and how fast it was built, how it was packed. */
const BUILD_ONLY =
  /^(?:dist\.|install\.|build\.(?:jobs|metrics|print-step-timings|verbose|configure-args|submodules|docs|compiler-docs|build-dir|python|gdb|nodejs|npm|locked-deps|patch-binaries-for-nix)$|llvm\.(?:ccache|ninja|link-jobs)$|rust\.(?:verbose-tests|backtrace|deny-warnings|save-toolstates)$|change-id$)/;

const DEFAULT = '(default)';

/**
 * What a difference in one setting means, by the values that the configurations of each side give it. A key that only one of two configurations has is at its default on the
 * other side, which may be the same value: that alone never makes them incomparable.
 */
export function settingReason(
  key: string,
  a: readonly string[] = [],
  b: readonly string[] = [],
): Reason | undefined {
  if (BUILD_ONLY.test(key) || a.some((value) => b.includes(value))) return undefined;
  const where = {
    fact: `builder-config ${key}`,
    a: a.join('; ') || DEFAULT,
    b: b.join('; ') || DEFAULT,
  };
  if (a.length === 0 || b.length === 0) {
    return { ...where, weight: 'differs', why: 'One side leaves this setting at its default.' };
  }
  if (CODE_SETTINGS.has(key.replace(/^target\.[^.]+(?:\.[^.]+)*\.(?=[^.]+$)/, 'target.*.'))) {
    return { ...where, weight: 'not-comparable', why: 'This setting changes the code that is compiled.' };
  }
  return { ...where, weight: 'differs', why: 'This setting may change what is built.' };
}
