import { closeSync } from 'node:fs';
import { type Bytes, openBytes } from '../artefact/bytes.js';
import { type Identity, identify } from '../artefact/identity.js';
import type { IngestedInput, InputSummary } from '../artefact/input.js';
import { type LayoutFinding, placeMembers } from '../artefact/layout/layout.js';
import { placementNotes } from '../artefact/layout/notes.js';
import { LIMIT_OPTIONS, type Limits } from '../artefact/limits.js';
import { listedMembers } from '../artefact/listed-member.js';
import type { Member, RawMember } from '../artefact/member.js';
import { packedMembers } from '../artefact/packed-member.js';
import { InputError, LimitError, type Trouble, toTrouble } from '../error.js';
import type { SideReport } from '../report/model.js';
import type { SideIntroduction } from './event.js';
import type { Exclusion } from './exclusion.js';

/** One artefact, read: its members in their places, and what could not be read of it. */
export interface Side {
  readonly label: string;
  readonly inputs: readonly InputSummary[];
  readonly layouts: readonly LayoutFinding[];
  readonly identity: Identity;
  readonly members: readonly Member[];
  readonly notes: readonly string[];
  readonly troubles: readonly Trouble[];
  readonly excluded: readonly { readonly path: string; readonly pattern: string }[];
}

/** Puts the inputs of one side together. */
export function assembleSide(
  label: string,
  inputs: readonly IngestedInput[],
  exclusion: Exclusion,
  limits: Limits,
): Side {
  const raw = rawMembers(inputs, limits);
  const troubles: Trouble[] = inputs.flatMap((input) => input.troubles);
  if (raw.length === 0 && troubles.length === 0) {
    const file = inputs.map((input) => input.summary.file).join(', ');
    troubles.push(toTrouble(new InputError('there is nothing in it to compare', { file })));
  }
  const summaries = inputs.map((input) => input.summary);
  const placement = placeMembers(raw, summaries);
  const { kept, excluded } = exclusion.apply(placement.members);
  const identity = identify(placement.members, (member) => openMember(member, summaries));
  const notes = placementNotes(placement);
  return {
    label,
    inputs: summaries,
    layouts: placement.layouts,
    identity,
    members: kept,
    notes,
    troubles,
    excluded,
  };
}

/**
 * The members of all inputs of one artefact, in the order of the inputs, not yet in their places.
 * @throws LimitError when there are more than `limits.members`
 */
export function rawMembers(inputs: readonly IngestedInput[], limits: Limits): RawMember[] {
  const raw: RawMember[] = [];
  for (const [index, input] of inputs.entries()) {
    for (const member of input.members) raw.push(member);
    if (input.listing !== undefined)
      for (const member of listedMembers(input.listing, index)) raw.push(member);
    if (input.packed !== undefined) for (const member of packedMembers(input.packed, index)) raw.push(member);
  }
  if (raw.length > limits.members) {
    const what = `the ${inputs.length} inputs hold more than ${limits.members} members together`;
    throw new LimitError(what, LIMIT_OPTIONS.members, { file: inputs[0]?.summary.file });
  }
  return raw;
}

/** What of a side stands in the report. */
export function sideReport(side: Side): SideReport {
  const introduction = introduce(side);
  let bytes = 0;
  for (const member of side.members) bytes += member.size;
  return { ...introduction, members: { ...introduction.members, bytes } };
}

/** The same as far as it is known before any file is opened. */
export function introduce(side: Side): SideIntroduction {
  const { label, inputs, layouts, identity, notes } = side;
  const members = { files: 0, directories: 0, symlinks: 0, others: 0, packageMetadata: 0 };
  for (const { metadata, role } of side.members) {
    if (metadata.type === 'file') members.files += 1;
    else if (metadata.type === 'directory') members.directories += 1;
    else if (metadata.type === 'symlink') members.symlinks += 1;
    else members.others += 1;
    if (role === 'package') members.packageMetadata += 1;
  }
  return { label, inputs, layouts, identity, members, notes };
}

function openMember(member: Member, inputs: readonly InputSummary[]): Bytes {
  if (member.content === undefined) {
    throw new InputError('it has no content', { file: inputs[member.input]?.file, member: [member.name] });
  }
  return openBytes(member.content);
}

/** Frees the disk that the contents out of archives take. */
export function closeInputs(inputs: readonly IngestedInput[]): void {
  for (const { spoolFd } of inputs) if (spoolFd !== undefined) closeSync(spoolFd);
}
