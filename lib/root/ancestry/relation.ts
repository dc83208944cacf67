import { parseVersion, versionText } from '../version-rule.js';
import { type AncestryFinding, SELF } from './ancestry.js';
import type { Ancestor, EvidenceStanding } from './evidence.js';

/** Something that two roots both are or descend from: a trojan in it would be in both. */
export interface SharedAncestor {
  readonly what: string;
  readonly standing: EvidenceStanding;
  /** What the two have in common: `sha256:…`, `upstream:1.84.0`, … */
  readonly key: string;
}

/** Two roots and what they share. Nothing shared means that nothing is known to be, not that nothing is. */
export interface RootRelation {
  readonly a: string;
  readonly b: string;
  readonly shared: readonly SharedAncestor[];
}

interface Named {
  readonly name: string;
  readonly ancestry: Pick<AncestryFinding, 'lineage'>;
}

/** The relations of each two roots. */
export function relationsOf(roots: readonly Named[]): RootRelation[] {
  return roots.flatMap((a, i) =>
    roots.slice(i + 1).map((b) => ({ a: a.name, b: b.name, shared: sharedOf(a, b) })),
  );
}

function sharedOf(a: Named, b: Named): SharedAncestor[] {
  const shared: SharedAncestor[] = [];
  for (const x of a.ancestry.lineage) {
    for (const y of b.ancestry.lineage) {
      const bothSelf = x.what === SELF && y.what === SELF;
      // Two packages of one name, and two compilers of one version, may well be of different make.
      const key = x.keys.find(
        (one) => y.keys.includes(one) && !(bothSelf && /^(?:package|rustc):/.test(one)),
      );
      if (key === undefined || shared.some((one) => one.key === key)) continue;
      shared.push({ what: sentence(x, y, a, b), standing: weaker(x, y), key });
      break; // What it has in common with the ancestors of that one follows.
    }
  }
  return shared.length > 0 ? shared : upstreamLine(a, b);
}

function sentence(x: Ancestor, y: Ancestor, a: Named, b: Named): string {
  if (x.what === SELF && y.what === SELF) return `${a.name} and ${b.name} have a file in common`;
  if (x.what === SELF) return `${b.name} descends from ${a.name}: ${y.what}`;
  if (y.what === SELF) return `${a.name} descends from ${b.name}: ${x.what}`;
  return `both come from ${x.what}`;
}

function weaker(x: Ancestor, y: Ancestor): EvidenceStanding {
  return x.standing === 'checked' && y.standing === 'checked' ? 'checked' : 'told';
}

/** The Rust project builds each release with the one before, so that of two of them the older is in both. */
function upstreamLine(a: Named, b: Named): SharedAncestor[] {
  const [x, y] = [oldestUpstream(a), oldestUpstream(b)];
  if (x === undefined || y === undefined) return [];
  const older = x.minor <= y.minor ? x : y;
  const version = versionText(older);
  return [
    {
      what: `both come from upstream's releases, each of which was built with the one before: ${version} is in both`,
      standing: 'told',
      key: `upstream:${version}`,
    },
  ];
}

function oldestUpstream({ ancestry }: Named) {
  const versions = ancestry.lineage
    .flatMap(({ keys }) => keys)
    .flatMap((key) =>
      key.startsWith('upstream:') ? (parseVersion(key.slice('upstream:'.length)) ?? []) : [],
    );
  return versions.sort((a, b) => a.major - b.major || a.minor - b.minor || a.patch - b.patch)[0];
}
