import {
  fitOf,
  minorText,
  type RootFit,
  type RustVersion,
  versionsBetween,
  versionText,
} from './version-rule.js';

/** A root as far as a plan needs it. */
export interface PlannedRoot {
  readonly name: string;
  readonly version: RustVersion;
  /** What the root lacks of `rustc`, `std` and `cargo`; empty where only its version is known. */
  readonly lacks: readonly string[];
}

/** Where a chain would be given up: from here on what is built descends from another root. */
export interface Reset {
  /** The root that is taken instead. */
  readonly to: string;
  readonly version: string;
  /** Versions that then are not built, as `1.64`. */
  readonly skipped: readonly string[];
}

/** What one root can do for the sources. */
export interface RootPlan {
  readonly root: string;
  readonly version: string;
  readonly fit: RootFit;
  /** Whether its rustc and std can build the sources. Cargo may come from another root. */
  readonly builds: boolean;
  readonly lacks: readonly string[];
  /** Versions whose sources are to be built in between so that the chain holds, oldest first, as `1.64`. */
  readonly missing: readonly string[];
  /** Where the other roots would spare those builds: each ends this root's chain. */
  readonly resets: readonly Reset[];
}

export interface Plan {
  readonly sources: string;
  /** The version that the sources themselves name as their stage0, where they were given. */
  readonly stage0?: string | undefined;
  readonly roots: readonly RootPlan[];
  /** Whether at least two roots can build the sources: what an experiment needs. */
  readonly comparable: boolean;
}

/**
 * Which root can build the sources, by the version rule, and what the others are short of. A root that is too old
 * keeps its chain only by building every version in between from sources; taking another root on the way is a
 * reset, and a trojan in that root is then in all that follows.
 */
export function planRoots(sources: RustVersion, roots: readonly PlannedRoot[], stage0?: string): Plan {
  const plans = roots.map((root): RootPlan => {
    const fit = fitOf(root.version, sources);
    const missing = fit === 'too-old' ? versionsBetween(root.version, sources).map(minorText) : [];
    return {
      root: root.name,
      version: versionText(root.version),
      fit,
      builds: (fit === 'same' || fit === 'previous') && hasCompiler(root),
      lacks: root.lacks,
      missing,
      resets: fit === 'too-old' ? resetsOf(root, sources, roots) : [],
    };
  });
  return {
    sources: versionText(sources),
    ...(stage0 !== undefined && { stage0 }),
    roots: plans,
    comparable: plans.filter(({ builds }) => builds).length >= 2,
  };
}

function hasCompiler({ lacks }: PlannedRoot): boolean {
  return !lacks.includes('rustc') && !lacks.includes('std');
}

/** Other roots that stand between this one and the sources, the one that would spare least first. */
function resetsOf(root: PlannedRoot, sources: RustVersion, roots: readonly PlannedRoot[]): Reset[] {
  return roots
    .filter((other) => hasCompiler(other) && other.version.major === sources.major)
    .filter(({ version }) => version.minor > root.version.minor && version.minor <= sources.minor)
    .sort((a, b) => a.version.minor - b.version.minor)
    .map((other) => ({
      to: other.name,
      version: versionText(other.version),
      skipped: versionsBetween(root.version, sources)
        .filter(({ minor }) => minor <= other.version.minor)
        .map(minorText),
    }));
}
