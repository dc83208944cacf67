import type { Evidence, Findings } from './evidence.js';
import { FROM_TARBALL, factsOf, hasCommit, type RootFacts } from './root-facts.js';

/** What mrustc's makefiles write into the compilers that they build (CFG_VERSION in its run_rustc/Makefile). */
const MRUSTC = /-mrustc\b/;

/**
 * What the driver names as the compiler that compiled it (`.comment`, `.rustc`), and what the root's own version says.
 * A released compiler is the second stage: it was compiled by its own version, and the root that compiled the first
 * has left no name in it.
 */
export function builtBy(root: RootFacts): Findings {
  const evidence: Evidence[] = [];
  const ancestors: Findings['ancestors'][number][] = [];
  const own = factsOf(root, 'version').map(({ value }) => value);
  for (const { value, from } of factsOf(root, 'built-by')) {
    const version = value.replace(/^rustc (?:version )?/, '');
    const place = { file: root.fileOf(from), member: [from] };
    if (own.includes(version)) {
      const says = `the driver was compiled by its own version ${version}: a second stage, which does not name the root of the first`;
      evidence.push({ kind: 'built-by', standing: 'told', says, ...place });
      continue;
    }
    if (own.length === 0) {
      // Without std nothing tells what the root itself is.
      const says = `the driver was compiled by rustc ${version}; whether that is its own version the files do not say`;
      evidence.push({ kind: 'built-by', standing: 'told', says, ...place });
      continue;
    }
    const supports = ancestryOf(version, own);
    const says = `the driver was compiled by another compiler: rustc ${version}`;
    evidence.push({
      kind: MRUSTC.test(version) ? 'mrustc' : 'built-by',
      ...(supports !== undefined && { supports }),
      standing: 'told',
      says,
      ...place,
    });
    ancestors.push({ what: `rustc ${version}`, standing: 'told', keys: keysOf(version) });
  }
  for (const { value, from } of factsOf(root, 'version')) {
    const place = { file: root.fileOf(from), member: [from] };
    if (MRUSTC.test(value)) {
      const says = `its version is ${value}, as mrustc's makefiles have it`;
      evidence.push({ kind: 'mrustc', supports: 'independent', standing: 'told', says, ...place });
    } else if (value.includes(FROM_TARBALL)) {
      const says = `its version says "${FROM_TARBALL.slice(1, -1)}", which upstream's own releases do not`;
      evidence.push({ kind: 'version-string', standing: 'told', says, ...place });
    }
  }
  return { evidence, ancestors };
}

function ancestryOf(builder: string, own: readonly string[]): Evidence['supports'] {
  if (MRUSTC.test(builder)) return 'independent';
  const packaged = own.some((version) => version.includes(FROM_TARBALL) || !hasCommit(version));
  if (!packaged) return undefined;
  return builder.includes(FROM_TARBALL) || !hasCommit(builder) ? 'chain' : 'reset';
}

/** Keys by which a compiler of this version is known. */
export function keysOf(version: string): string[] {
  if (MRUSTC.test(version)) return [`rustc:${version}`];
  if (!hasCommit(version)) return [];
  const release = /^\d+\.\d+\.\d+/.exec(version)?.[0];
  const upstream = version.includes(FROM_TARBALL) || release === undefined ? [] : [`upstream:${release}`];
  return [`rustc:${version}`, ...upstream];
}
