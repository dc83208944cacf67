import type { MemberType } from '../container/container.js';

/** What an honest packer does not write. Such a member is still compared; its name is told. */
export type Strangeness = 'absolute' | 'dot-dot' | 'nul' | 'empty';

export interface CleanName {
  /** Relative, `/` between parts, no `.`, `..` or empty parts; empty for the top directory. */
  readonly path: string;
  readonly strange: readonly Strangeness[];
}

/**
 * A name as stored, resolved as text: `./` and `/` at its start and `/` at its end are taken off, and a `..` takes
 * back the part before it, at the top nothing. A name is never looked up on a disk.
 */
export function cleanName(name: string, type: MemberType): CleanName {
  const nul = name.includes('\0');
  if (!nul && !ODD_PART.test(name)) return { path: name, strange: [] };
  const strange: Strangeness[] = [];
  if (nul) strange.push('nul');
  if (name.startsWith('/')) strange.push('absolute');
  const parts: string[] = [];
  let climbs = false;
  for (const part of name.split('/')) {
    if (part === '..') {
      climbs = true;
      parts.pop();
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  if (climbs) strange.push('dot-dot');
  if (name === '' || (parts.length === 0 && type !== 'directory')) strange.push('empty');
  return { path: parts.join('/'), strange };
}

/** A part that is empty, `.` or `..`. */
const ODD_PART = /(?:^|\/)\.{0,2}(?:\/|$)/;
