import { baseName, packageFamily } from './file-name.js';
import type { Layout, PlacedInput } from './layout.js';
import { seenFrom } from './roots.js';
import { placeControl, placeInSysroot } from './sysroot.js';

/** A package of Arch Linux (PKGBUILD(5), BUILDINFO(5)) or Alpine: files below `usr`, metadata in dot files at the top. */
export const arch: Layout = {
  id: 'arch',
  detect(input, names) {
    if (!names.includes('.PKGINFO')) return undefined;
    const packageName = packageOf(input);
    return {
      prefix: 'usr',
      place(member) {
        const { name, raw } = member;
        if (raw.role === 'package' || METADATA.test(name)) return placeControl(packageName, name);
        return placeInSysroot(seenFrom('usr', name, raw.metadata.type === 'directory'), member);
      },
    };
  },
};

const METADATA = /^\.(?:PKGINFO|BUILDINFO|MTREE|INSTALL|CHANGELOG|SIGN\.[^/]+)$/;

/** `rust-1:1.85.0-1-x86_64.pkg.tar.zst` is of the package rust; Alpine's `rust-1.85.0-r0.apk` too. */
function packageOf(input: PlacedInput): string {
  if (input.alone === true) return '';
  const file = baseName(input.file).replace(/\.pkg\.tar(?:\.\w+)?$/, '');
  const named = /^(.+)-[^-]+-r\d+\.apk$/.exec(file) ?? /^(.+)-[^-]+-[^-]+-[^-]+$/.exec(file);
  return packageFamily(named?.[1] ?? file);
}
