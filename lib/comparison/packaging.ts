import { openBytes } from '../artefact/bytes.js';
import { SPECIAL_BITS } from '../artefact/container/container.js';
import type { Member } from '../artefact/member.js';
import type { Side } from './side.js';

/** Whether package metadata is of one kind on both sides; if not, it differs whatever it describes. */
export function samePackaging(a: Side, b: Side): boolean {
  const kinds = (side: Side): string => {
    const ids = side.layouts.map((layout) => layout.id);
    const containers = side.inputs.map((input) => packageFormat(input) ?? input.kind);
    return [...new Set([...ids, ...containers])].sort().join();
  };
  return kinds(a) === kinds(b);
}

/** The format of a package that is installed by a package manager; undefined for all else. */
function packageFormat({ kind, containers }: Side['inputs'][number]): 'deb' | 'rpm' | undefined {
  if (kind !== 'archive') return undefined;
  return (['deb', 'rpm'] as const).find((format) => containers.includes(format));
}

/**
 * Whether installing a member gives the file to another than root. Who owns a file may change it; in any other archive the
 * owner only says who packed it.
 */
export function isGivenAway(side: Side, { input, role, metadata }: Member): boolean {
  const summary = side.inputs[input];
  if (summary === undefined || role !== 'content') return false;
  const isPackage = packageFormat(summary) !== undefined || side.layouts[input]?.id === 'arch';
  if (!isPackage || summary.kind !== 'archive') return false;
  const { uid, gid, uname, gname } = metadata;
  const others = (id: number | undefined, name: string | undefined): boolean =>
    (id ?? 0) !== 0 || (name ?? 'root') !== 'root';
  return others(uid, uname) || others(gid, gname);
}

/**
 * Whether a file is what another way of packaging leaves out: a note that the package has on itself. Never what hides in
 * an archive around its members, what runs with another's rights, or what is run at installation: a script changes the
 * system that it is installed to as files do. So the notes are known by name, and anything else counts.
 */
export function isPackageNote(member: Member): boolean {
  const { metadata, role, path } = member;
  if (role !== 'package' || metadata.type !== 'file' || ((metadata.mode ?? 0) & SPECIAL_BITS) !== 0)
    return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return NOTE.test(name) || (name === 'triggers' && onlyUpdatesLinkerCache(member));
}

/**
 * deb(5), deb-control(5): not the maintainer scripts, nor what debconf reads. rpm: not its scriptlets. Arch: not
 * `.INSTALL`. `install.sh` and `uninstall.sh` are those of rust-installer, the same in every component of a release.
 */
const NOTE = new RegExp(
  `^(?:${[
    'debian-binary|control|md5sums|sha256sums|shlibs|symbols',
    'lead|signature|header',
    '\\.PKGINFO|\\.BUILDINFO|\\.MTREE|\\.CHANGELOG|\\.SIGN\\.[^/]+',
    'manifest\\.in|components|rust-installer-version|version|git-commit-hash|git-commit-info|builder-config',
    'install\\.sh|README\\.md|COPYRIGHT|LICENSE-[\\w-]+',
    'manifest-[^/]+|install\\.log|uninstall\\.sh|multirust-[^/]+',
  ].join('|')})$`,
);

/**
 * Whether a package's triggers do no more than what dh_makeshlibs writes for every shared library: that ldconfig is to be
 * run. deb-triggers(5); any other line runs a script of this package or of another one.
 */
function onlyUpdatesLinkerCache({ content, size }: Member): boolean {
  if (content === undefined || size > TRIGGERS_MAX) return false;
  try {
    const bytes = openBytes(content);
    try {
      const lines = bytes.read(0, bytes.length).toString('latin1').split('\n');
      return lines.every((line) =>
        /^[ \t]*(?:#.*)?$|^activate(?:-noawait|-await)?[ \t]+ldconfig[ \t]*$/.test(line),
      );
    } finally {
      bytes.close();
    }
  } catch {
    // That it cannot be read is told where it is digested.
    return false;
  }
}

/** Bytes; those of libstd-rust have 97. */
const TRIGGERS_MAX = 64 * 1024;
