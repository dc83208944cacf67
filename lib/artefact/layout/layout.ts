import type { InputSummary } from '../input.js';
import { placedMember } from '../listed-member.js';
import type { Member, RawMember } from '../member.js';
import { type CleanName, cleanName, type Strangeness } from './clean.js';
import { layoutOf } from './registry.js';

export type LayoutId =
  | 'rust-dist'
  | 'installed'
  | 'debian'
  | 'rpm'
  | 'bootstrap'
  | 'arch'
  | 'crate'
  | 'plain';

/** What of an input a layout goes by. */
export interface PlacedInput extends Pick<InputSummary, 'file' | 'kind' | 'containers'> {
  /** Whether its side has no other: its file may then be called anything, there is nothing to tell it apart from. */
  readonly alone?: boolean | undefined;
}

/** How one input turned out to be laid out. `prefix` is the directory in it that was taken for the top; often empty. */
export interface LayoutFinding {
  readonly input: number;
  readonly id: LayoutId;
  readonly prefix: string;
}

/** A way to lay out files. It goes by names alone: no content is read before members have their places. */
export interface Layout {
  readonly id: LayoutId;
  /**
   * The rules for an input that is laid out in this way. `names` are those of its
   * content, cleaned, in stored order, without directories: a source tree has a directory `bin/cargo`, a sysroot a file.
   */
  detect(input: PlacedInput, names: readonly string[]): LayoutRules | undefined;
}

export interface LayoutRules {
  readonly prefix: string;
  place(member: CleanMember): Place;
}

/** A member with its name resolved textually: no `.`, `..` or empty parts, no `/` in front or behind. */
export interface CleanMember {
  readonly name: string;
  readonly raw: RawMember;
}

export interface Place {
  readonly path: string;
  readonly role: 'content' | 'package';
}

/** The members of one artefact in the canonical sysroot. Indices are of `members`, in the order they were given. */
export interface Placement {
  readonly members: readonly Member[];
  readonly layouts: readonly LayoutFinding[];
  /** Paths on which more than one input has a member that is not a directory. */
  readonly collisions: readonly Collision[];
  readonly strange: readonly StrangeName[];
}

export interface Collision {
  readonly path: string;
  /** All members at that path, at least two. */
  readonly members: readonly number[];
}

export interface StrangeName {
  readonly member: number;
  readonly what: Strangeness;
}

/**
 * Gives every member of an artefact its path in the canonical sysroot (docs/layouts.md). Each input is looked at
 * for itself; nothing is dropped and nothing is added.
 * @param inputs By index, what `RawMember.input` counts.
 */
export function placeMembers(members: readonly RawMember[], inputs: readonly PlacedInput[]): Placement {
  const strange: StrangeName[] = [];
  const clean = members.map((raw, member): CleanMember => {
    const cleaned: CleanName = cleanName(raw.name, raw.metadata.type);
    for (const what of cleaned.strange) strange.push({ member, what });
    return { name: cleaned.path, raw };
  });
  const found = findLayouts(clean, inputs);
  const seen = new Map<string, number>();
  const placed = clean.map((member): Member => {
    const { raw } = member;
    const { path, role } = rulesFor(raw, found).place(member);
    const occurrence = seen.get(path) ?? 0;
    seen.set(path, occurrence + 1);
    return placedMember(raw, { path, occurrence, role: raw.role === 'package' ? 'package' : role });
  });
  return {
    members: placed,
    layouts: found.map(({ id, rules }, input) => ({ input, id, prefix: rules.prefix })),
    collisions: findCollisions(placed),
    strange,
  };
}

interface Found {
  readonly id: LayoutId;
  readonly rules: LayoutRules;
}

function findLayouts(members: readonly CleanMember[], inputs: readonly PlacedInput[]): Found[] {
  const names: string[][] = inputs.map(() => []);
  for (const { name, raw } of members) {
    if (raw.role === 'content' && raw.metadata.type !== 'directory') names[raw.input]?.push(name);
  }
  const alone = inputs.length === 1;
  return inputs.map((input, index) => layoutOf({ ...input, alone }, names[index] ?? []));
}

function rulesFor(raw: RawMember, found: readonly Found[]): LayoutRules {
  const rules = found[raw.input]?.rules;
  if (rules === undefined) throw new RangeError(`a member of input ${raw.input}, of ${found.length} inputs`);
  return rules;
}

function findCollisions(members: readonly Member[]): Collision[] {
  const doubled = new Set(members.filter((member) => member.occurrence > 0).map((member) => member.path));
  const groups = new Map<string, number[]>();
  for (const [index, { path }] of members.entries()) {
    if (!doubled.has(path)) continue;
    const group = groups.get(path);
    if (group === undefined) groups.set(path, [index]);
    else group.push(index);
  }
  return [...groups]
    .map(([path, indices]) => ({ path, members: indices }))
    .filter((collision) => isCollision(collision, members));
}

function isCollision(collision: Collision, members: readonly Member[]): boolean {
  const group = collision.members.flatMap((index) => members[index] ?? []);
  const severalInputs = group.some((member) => member.input !== group[0]?.input);
  return severalInputs && group.some((member) => member.metadata.type !== 'directory');
}
