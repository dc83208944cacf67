import { type Bytes, openBytes } from '../artefact/bytes.js';
import type { Member } from '../artefact/member.js';
import { InputError } from '../error.js';
import { packageOf } from '../format/rmeta/package.js';
import { findRmeta } from '../format/rmeta.js';

/** The name of the crate in a library, out of its metadata; a file that has none, or a damaged one, has no name. */
export function crateNameOf(member: Member): string | undefined {
  return read(member, (bytes) => findRmeta(bytes)?.crate?.name);
}

/**
 * Package and version of the crate in a library (`regex-syntax-0.8.5`), where its source files tell. Each member is read
 * once, however often it is asked about.
 */
export function crateVersions(): (member: Member) => string | undefined {
  const known = new Map<Member, string | undefined>();
  return (member) => {
    if (!known.has(member)) known.set(member, read(member, packageOf));
    return known.get(member);
  };
}

function read<T>(member: Member, what: (bytes: Bytes) => T | undefined): T | undefined {
  if (member.content === undefined || !/\.(rlib|rmeta|so)$/.test(member.path)) return undefined;
  try {
    const bytes = openBytes(member.content);
    try {
      return what(bytes);
    } finally {
      bytes.close();
    }
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
