import { basename } from 'node:path';
import { invocationGraph } from './graph.js';
import {
  compilerDigest,
  type InputDifference,
  inputDifferences,
  type Run,
  sysrootFiles,
} from './input-difference.js';
import type { Invocation, LoggedFile } from './invocation.js';
import type { InvocationLog, UnfinishedInvocation } from './log.js';
import { withoutHashes } from './name-hash.js';
import { type InvocationPair, pairInvocations } from './pairing.js';

/** What to call a call by. */
export interface InvocationName {
  /** Names of its records in the two logs; null where it ran on one side only. */
  readonly a: string | null;
  readonly b: string | null;
  readonly crate: string;
  readonly types: readonly string[];
  readonly test: boolean;
  readonly target: string | null;
  /** `name version` of the package, as cargo tells it. */
  readonly package: string | null;
  readonly stage: string | null;
  readonly rustc: string;
}

/** An output file of a pair; `name` is without hashes. */
export interface OutputDifference {
  readonly name: string;
  readonly a: string | null;
  readonly b: string | null;
}

/**
 * What a call that diverged had different of its own, what it inherited left aside: `nothing`; `metadata`, only
 * what carries cargo's hash; `compiler`, only rustc itself and its sysroot; both of these; or other `inputs`.
 */
export type OriginClass = 'nothing' | 'metadata' | 'compiler' | 'metadata-and-compiler' | 'inputs';

/** A call whose outputs differ although nothing that it depends on had diverged. */
export interface Origin {
  readonly invocation: InvocationName;
  readonly class: OriginClass;
  readonly differences: readonly InputDifference[];
  readonly outputs: readonly OutputDifference[];
}

/** One rustc of the runs, by its path. */
export interface CompilerSummary {
  readonly stage: string | null;
  readonly rustc: string;
  readonly a: string;
  readonly b: string;
  readonly equal: boolean;
  /** Whether files of it are an output of the same run. */
  readonly built: boolean;
  readonly pairs: number;
  /** Pairs whose outputs are equal, names included. */
  readonly equalOutputs: number;
  /** The first origin among the calls of this rustc. */
  readonly first: InvocationName | null;
}

/** The same input differing in several calls. */
export interface DifferenceTally {
  readonly kind: InputDifference['kind'];
  readonly name: string;
  readonly calls: number;
  readonly first: InvocationName;
  readonly a: string | null;
  readonly b: string | null;
}

/** What comes of comparing the logs of two runs. */
export interface Divergence {
  readonly schema: 'trustdiff-divergence-1';
  readonly pairs: number;
  readonly equal: number;
  /** Pairs whose outputs differ, as something they depend on does. */
  readonly inherited: number;
  /** In dependency order. */
  readonly origins: readonly Origin[];
  /** The one to look at first; null where no outputs differ. */
  readonly first: Origin | null;
  readonly compilers: readonly CompilerSummary[];
  /** Own differences of all pairs in source, arguments, environment and files from outside; the compiler left out. */
  readonly inputs: readonly DifferenceTally[];
  readonly onlyA: readonly InvocationName[];
  readonly onlyB: readonly InvocationName[];
  readonly failed: { readonly a: number; readonly b: number };
  readonly unfinished: {
    readonly a: readonly UnfinishedInvocation[];
    readonly b: readonly UnfinishedInvocation[];
  };
  /** Calls of which only the root source is known, so that their inputs may differ unseen. */
  readonly rootOnly: number;
}

/** A pair and what was found of it. */
export interface JudgedPair extends InvocationPair {
  readonly differences: readonly InputDifference[];
  readonly outputs: readonly OutputDifference[];
  readonly state: 'equal' | 'origin' | 'inherited';
  /** The crates of the sysroot that each side saw, by absolute paths. */
  readonly sysroots: { readonly a: readonly LoggedFile[]; readonly b: readonly LoggedFile[] };
}

export interface DivergenceOptions {
  /**
   * Stages whose outputs are judged: an origin in one of them is named before one in a stage that is expected to differ,
   * as what the roots themselves compile.
   */
  readonly claims?: readonly string[] | undefined;
}

/**
 * Compares the logs of two runs that had the same paths, and finds where they part: the first call, in dependency
 * order, whose inputs are equal and whose outputs are not. Where there is none, because every call differs in
 * cargo's hash or in rustc itself, the first whose inputs differ in that alone.
 */
export function findDivergence(
  logA: InvocationLog,
  logB: InvocationLog,
  { claims = [] }: DivergenceOptions = {},
): Divergence {
  const [a, b] = [runOf(logA), runOf(logB)];
  const pairing = pairInvocations(a.graph, b.graph);
  const judged = judgePairs(pairing.pairs, a, b);
  const origins = judged.filter(({ state }) => state === 'origin').map(originOf);
  const claimed = origins.filter(({ invocation }) => claims.includes(invocation.stage ?? ''));
  return {
    schema: 'trustdiff-divergence-1',
    pairs: judged.length,
    equal: judged.filter(({ state }) => state === 'equal').length,
    inherited: judged.filter(({ state }) => state === 'inherited').length,
    origins,
    first: firstOf(claimed) ?? firstOf(origins) ?? null,
    compilers: compilerSummaries(judged, a, b),
    inputs: tallies(judged),
    onlyA: pairing.onlyA.map((invocation) => nameOf(invocation, undefined)),
    onlyB: pairing.onlyB.map((invocation) => nameOf(undefined, invocation)),
    failed: { a: failures(logA), b: failures(logB) },
    unfinished: { a: logA.unfinished, b: logB.unfinished },
    rootOnly: judged.filter((pair) => [pair.a, pair.b].some(({ sources }) => sources === 'root-only')).length,
  };
}

function firstOf(origins: readonly Origin[]): Origin | undefined {
  return (
    origins.find((origin) => origin.class === 'nothing') ??
    origins.find((origin) => origin.class === 'metadata') ??
    origins[0]
  );
}

/** The pair that an origin names, to run it again. */
export function pairOf(
  name: InvocationName,
  logA: InvocationLog,
  logB: InvocationLog,
): JudgedPair | undefined {
  const [a, b] = [runOf(logA), runOf(logB)];
  const { pairs } = pairInvocations(a.graph, b.graph);
  return judgePairs(pairs, a, b).find((pair) => pair.a.id === name.a && pair.b.id === name.b);
}

function runOf(log: InvocationLog): Run {
  return { log, graph: invocationGraph(log) };
}

function judgePairs(pairs: readonly InvocationPair[], a: Run, b: Run): JudgedPair[] {
  const parted = new Set<Invocation>();
  const partners = new Set(pairs.flatMap((pair) => [pair.a, pair.b]));
  const judged: JudgedPair[] = [];
  for (const pair of inOrder(pairs, b)) {
    const differences = inputDifferences(pair, a, b);
    const outputs = outputDifferences(pair);
    // Crates that a dependency depends on are read as well, without being named.
    const depends = [...a.graph.producersOf(pair.a), ...b.graph.producersOf(pair.b)];
    const taint = depends.some((one) => parted.has(one) || !partners.has(one));
    const inherited = taint || differences.some((difference) => difference.inherited);
    if (taint || outputs.length > 0) for (const side of [pair.a, pair.b]) parted.add(side);
    const state = outputs.length === 0 ? 'equal' : inherited ? 'inherited' : 'origin';
    const sysroots = { a: sysrootFiles(a, pair.a), b: sysrootFiles(b, pair.b) };
    judged.push({ ...pair, differences, outputs, state, sysroots });
  }
  return judged;
}

/** The order of A holds the dependencies of A; those of B are the same but where the pairing crosses. */
function inOrder(pairs: readonly InvocationPair[], b: Run): InvocationPair[] {
  const partner = new Map(pairs.map((pair) => [pair.b, pair]));
  const ordered = new Set<InvocationPair>();
  const visiting = new Set<InvocationPair>();
  for (const start of pairs) {
    const stack = [start];
    while (stack.length > 0) {
      const pair = stack.at(-1) as InvocationPair;
      const missing = visiting.has(pair)
        ? []
        : b.graph.producersOf(pair.b).flatMap((one) => {
            const other = partner.get(one);
            return other === undefined || ordered.has(other) || visiting.has(other) ? [] : [other];
          });
      visiting.add(pair);
      stack.push(...missing);
      if (missing.length === 0) {
        ordered.add(pair);
        stack.pop();
      }
    }
  }
  return [...ordered];
}

/** The outputs by their names without the extra filename; a name that differs in it is a difference. */
function outputDifferences({ a, b }: InvocationPair): OutputDifference[] {
  const [x, y] = [outputsByName(a), outputsByName(b)];
  return [...new Set([...x.keys(), ...y.keys()])].sort().flatMap((name) => {
    const [u, v] = [x.get(name), y.get(name)];
    if (u !== undefined && v !== undefined && u.digest === v.digest && u.digest !== null && u.path === v.path)
      return [];
    return [{ name, a: told(u), b: told(v) }];
  });

  function told(file: LoggedFile | undefined): string | null {
    return file === undefined ? null : (file.digest ?? 'unreadable');
  }
}

/** Output files by their name without the hash that `-C extra-filename` put into it. */
export function outputsByName({
  outputs,
  crate,
}: Pick<Invocation, 'outputs' | 'crate'>): Map<string, LoggedFile> {
  const extra = crate?.extraFilename ?? '';
  return new Map(
    outputs.map((file) => {
      const name = basename(file.path);
      const bare = extra === '' ? name : name.replace(extra, '');
      return [bare, file];
    }),
  );
}

function originOf({ a, b, differences, outputs }: JudgedPair): Origin {
  return { invocation: nameOf(a, b), class: classOf(differences), differences, outputs };
}

function classOf(differences: readonly InputDifference[]): OriginClass {
  const kinds = new Set(differences.filter(({ read }) => read !== false).map(({ kind }) => kind));
  const metadata = kinds.delete('metadata');
  const sysroot = kinds.delete('sysroot');
  const compiler = kinds.delete('compiler') || sysroot;
  if (kinds.size > 0) return 'inputs';
  if (metadata) return compiler ? 'metadata-and-compiler' : 'metadata';
  return compiler ? 'compiler' : 'nothing';
}

export function nameOf(a: Invocation | undefined, b: Invocation | undefined): InvocationName {
  const one = a ?? b;
  const { CARGO_PKG_NAME: name, CARGO_PKG_VERSION: version } = one?.environment ?? {};
  return {
    a: a?.id ?? null,
    b: b?.id ?? null,
    crate: one?.crate?.name ?? '',
    types: one?.crate?.types ?? [],
    test: one?.crate?.test ?? false,
    target: one?.crate?.target ?? null,
    package: name === undefined ? null : `${name}${version === undefined ? '' : ` ${version}`}`,
    stage: one?.stage ?? null,
    rustc: one?.rustc ?? '',
  };
}

function compilerSummaries(judged: readonly JudgedPair[], a: Run, b: Run): CompilerSummary[] {
  const groups = new Map<string, JudgedPair[]>();
  for (const pair of judged) {
    const key = JSON.stringify([
      pair.a.stage,
      pair.a.rustc,
      compilerDigest(pair.a.compiler),
      compilerDigest(pair.b.compiler),
    ]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pair]);
    else group.push(pair);
  }
  return [...groups.values()].map((pairs) => {
    const [one] = pairs as [JudgedPair];
    const first = pairs.find(({ state }) => state === 'origin');
    const digests = [compilerDigest(one.a.compiler), compilerDigest(one.b.compiler)] as const;
    return {
      stage: one.a.stage,
      rustc: one.a.rustc,
      a: digests[0],
      b: digests[1],
      equal: digests[0] === digests[1],
      built: a.graph.compilerProducersOf(one.a).length > 0 || b.graph.compilerProducersOf(one.b).length > 0,
      pairs: pairs.length,
      equalOutputs: pairs.filter(({ state }) => state === 'equal').length,
      first: first === undefined ? null : nameOf(first.a, first.b),
    };
  });
}

function tallies(judged: readonly JudgedPair[]): DifferenceTally[] {
  const found = new Map<string, DifferenceTally>();
  for (const pair of judged) {
    for (const { kind, name, inherited, a, b } of pair.differences) {
      if (inherited || kind === 'compiler' || kind === 'sysroot') continue;
      const key = `${kind} ${name}`;
      const known = found.get(key);
      if (known !== undefined) found.set(key, { ...known, calls: known.calls + 1 });
      else found.set(key, { kind, name: withoutHashes(name), calls: 1, first: nameOf(pair.a, pair.b), a, b });
    }
  }
  return [...found.values()];
}

function failures(log: InvocationLog): number {
  return log.invocations.filter(({ kind, exit }) => kind === 'compile' && exit.code !== 0).length;
}
