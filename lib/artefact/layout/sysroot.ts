import type { CleanMember, LayoutRules, Place } from './layout.js';
import { Roots, seenFrom } from './roots.js';

/**
 * The outermost directories that are a sysroot: they hold `bin/rustc` (or `rustdoc`, `cargo`),
 * `lib/librustc_driver-*` (Windows: `bin/rustc_driver-*`) or `lib/rustlib`.
 */
export function findSysroots(names: readonly string[]): Roots {
  const found = new Set<string>();
  for (const name of names) {
    const match = /(?:bin|lib)\//.test(name) ? MARKER.exec(name) : null;
    if (match !== null) found.add(match[1] ?? '');
  }
  return new Roots(found);
}

const MARKER =
  /^(?:(.+?)\/)?(?:bin\/(?:(?:rustc|rustdoc|cargo)(?:\.exe)?$|rustc_driver-)|lib\/(?:librustc_driver-|rustlib(?:\/|$)))/s;

/**
 * What an installer leaves in `lib/rustlib` about the installation (rust-installer's install.sh, rustup): no part
 * of what was built.
 * @param path In a sysroot.
 */
function isInstallRecord(path: string): boolean {
  return INSTALL_RECORD.test(path);
}

const INSTALL_RECORD =
  /^lib\/rustlib\/(?:components|manifest-[^/]+|install\.log|uninstall\.sh|rust-installer-version|multirust-[^/]+)$/;

/** The place of a member whose path in a sysroot is known. */
export function placeInSysroot(path: string, member: CleanMember): Place {
  const record = member.raw.metadata.type !== 'directory' && isInstallRecord(path);
  return { path, role: record ? 'package' : 'content' };
}

/** What a container says about itself: bytes after its end, headers. `name` tells the kinds apart. */
export function placeControl(packageName: string, name: string): Place {
  const path = ['control', packageName, name].filter((part) => part !== '').join('/');
  return { path, role: 'package' };
}

/**
 * Rules for an input that holds sysroots: a single one becomes the top; several stay apart, each below its own
 * name, since what two of them hold in common are still two files.
 */
export function sysrootRules(sysroots: Roots): LayoutRules {
  const prefix = sysroots.common();
  return {
    prefix,
    place(member) {
      const { name, raw } = member;
      if (raw.role === 'package') return placeControl('', name);
      const isDirectory = raw.metadata.type === 'directory';
      const path = seenFrom(prefix, name, isDirectory);
      const own = sysroots.holding(name);
      if (own === undefined) return { path, role: 'content' };
      const { role } = placeInSysroot(seenFrom(own, name, isDirectory), member);
      return { path, role };
    },
  };
}
