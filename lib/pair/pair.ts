import type { Member } from '../artefact/member.js';
import { pairByContent } from './content-rule.js';
import { pairByCrate } from './crate-rule.js';
import { contentKey, hashKey, pathKey, versionKey } from './key.js';
import { pairByLikeness } from './likeness-rule.js';
import { Matching } from './matching.js';
import type { Sketch } from './sketch.js';

/** Why two members were put together, in the order in which the rules are tried (docs/layouts.md). */
export const PAIR_RULES = [
  'path',
  'only-file',
  'path-without-hash',
  'path-without-version',
  'crate-name',
  'crate-version',
  'content',
  'likeness',
  'last-left',
] as const;
export type PairRule = (typeof PAIR_RULES)[number];

/** Indices into the members of each side. */
export interface Pair {
  readonly a: number;
  readonly b: number;
  readonly rule: PairRule;
}

/** A member with nothing to compare it to. */
export interface Unpaired {
  readonly index: number;
  /** Set on a directory that its side stores more than once (each package brings its own `lib`): the first of them. */
  readonly repeats?: number | undefined;
}

/** Every member of either side is in exactly one of the three. All are in byte order of A's (onlyB: B's) path. */
export interface Pairing {
  readonly pairs: readonly Pair[];
  readonly onlyA: readonly Unpaired[];
  readonly onlyB: readonly Unpaired[];
}

/** What pairing may ask about contents. It asks only where names leave a choice, or a member is left over. */
export interface ContentLookup {
  /** The name of the crate that a library holds; undefined for anything else. */
  crateNameOf?(member: Member): string | undefined;
  /** Package and version of that crate (`regex-syntax-0.8.5`); undefined where nothing tells. Asked more than once. */
  crateVersionOf?(member: Member): string | undefined;
  /** Equal for two members if and only if their bytes are. Without it, `Member.digest` where that is known. */
  digestOf?(member: Member): string | undefined;
  /** What the contents are like; undefined where they cannot be read or are too large. */
  sketchOf?(member: Member): Sketch | undefined;
}

/**
 * Puts the members of two artefacts together. Only names that leave no choice make a pair: where several members
 * could be meant and neither the crate, nor equal bytes, nor clearly the most bytes in common decide, they stay unpaired.
 * A pair is only what is compared; no rule makes anything equal. Content pairs with content, package metadata with
 * package metadata. Swapping the sides swaps the result, and the order of members does not matter but among those at one
 * path. Takes time in proportion to the number of members.
 */
export function pairMembers(a: readonly Member[], b: readonly Member[], lookup: ContentLookup = {}): Pairing {
  const digestOf = lookup.digestOf?.bind(lookup) ?? ((member: Member) => member.digest);
  const matching = new Matching(a, b);
  matching.pairInStep();
  matching.pairUnique(pathKey, 'path');
  pairOnlyFiles(matching);
  matching.pairUnique(hashKey, 'path-without-hash');
  matching.pairUnique(versionKey, 'path-without-version');
  const versionOf = lookup.crateVersionOf?.bind(lookup) ?? (() => undefined);
  if (lookup.crateNameOf !== undefined) pairByCrate(matching, lookup.crateNameOf.bind(lookup), 'crate-name');
  pairByCrate(matching, versionOf, 'crate-version');
  pairByContent(matching, hashKey, digestOf);
  pairByContent(matching, contentKey, digestOf);
  if (lookup.sketchOf !== undefined) pairByLikeness(matching, lookup.sketchOf.bind(lookup), versionOf);
  matching.pairLastLeft(hashKey);
  return {
    pairs: matching.pairs(),
    onlyA: matching.unpaired('a').map((index) => unpaired(matching, 'a', index)),
    onlyB: matching.unpaired('b').map((index) => unpaired(matching, 'b', index)),
  };
}

/** Two artefacts of one file each are compared whatever the files are called. */
function pairOnlyFiles(matching: Matching): void {
  const [a, ...moreA] = matching.a.members;
  const [b, ...moreB] = matching.b.members;
  if (a === undefined || b === undefined || moreA.length > 0 || moreB.length > 0) return;
  const comparable = a.role === b.role && a.metadata.type === 'file' && b.metadata.type === 'file';
  if (comparable && matching.a.isFree(0)) matching.join(0, 0, 'only-file');
}

function unpaired(matching: Matching, side: 'a' | 'b', index: number): Unpaired {
  const repeats = matching[side].repeats(index);
  return { index, ...(repeats !== undefined && { repeats }) };
}
