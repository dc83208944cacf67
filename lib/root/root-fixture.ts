import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { arFixture } from '../artefact/container/ar-fixture.js';
import {
  endOfArchive,
  gnuLongName,
  type TarFixtureMember,
  tarEntry,
} from '../artefact/container/tar-fixture.js';

/** A gzipped tar archive of these members. */
export function tarball(members: readonly TarFixtureMember[]): Buffer {
  const entries = members.flatMap((member) => {
    const name = String(member.name);
    return name.length > 100 ? [gnuLongName(name), tarEntry(member)] : [tarEntry(member)];
  });
  return gzipSync(Buffer.concat([...entries, endOfArchive]));
}

/** A file of a fixture; executable unless it is told otherwise where it lies in a `bin`. */
export function file(name: string, content: Uint8Array | string = name, mode?: number): TarFixtureMember {
  return { name, content, mode: mode ?? (/(?:^|\/)bin\//.test(name) ? 0o775 : 0o664) };
}

export function directory(name: string): TarFixtureMember {
  return { name: `${name}/`, typeflag: '5', mode: 0o700 };
}

export function symlink(name: string, linkname: string): TarFixtureMember {
  return { name, typeflag: '2', linkname, mode: 0o777 };
}

/** A component of upstream's dist server: `rustc-1.84.0-T` with the component `rustc`. */
export function distTarball(
  top: string,
  component: string,
  members: readonly TarFixtureMember[],
  topFiles: Readonly<Record<string, string>> = {},
): Buffer {
  return tarball([
    directory(top),
    file(`${top}/components`, `${component}\n`),
    file(`${top}/rust-installer-version`, '3\n'),
    ...Object.entries(topFiles).map(([name, content]) => file(`${top}/${name}`, content)),
    file(`${top}/${component}/manifest.in`, ''),
    ...members.map((member) => ({ ...member, name: `${top}/${component}/${String(member.name)}` })),
  ]);
}

/** A .deb with this control file and these members. */
export function debPackage(control: string, members: readonly TarFixtureMember[]): Buffer {
  return arFixture([
    { name: 'debian-binary', content: '2.0\n' },
    { name: 'control.tar.gz', content: tarball([file('./control', control)]) },
    { name: 'data.tar.gz', content: tarball(members) },
  ]);
}

/** Writes files into a folder and gives their paths in the same order. */
export function written(folder: string, files: Readonly<Record<string, Uint8Array | string>>): string[] {
  return Object.entries(files).map(([name, content]) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  });
}
