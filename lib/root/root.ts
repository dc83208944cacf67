import type { Identity } from '../artefact/identity.js';
import { inspectInput } from '../artefact/input.js';
import { exclusionOf } from '../comparison/exclusion.js';
import { assembleSide, type Side } from '../comparison/side.js';
import { InputError, type Trouble, UsageError } from '../error.js';
import { type AncestryFinding, ancestryOf } from './ancestry/ancestry.js';
import { type RootRelation, relationsOf } from './ancestry/relation.js';
import type { RootInput } from './ancestry/root-facts.js';
import type { SourceFacts } from './ancestry/source.js';
import { readSources } from './ancestry/source-reading.js';
import { prefixOf, toolchainAt, toolchainParts } from './prefix.js';
import { openInputs, type RootReadOptions } from './reading.js';
import { assertSigned, type FileCheck } from './signature/file-check.js';
import { digestFile } from './signature/file-digest.js';
import { type TrustOptions, Verifier } from './signature/verifier.js';
import { digestTree } from './tree-digest.js';

/** One root as it is named: its files, and the sources that it was built from where they are at hand. */
export interface RootSpec {
  readonly name: string;
  readonly paths: readonly string[];
  readonly sources?: readonly string[] | undefined;
}

export interface InspectRootOptions extends RootReadOptions, TrustOptions {
  /** Refuse every file that no signature makes good, before it is opened further. */
  readonly requireSignature?: boolean | undefined;
}

/** What a root is and where it comes from. */
export interface RootReport {
  readonly name: string;
  readonly inputs: readonly RootInputReport[];
  readonly identity: Identity;
  /** What of a toolchain it has. */
  readonly holds: Holdings;
  /** Of a root that is one directory: the digest of the toolchain in it, as `digestTree` takes it. */
  readonly treeDigest?: string | undefined;
  readonly ancestry: AncestryFinding;
  readonly sources?: SourceReport | undefined;
  readonly notes: readonly string[];
  readonly troubles: readonly Trouble[];
}

export interface Holdings {
  readonly rustc: boolean;
  readonly cargo: boolean;
  /** Targets that it has a std for, sorted. */
  readonly std: readonly string[];
}

export interface RootInputReport extends RootInput {
  /** Codecs and containers, outermost first. */
  readonly containers: readonly string[];
}

/** What was read of the sources. */
export interface SourceReport {
  readonly paths: readonly string[];
  readonly version?: string | undefined;
  /** Archives of a compiler that come with them. */
  readonly bundled: SourceFacts['bundled'];
  readonly checks: readonly FileCheck[];
  readonly notes: readonly string[];
}

export interface RootInspection {
  readonly roots: readonly RootReport[];
  /** Of each two of them. */
  readonly relations: readonly RootRelation[];
}

/**
 * Says what roots are and where they come from, and what each two of them share.
 * @throws InputError for files that cannot be read, and with `requireSignature` for those that no signature makes good
 */
export async function inspectRoots(
  specs: readonly RootSpec[],
  options: InspectRootOptions = {},
): Promise<RootInspection> {
  if (specs.length === 0) throw new UsageError('no root is given');
  const verifier = await Verifier.create(options);
  const all = specs.flatMap(({ paths }) => paths);
  verifier.assertSignaturesUsed(all);
  const roots: RootReport[] = [];
  for (const spec of specs) roots.push(await inspectRoot(spec, verifier, options));
  return { roots, relations: relationsOf(roots) };
}

async function inspectRoot(
  spec: RootSpec,
  verifier: Verifier,
  options: InspectRootOptions,
): Promise<RootReport> {
  const checks = await checkFiles(spec, verifier, options);
  const sources =
    (spec.sources ?? []).length === 0 ? undefined : await readSources(spec.sources ?? [], options, verifier);
  const open = await openInputs(spec.paths, { ...options, digest: 'sha256' });
  try {
    const side = assembleSide(spec.name, open.inputs, exclusionOf([]), open.limits);
    await assertVerified(side, checks, options);
    const inputs = side.inputs.map(({ file, kind, containers }, i): RootInputReport => {
      const check = checks.get(file);
      return {
        file,
        kind,
        containers,
        layout: side.layouts[i]?.id ?? 'plain',
        ...(check !== undefined && { check }),
      };
    });
    const troubles = [...side.troubles, ...side.identity.unread];
    const found = ancestryOf({ inputs, identity: side.identity, fileOf: fileFinder(side) }, sources);
    const ancestry = troubles.length === 0 ? found : unread(found);
    const treeDigest = await treeDigestOf(spec, options);
    return {
      name: spec.name,
      inputs,
      identity: side.identity,
      holds: holdingsOf(side),
      ...(treeDigest !== undefined && { treeDigest }),
      ancestry,
      ...(sources !== undefined && { sources: sourceReport(sources) }),
      notes: side.notes,
      troubles,
    };
  } finally {
    open.close();
  }
}

/** @throws InputError where what was read is not what was verified */
async function assertVerified(
  { inputs }: Side,
  checks: ReadonlyMap<string, FileCheck>,
  { signal }: InspectRootOptions,
): Promise<void> {
  for (const { file, kind, digest } of inputs) {
    const check = checks.get(file);
    // A plain file is not digested as it is listed; a damaged archive has no digest, and its trouble is told.
    const now = kind === 'file' ? (await digestFile(file, signal)).sha256 : digest;
    if (check !== undefined && now !== undefined && now !== check.sha256)
      throw new InputError('the file changed after it was verified', { file });
  }
}

/** What was read may speak for one thing, and what was not for another. */
function unread({ evidence, lineage }: AncestryFinding): AncestryFinding {
  return { kind: 'unknown', why: 'a part of the root could not be read', evidence, lineage };
}

function holdingsOf({ members }: Side): Holdings {
  const std = new Set<string>();
  const programs = new Set<string>();
  for (const { path, metadata } of members) {
    if (metadata.type === 'directory') continue;
    if (path.startsWith('bin/')) programs.add(path);
    const target = /^lib\/rustlib\/([^/]+)\/lib\/libstd-[^/]+$/.exec(path)?.[1];
    if (target !== undefined) std.add(target);
  }
  return { rustc: programs.has('bin/rustc'), cargo: programs.has('bin/cargo'), std: [...std].sort() };
}

/** A root as far as a plan needs it: read, but neither verified nor asked where it comes from. */
export async function surveyRoot(
  { name, paths }: RootSpec,
  options: RootReadOptions = {},
): Promise<Pick<RootReport, 'name' | 'identity' | 'holds' | 'troubles'>> {
  const open = await openInputs(paths, options);
  try {
    const side = assembleSide(name, open.inputs, exclusionOf([]), open.limits);
    const { identity, troubles } = side;
    return { name, identity, holds: holdingsOf(side), troubles: [...troubles, ...identity.unread] };
  } finally {
    open.close();
  }
}

/** Facts name a member by its place in the sysroot, or by the names on the way to it; that tells the input. */
function fileFinder({ members, inputs }: Side): (from: string) => string {
  const files = new Map<string, string>();
  for (const { path, via, name, input } of members) {
    const file = inputs[input]?.file ?? '';
    for (const key of [[...via, name].join(', '), path]) if (!files.has(key)) files.set(key, file);
  }
  return (from) => {
    for (let end = from.length; end > 0; end = from.lastIndexOf(', ', end - 1)) {
      const file = files.get(from.slice(0, end));
      if (file !== undefined) return file;
    }
    return inputs.map(({ file }) => file).join(', ');
  };
}

/** Checks every file of a root; directories have nothing that a signature could be of. */
async function checkFiles(
  spec: RootSpec,
  verifier: Verifier,
  options: InspectRootOptions,
): Promise<Map<string, FileCheck>> {
  const checks = new Map<string, FileCheck>();
  for (const path of spec.paths) {
    if (inspectInput(path) === 'directory') {
      if (options.requireSignature === true)
        throw new InputError(
          'a directory bears no signature',
          { file: path },
          'name the signed archives that it was made of',
        );
      continue;
    }
    const check = await verifier.check(path);
    if (options.requireSignature === true) assertSigned(check);
    checks.set(path, check);
  }
  return checks;
}

async function treeDigestOf({ paths }: RootSpec, options: InspectRootOptions): Promise<string | undefined> {
  const [only] = paths;
  if (only === undefined || paths.length > 1 || inspectInput(only) !== 'directory') return undefined;
  const prefix = prefixOf(only) ?? only;
  toolchainAt(prefix); // which refuses rustup's own rustc
  const { limits, signal } = options;
  return (await digestTree(prefix, { limits, signal, only: toolchainParts(prefix) })).digest;
}

function sourceReport({ paths, version, bundled, checks, notes }: SourceFacts): SourceReport {
  return { paths, ...(version !== undefined && { version: version.text.trim() }), bundled, checks, notes };
}
