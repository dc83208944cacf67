import type { InputSummary } from '../artefact/input.js';
import { cleanName, type Strangeness } from '../artefact/layout/clean.js';
import { type LayoutFinding, placeMembers } from '../artefact/layout/layout.js';
import { seenFrom } from '../artefact/layout/roots.js';
import type { Member, RawMember } from '../artefact/member.js';
import { printableName } from '../artefact/name.js';
import { InputError } from '../error.js';

/** A member and where it goes in the prefix. */
export interface PlacedMember {
  readonly member: Member;
  /** Relative, `/` between parts, no empty, `.` or `..` parts. */
  readonly path: string;
}

export interface PrefixPlacing {
  readonly placed: readonly PlacedMember[];
  readonly notes: string[];
}

/**
 * Where each member of a root goes in a prefix. That is its place in the canonical sysroot (docs/layouts.md), but
 * that packages of distributions keep their own directories of libraries: their rustc looks for its driver in
 * `lib/<multiarch>` or `lib64`, and their links lead there.
 * @throws InputError for names that lead out of the archive, or two members in one place
 */
export function placeInPrefix(raw: readonly RawMember[], inputs: readonly InputSummary[]): PrefixPlacing {
  const placement = placeMembers(raw, inputs);
  assertOrdinary(placement, inputs);
  const { members, layouts } = placement;
  const placed: PlacedMember[] = [];
  const outside: string[] = [];
  const leading: string[] = [];
  let records = 0;
  for (const member of members) {
    const path = pathInPrefix(member, layouts[member.input]);
    if (member.role === 'package') records += 1;
    else if (path === undefined) outside.push(member.name);
    else if (leadsOut(path, member)) leading.push(member.name);
    else if (path !== '') placed.push({ member, path });
  }
  assertDistinct(placed, inputs);
  const notes: string[] = [];
  if (records > 0) notes.push(`${records} files of package metadata were left out`);
  if (outside.length > 0) notes.push(`members outside of usr were left out: ${examples(outside)}`);
  if (leading.length > 0)
    notes.push(`links that lead out of the root, or may, were left out: ${examples(leading)}`);
  return { placed, notes };
}

/**
 * A link stays inside when it only climbs before it descends, and not above the top: every directory of the prefix
 * is a real one, so that climbing goes where the text says, and what it descends through can only be links that stay
 * inside themselves. Climbing after a descent (`a/../..`) may start from wherever a link led.
 */
export function leadsOut(path: string, { metadata }: Member): boolean {
  if (metadata.type !== 'symlink') return false;
  const target = metadata.linkTarget ?? '';
  if (target === '' || target.startsWith('/') || target.includes('\0')) return true;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const descent = parts.findIndex((part) => part !== '..');
  const climbs = descent === -1 ? parts.length : descent;
  return climbs > path.split('/').length - 1 || parts.slice(climbs).includes('..');
}

/** @throws InputError for a name that is absolute, leads upwards, holds a NUL, or is that of the top and no directory */
export function assertOrdinary(
  { members, strange }: Pick<ReturnType<typeof placeMembers>, 'members' | 'strange'>,
  inputs: readonly InputSummary[],
): void {
  const [odd] = strange.filter(
    ({ what, member }) => what !== 'empty' || members[member]?.metadata.type !== 'directory',
  );
  const member = members[odd?.member ?? -1];
  if (odd === undefined || member === undefined) return;
  throw new InputError(
    `${ODD[odd.what]}: what holds such a member is not laid down`,
    whereOf(member, inputs),
  );
}

const ODD = {
  absolute: 'its name starts with "/"',
  'dot-dot': 'its name has ".." parts',
  nul: 'its name holds a NUL byte',
  empty: 'its name is empty',
} as const satisfies Record<Strangeness, string>;

function pathInPrefix(member: Member, layout: LayoutFinding | undefined): string | undefined {
  if (layout === undefined || (layout.id !== 'debian' && layout.id !== 'rpm' && layout.id !== 'arch'))
    return member.path;
  const { type } = member.metadata;
  const name = cleanName(member.name, type).path;
  const path = seenFrom(layout.prefix, name, type === 'directory');
  return path === name && name !== '' ? undefined : path;
}

/** Directories may be told by any number of archives; anything else is there once. @throws InputError */
export function assertDistinct(placed: readonly PlacedMember[], inputs: readonly InputSummary[]): void {
  const seen = new Map<string, Member>();
  for (const { member, path } of placed) {
    const before = seen.get(path);
    if (before !== undefined && !(isDirectory(before) && isDirectory(member))) {
      const other = inputs[before.input]?.file ?? '';
      const from = before.input === member.input ? '' : `, also from ${printableName(other)}`;
      throw new InputError(
        `two members belong at ${printableName(path)}${from}`,
        whereOf(member, inputs),
        'give each part of the root once',
      );
    }
    seen.set(path, member);
  }
  for (const { member, path } of placed) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const above = seen.get(path.slice(0, end));
      if (above !== undefined && !isDirectory(above)) {
        throw new InputError(
          `it lies below ${printableName(path.slice(0, end))}, which is no directory`,
          whereOf(member, inputs),
        );
      }
    }
  }
}

function isDirectory({ metadata }: Member): boolean {
  return metadata.type === 'directory';
}

function examples(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => printableName(name));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** A member as errors name it. */
export function whereOf(
  member: Member,
  inputs: readonly InputSummary[],
): { readonly file: string | undefined; readonly member: readonly string[] } {
  return { file: inputs[member.input]?.file, member: [...member.via, member.name] };
}
