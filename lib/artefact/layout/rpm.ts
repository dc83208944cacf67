import { baseName, packageFamily } from './file-name.js';
import type { Layout, PlacedInput } from './layout.js';
import { Roots, seenFrom } from './roots.js';
import { placeControl, placeInSysroot } from './sysroot.js';

/**
 * An .rpm of Fedora, openSUSE and their kin, or a tree that such packages were unpacked to: files below `usr`,
 * shared objects in `lib64` (Fedora) or `lib` (openSUSE).
 */
export const rpm: Layout = {
  id: 'rpm',
  detect(input, names) {
    const top = input.containers.includes('rpm') ? '' : unpackedTop(names);
    if (top === undefined) return undefined;
    const packageName = packageOf(input);
    return {
      prefix: top === '' ? 'usr' : `${top}/usr`,
      place(member) {
        const { name, raw } = member;
        if (raw.role === 'package') return placeControl(packageName, name);
        const isDirectory = raw.metadata.type === 'directory';
        const unpacked = seenFrom('usr', seenFrom(top, name, isDirectory), isDirectory);
        const path = unpacked.replace(/^lib64(?=\/|$)/, 'lib');
        // Links from build ids to the files that have them; their names change with every build.
        const isBuildIdLink = /^lib\/\.build-id(?:\/|$)/.test(path) && raw.metadata.type !== 'file';
        return isBuildIdLink ? { path, role: 'package' } : placeInSysroot(path, member);
      },
    };
  },
};

function unpackedTop(names: readonly string[]): string | undefined {
  const tops = names.flatMap((name) => {
    const match = name.includes('usr/lib64/') ? LIB64.exec(name) : null;
    return match === null ? [] : [match[1] ?? ''];
  });
  const { all } = new Roots(tops);
  return all.length === 1 ? all[0] : undefined;
}

const LIB64 = /^(?:(.+?)\/)?usr\/lib64\/(?:librustc_driver-|rustlib\/)/s;

/** rpm's NAME-VERSION-RELEASE.ARCH.rpm: `rust1.85-1.85.0-1.1.x86_64.rpm`. */
function packageOf(input: PlacedInput): string {
  if (input.alone === true) return '';
  const file = baseName(input.file).replace(/\.rpm$/i, '');
  return packageFamily(/^(.+)-[^-]+-[^-]+\.[^.-]+$/.exec(file)?.[1] ?? file);
}
