import { baseName, packageFamily } from './file-name.js';
import type { Layout, PlacedInput } from './layout.js';
import { Roots, seenFrom } from './roots.js';
import { placeControl, placeInSysroot } from './sysroot.js';

/**
 * A .deb of Debian or Ubuntu, or a tree that such packages were unpacked to. Shared objects lie in
 * `usr/lib/<multiarch>`, Ubuntu's versioned packages in `usr/lib/rust-X.Y`; both belong to the sysroot.
 */
export const debian: Layout = {
  id: 'debian',
  detect(input, names) {
    const top = input.containers.includes('deb') ? '' : unpackedTop(names);
    if (top === undefined) return undefined;
    const packageName = packageOf(input);
    return {
      prefix: top === '' ? 'usr' : `${top}/usr`,
      place(member) {
        const { name, raw } = member;
        if (raw.role === 'package' || raw.via.some((part) => /^control\.tar/.test(part))) {
          return placeControl(packageName, name);
        }
        const isDirectory = raw.metadata.type === 'directory';
        // `dpkg-deb -R` puts the control archive there.
        const unpacked = seenFrom(top, name, isDirectory);
        const control = /^DEBIAN(?:\/(.*))?$/s.exec(unpacked);
        if (control !== null) return placeControl(packageName, control[1] ?? '');
        return placeInSysroot(inSysroot(seenFrom('usr', unpacked, isDirectory), isDirectory), member);
      },
    };
  },
};

const ARCHITECTURE =
  '(?:x86_64|i[3-6]86|aarch64|arm|powerpc\\w*|riscv64|s390x?|mips\\w*|loongarch64|alpha|hppa|ia64|m68k|sparc\\w*|sh\\d)';
const MULTIARCH = `${ARCHITECTURE}-(?:linux-|kfreebsd-)?(?:gnu|musl)\\w*`;
const MULTIARCH_LIB = new RegExp(`^lib/${MULTIARCH}(?=/|$)`);
const VERSIONED_SYSROOT = /^lib\/rust-\d+\.\d+(?:\/(.*))?$/s;

function inSysroot(path: string, isDirectory: boolean): string {
  const versioned = VERSIONED_SYSROOT.exec(path);
  if (versioned !== null && (isDirectory || versioned[1] !== undefined)) return versioned[1] ?? '';
  return path.replace(MULTIARCH_LIB, 'lib');
}

/** The one directory that `usr` lies in, where something in it is as only Debian has it. */
function unpackedTop(names: readonly string[]): string | undefined {
  const tops = names.flatMap((name) => {
    const match = name.includes('usr/') ? UNPACKED.exec(name) : null;
    return match === null ? [] : [match[1] ?? ''];
  });
  const { all } = new Roots(tops);
  return all.length === 1 ? all[0] : undefined;
}

const UNPACKED = new RegExp(
  `^(?:(.+?)/)?usr/(?:lib/${MULTIARCH}/librustc_driver-|share/doc/[^/]+/changelog\\.Debian\\.gz$)`,
  's',
);

/** NAME_VERSION_ARCHITECTURE.deb (deb(7)). */
function packageOf(input: PlacedInput): string {
  if (input.alone === true) return '';
  const file = baseName(input.file).replace(/\.deb$/i, '');
  return packageFamily(file.split('_', 1)[0] ?? file);
}
