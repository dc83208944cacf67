import type { RawMember } from '../member.js';
import type { PlacedInput } from './layout.js';
import { type Placement, placeMembers } from './layout.js';

/** A member as a container tells it: a name with a `/` at its end is a directory, one with ` -> ` a symlink. */
export function rawMember(text: string, over: Partial<RawMember> = {}): RawMember {
  const [name = '', linkTarget] = text.split(' -> ');
  const type = linkTarget !== undefined ? 'symlink' : name.endsWith('/') ? 'directory' : 'file';
  return {
    name,
    input: 0,
    via: [],
    role: 'content',
    metadata: { type, linkTarget },
    size: type === 'file' ? 1 : 0,
    ...over,
  };
}

/** One archive with these members. */
export function placeTarball(file: string, names: readonly string[]): Placement {
  return placeInputs([{ file, kind: 'archive', containers: ['xz', 'tar'] }], [names]);
}

export function placeDirectory(file: string, names: readonly string[]): Placement {
  return placeInputs([{ file, kind: 'directory', containers: [] }], [names]);
}

/** One .deb: `control` of its control archive, `data` of its data archive. */
export function placeDebs(
  debs: readonly {
    readonly file: string;
    readonly control: readonly string[];
    readonly data: readonly string[];
  }[],
): Placement {
  const members = debs.flatMap(({ control, data }, input) => [
    rawMember('debian-binary', { input, role: 'package' }),
    ...control.map((name) => rawMember(name, { input, role: 'package', via: ['control.tar.xz'] })),
    ...data.map((name) => rawMember(name, { input, via: ['data.tar.xz'] })),
  ]);
  return placeMembers(
    members,
    debs.map(({ file }) => ({ file, kind: 'archive', containers: ['deb', 'xz', 'tar', 'xz', 'tar'] })),
  );
}

export function placeInputs(
  inputs: readonly PlacedInput[],
  names: readonly (readonly string[])[],
): Placement {
  return placeMembers(
    names.flatMap((own, input) => own.map((name) => rawMember(name, { input }))),
    inputs,
  );
}

/** `path` of every member, package metadata with a `#` in front. */
export function paths(placement: Placement): string[] {
  return placement.members.map(({ path, role }) => (role === 'package' ? `#${path}` : path));
}
