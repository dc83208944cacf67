import { buildDepends } from './build-depends.js';
import { builtBy } from './built-by.js';
import { bundledStage0 } from './bundled-stage0.js';
import type { Ancestor, Ancestry, Evidence, EvidenceStanding, Findings } from './evidence.js';
import { factsOf, firstOf, hasCommit, type RootFacts } from './root-facts.js';
import type { SourceFacts } from './source.js';
import { linkSources } from './sources-link.js';
import { upstreamLayout } from './upstream-layout.js';

/** Where a root comes from, with all that speaks for it and against it. */
export interface AncestryFinding {
  readonly kind: Ancestry;
  /** How well it stands: no better than the weakest of what it rests on. Absent where it is unknown. */
  readonly standing?: EvidenceStanding | undefined;
  /** Why, as a sentence without a full stop. */
  readonly why: string;
  readonly evidence: readonly Evidence[];
  /** What it is and what it is known to descend from, nearest first. */
  readonly lineage: readonly Ancestor[];
}

/** Judges where a root comes from by its files, and by its sources where they are given. */
export function ancestryOf(root: RootFacts, source?: SourceFacts): AncestryFinding {
  const own = [upstreamLayout(root), builtBy(root)];
  const self = selfOf(root);
  if (source === undefined) return judge(merged(own), self, 'checked');
  const link = linkSources(root, source);
  const linked: Findings = { evidence: link.evidence, ancestors: [] };
  if (link.standing === 'none') return judge(merged([...own, linked]), self, 'checked');
  const theirs = descended(merged([bundledStage0(source), buildDepends(source)]), link.standing);
  return judge(merged([...own, linked, theirs]), self, link.standing);
}

/**
 * Facts that speak for more than one ancestry leave it unknown: it is not for a program to believe one of two
 * contradictory statements. But files that a signature makes upstream's are upstream's, whatever else they say.
 */
function judge({ evidence, ancestors }: Findings, self: Ancestor[], link: EvidenceStanding): AncestryFinding {
  const lineage = [...self, ...ancestors];
  const unknown = (why: string): AncestryFinding => ({ kind: 'unknown', why, evidence, lineage });
  const speaking = evidence.filter(({ supports }) => supports !== undefined);
  const against = speaking.find(({ supports }) => supports === 'unknown');
  if (against !== undefined) return unknown(against.says);
  const vouched = speaking.filter(({ kind }) => kind === 'vouched');
  const deciding = vouched.length > 0 ? vouched : speaking;
  const kinds = [...new Set(deciding.flatMap(({ supports }) => supports ?? []))];
  const [kind = 'unknown'] = kinds;
  if (kinds.length > 1)
    return unknown(`its evidence contradicts itself: it speaks for ${kinds.join(' and for ')}`);
  if (kind === 'unknown') return unknown('nothing that was given says where it comes from');
  const checked =
    deciding.some(({ standing }) => standing === 'checked') && (link === 'checked' || vouched.length > 0);
  return { kind, standing: checked ? 'checked' : 'told', why: WHY[kind], evidence, lineage };
}

const WHY = {
  chain: 'it was built by an earlier package',
  upstream: "it is a binary of the Rust project's own releases",
  reset: "its chain was started again from upstream's binary",
  independent: 'it was begun with a compiler that rustc did not build',
} as const satisfies Record<Exclude<Ancestry, 'unknown'>, string>;

/** What the root itself is known by to those that descend from it. */
function selfOf(root: RootFacts): Ancestor[] {
  const digests = root.inputs.flatMap(({ check }) => (check === undefined ? [] : [`sha256:${check.sha256}`]));
  const packages = factsOf(root, 'package').filter(({ value }) => /^rustc/.test(value));
  const version = firstOf(root, 'version');
  const keys = [
    ...digests,
    ...packages.map(({ value }) => `package:${value}`),
    ...(hasCommit(version) ? [`rustc:${version}`] : []),
  ];
  return keys.length === 0 ? [] : [{ what: SELF, standing: 'checked', keys }];
}

/** The first of a lineage, where the root is known by something. */
export const SELF = 'the root itself';

/** Ancestors that sources name are those of the root as surely as the sources are its own. */
function descended({ evidence, ancestors }: Findings, link: EvidenceStanding): Findings {
  const standing = (own: EvidenceStanding): EvidenceStanding => (link === 'checked' ? own : 'told');
  return { evidence, ancestors: ancestors.map((one) => ({ ...one, standing: standing(one.standing) })) };
}

function merged(all: readonly Findings[]): Findings {
  return {
    evidence: all.flatMap(({ evidence }) => evidence),
    ancestors: all.flatMap(({ ancestors }) => ancestors),
  };
}
