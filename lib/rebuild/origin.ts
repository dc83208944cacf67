import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../error.js';
import type { RootRelation } from '../root/ancestry/relation.js';
import { type PlannedRoot, planRoots, type RootPlan } from '../root/plan.js';
import { inspectRoots, type RootReport } from '../root/root.js';
import { assertSigned, type FileCheck } from '../root/signature/file-check.js';
import { verifyFiles } from '../root/signature/verify.js';
import { parseVersion, versionText } from '../root/version-rule.js';
import type { Experiment } from './experiment.js';
import type { Source } from './source.js';

/** What is known of where the roots and the sources come from. */
export interface Origin {
  readonly a: RootReport;
  readonly b: RootReport;
  readonly relation: RootRelation | undefined;
  /** Of sources that are an archive. */
  readonly source: FileCheck | undefined;
}

/**
 * Looks at the files of the roots before they are used.
 * @throws InputError where a signature is asked for and a file has no good one
 */
export async function originOf(experiment: Experiment, signal: AbortSignal): Promise<Origin> {
  const { roots, trust } = experiment;
  const source = await sourceCheck(experiment, signal);
  const specs = [roots.a, roots.b].map(({ name, paths, sources }) => ({
    name,
    paths,
    ...(sources.length > 0 && { sources }),
  }));
  const { roots: reports, relations } = await inspectRoots(specs, { ...trust, signal });
  const [a, b] = reports;
  if (a === undefined || b === undefined) throw new Error('two roots give two reports');
  return { a, b, relation: relations[0], source };
}

async function sourceCheck(
  { source, trust }: Experiment,
  signal: AbortSignal,
): Promise<FileCheck | undefined> {
  if (!source.isFile) {
    if (trust.requireSignature)
      throw new UsageError(
        `the sources ${source.given} are a directory, which bears no signature`,
        'name the signed archive that it was made of',
      );
    return undefined;
  }
  const { files } = await verifyFiles([source.path], { ...trust, signal });
  const [check] = files;
  if (trust.requireSignature && check !== undefined) assertSigned(check);
  return check;
}

/**
 * Sources of rustc build with a compiler of their own version or of the one before.
 * @throws UsageError that names the versions between, where a root is of another one
 */
export function assertVersionRule(experiment: Experiment, source: Source, origin: Origin): void {
  if (experiment.recipe.use !== 'bootstrap') return;
  const file = join(source.path, 'src/version');
  const version = existsSync(file) ? parseVersion(readFileSync(file, 'utf8')) : undefined;
  if (version === undefined)
    throw new UsageError(
      `${experiment.source.given} holds no sources of rustc: src/version tells no version`,
    );
  const planned = (side: 'a' | 'b'): PlannedRoot[] => {
    // What a root compiles with is its own, or that of the root whose rustc is held.
    const from = experiment.tools.rustc ?? side;
    const told = origin[from].identity.facts.version?.[0]?.value ?? '';
    const of = parseVersion(told);
    return of === undefined ? [] : [{ name: experiment.roots[from].name, version: of, lacks: [] }];
  };
  const { roots } = planRoots(version, [...planned('a'), ...planned('b')]);
  const unfit = roots.find(({ builds }) => !builds);
  if (unfit !== undefined) throw new UsageError(unfitText(unfit, versionText(version)), hintOf(unfit));
}

function unfitText({ root, version }: RootPlan, sources: string): string {
  return `the root ${root} is ${version}, and the sources of ${sources} build with that version or the one before`;
}

function hintOf({ fit, missing }: RootPlan): string {
  if (fit === 'too-new') return 'take an older root';
  return `build ${missing.join(', ')} first, or take a newer root; trustdiff root plan tells more`;
}
