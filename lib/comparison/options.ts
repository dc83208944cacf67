import { availableParallelism, tmpdir } from 'node:os';
import { DIGEST_ALGORITHMS, type DigestAlgorithm } from '../artefact/digest.js';
import { compileGlob, GlobError } from '../artefact/glob.js';
import { DEFAULT_LIMITS, type Limits } from '../artefact/limits.js';
import { UsageError } from '../error.js';
import { type MaskFile, masksOf } from '../explain/user-mask.js';
import { MASKABLE_FIELDS, type MaskableField } from '../pair/metadata.js';
import { FAIL_ON, type FailOn } from '../verdict/verdict.js';
import { assertOtherBuild } from './own-control.js';

/** What to compare and how. */
export interface CompareOptions {
  /** The files or directories that together are artefact A: directories, archives, packages, single files. */
  readonly a: string | readonly string[];
  readonly b: string | readonly string[];
  /** Names of the roots in the report; `A` and `B` unless given. */
  readonly labelA?: string | undefined;
  readonly labelB?: string | undefined;
  /** More builds from the same root as one side: what differs there is noise. */
  readonly controls?: readonly ControlOption[] | undefined;
  readonly digest?: DigestAlgorithm | undefined;
  /** Threads; as many as the machine runs at once unless given. */
  readonly jobs?: number | undefined;
  /** Globs of members to leave out; they are counted and listed, and the verdict says so. */
  readonly exclude?: readonly string[] | undefined;
  /** Fields of metadata under a mask; type, mode and link target always count. */
  readonly ignoreMetadata?: readonly MaskableField[] | undefined;
  /** Verdicts that shall give exit status 1 though they find no difference that counts. */
  readonly failOn?: readonly FailOn[] | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** The folder for contents out of archives; the system's unless given. */
  readonly tmpdir?: string | undefined;
  /**
   * Differing pairs that are told in detail (ranges, bytes, owners, residue); the others are explained, counted and
   * listed all the same.
   */
  readonly maxDetail?: number | undefined;
  /** Look for the cause of every differing byte; true unless given. */
  readonly explain?: boolean | undefined;
  /** Make each B again out of its ledger and A, and compare. */
  readonly verify?: boolean | undefined;
  /**
   * The caller built both sides from the same sources, in the same way: where they say otherwise of themselves (the
   * release that a compiler writes into all it makes), that is a difference to explain and does not part them.
   */
  readonly sameSources?: boolean | undefined;
  /** Both roots are known to descend from this one: what is identical is then `identical-shared-ancestor`. */
  readonly sharedAncestor?: string | undefined;
  /** The user's masks: docs/masks-1.schema.json. */
  readonly masks?: MaskFile | undefined;
  /** A compiler of the artefacts' version: it is asked what it reads in differing libraries (`-Zls=root`). */
  readonly rustc?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ControlOption {
  readonly of: 'a' | 'b';
  readonly paths: string | readonly string[];
}

/** The same with every gap filled and every value checked. */
export interface ResolvedOptions {
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly labelA: string;
  readonly labelB: string;
  readonly controls: readonly { readonly of: 'a' | 'b'; readonly paths: readonly string[] }[];
  readonly digest: DigestAlgorithm;
  readonly jobs: number;
  readonly exclude: readonly string[];
  readonly ignoreMetadata: readonly MaskableField[];
  readonly failOn: readonly FailOn[];
  readonly limits: Limits;
  readonly tmpdir: string;
  readonly maxDetail: number;
  readonly explain: boolean;
  readonly verify: boolean;
  readonly sameSources: boolean;
  readonly sharedAncestor: string | undefined;
  readonly masks: MaskFile | undefined;
  readonly rustc: string | undefined;
  readonly signal: AbortSignal;
}

const DEFAULT_MAX_DETAIL = 1000;
const MAX_JOBS = 64;

/** @throws UsageError for a value that makes no sense, InputError for masks that cannot be read */
export function resolveOptions(options: CompareOptions): ResolvedOptions {
  const a = pathsOf(options.a, 'A');
  const b = pathsOf(options.b, 'B');
  const {
    labelA = 'A',
    labelB = 'B',
    digest = 'blake3',
    exclude = [],
    ignoreMetadata = [],
    failOn = [],
  } = options;
  assertOneOf(DIGEST_ALGORITHMS, digest, 'digest');
  for (const field of ignoreMetadata) assertOneOf(MASKABLE_FIELDS, field, 'ignored metadata field');
  for (const verdict of failOn) assertOneOf(FAIL_ON, verdict, 'fail-on verdict');
  for (const pattern of exclude) assertGlob(pattern);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  for (const [name, value] of Object.entries(limits)) assertCount(value, `limit of ${name}`);
  const jobs = options.jobs ?? availableParallelism();
  assertCount(jobs, 'number of jobs', 1, MAX_JOBS);
  const maxDetail = options.maxDetail ?? DEFAULT_MAX_DETAIL;
  assertCount(maxDetail, 'number of details', 0);
  const { explain = true, verify = false, sharedAncestor } = options;
  if (sharedAncestor === '') throw new UsageError('an empty name is given for the shared ancestor');
  if (options.rustc === '') throw new UsageError('an empty name is given for rustc');
  if (options.masks !== undefined) {
    if (!explain) throw new UsageError('masks need explanations', 'leave out one of the two');
    // What is wrong with them is told now.
    masksOf(options.masks);
  }
  if (verify && !explain)
    throw new UsageError('there is nothing to verify where nothing is explained', 'leave out one of the two');
  const controls = (options.controls ?? []).map(({ of, paths }) => ({
    of,
    paths: pathsOf(paths, 'a control'),
  }));
  for (const { of, paths } of controls) assertOtherBuild(paths, of === 'a' ? a : b, of === 'a' ? b : a, of);
  return {
    a,
    b,
    labelA,
    labelB,
    controls,
    digest,
    jobs,
    exclude,
    ignoreMetadata,
    failOn,
    limits,
    tmpdir: options.tmpdir ?? tmpdir(),
    maxDetail,
    explain,
    verify,
    sameSources: options.sameSources ?? false,
    sharedAncestor,
    masks: options.masks,
    rustc: options.rustc,
    signal: options.signal ?? new AbortController().signal,
  };
}

function pathsOf(paths: string | readonly string[], side: string): readonly string[] {
  const list = typeof paths === 'string' ? [paths] : [...paths];
  if (list.length === 0) throw new UsageError(`no file is given for ${side}`);
  if (list.includes('')) throw new UsageError(`an empty name is given for ${side}`);
  return list.map((path) => (path.length > 1 ? path.replace(/\/+$/, '') || '/' : path));
}

function assertGlob(pattern: string): void {
  if (pattern === '') throw new UsageError('an empty pattern excludes nothing');
  try {
    compileGlob(pattern);
  } catch (error) {
    if (!(error instanceof GlobError)) throw error;
    throw new UsageError(`the pattern ${pattern} ${error.message}`);
  }
}

function assertOneOf(allowed: readonly string[], value: string, what: string): void {
  if (!allowed.includes(value))
    throw new UsageError(`${value} is no ${what}`, `choose from ${allowed.join(', ')}`);
}

function assertCount(value: number, what: string, least = 1, most = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new UsageError(`${value} makes no ${what}`, `give a whole number of at least ${least}`);
  }
}
