import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { InvocationGraph } from './graph.js';
import type { InputRole, Invocation, LoggedFile } from './invocation.js';
import type { InvocationLog } from './log.js';
import { withoutHashes } from './name-hash.js';
import { type InvocationPair, isHashOption, optionName, plainWords, wordsOf } from './pairing.js';

/**
 * What can differ between two calls. `compiler`: the files that rustc is made of, or crates of the sysroot that no call
 * of the run made. `metadata`: arguments, variables or names that differ in nothing but a hash of cargo's.
 */
export type DifferenceKind =
  | 'compiler'
  | 'metadata'
  | 'argument'
  | 'environment'
  | 'working-directory'
  | Exclude<InputRole, 'compiler'>;

/** One input that differs between the two calls of a pair. */
export interface InputDifference {
  readonly kind: DifferenceKind;
  /** The option, the variable, or the path, without hashes. */
  readonly name: string;
  /** What A had: the value, or the digest of the file (`unreadable` for none); null where A had no such input. */
  readonly a: string | null;
  readonly b: string | null;
  /** It was made by another call of the run, so its difference began there. */
  readonly inherited: boolean;
  /** For `environment`: whether the source is known to have read it; cargo sets many that nobody reads. */
  readonly read?: boolean | undefined;
}

/** The run of one side, as far as differences need it. */
export interface Run {
  readonly log: InvocationLog;
  readonly graph: InvocationGraph;
}

/** All inputs that differ, in this order: compiler, sysroot, files, arguments, environment, working directory. */
export function inputDifferences({ a, b }: InvocationPair, runA: Run, runB: Run): InputDifference[] {
  return [
    ...compilerDifferences(a, b),
    ...sysrootDifferences(a, b, runA, runB),
    ...fileDifferences(a, b, runA, runB),
    ...argumentDifferences(a, b),
    ...environmentDifferences(a, b),
    ...(a.cwd === b.cwd ? [] : [plain('working-directory', 'cwd', a.cwd, b.cwd)]),
  ];
}

/** One digest for the files that a rustc is made of; their names count without hashes. */
export function compilerDigest(files: readonly LoggedFile[]): string {
  const list = files.map(({ path, digest }) => [withoutHashes(basename(path)), digest]);
  return createHash('sha256').update(JSON.stringify(list)).digest('hex');
}

function compilerDifferences(a: Invocation, b: Invocation): InputDifference[] {
  const unreadable = [...a.compiler, ...b.compiler].some(({ digest }) => digest === null);
  const [x, y] = [compilerDigest(a.compiler), compilerDigest(b.compiler)];
  return x === y && !unreadable ? [] : [plain('compiler', a.rustc, x, y)];
}

/** The crates of a call's sysroot, by their absolute paths. */
export function sysrootFiles({ log }: Run, { sysroot }: Invocation): LoggedFile[] {
  if (sysroot === null) return [];
  const files = log.sysroots.get(sysroot.digest)?.files ?? [];
  return files.map((file) => ({ ...file, path: join(sysroot.path, file.path) }));
}

/** At most two, since a sysroot has a hundred files: what the run itself made of it, and what it did not. */
function sysrootDifferences(a: Invocation, b: Invocation, runA: Run, runB: Run): InputDifference[] {
  if (a.sysroot === null || b.sysroot === null || a.sysroot.digest === b.sysroot.digest) return [];
  const relative = (file: LoggedFile, root: string): LoggedFile => ({
    ...file,
    path: file.path.slice(root.length + 1),
  });
  const [x, y] = [a.sysroot, b.sysroot];
  const byPath = byName(
    sysrootFiles(runA, a).map((file) => relative(file, x.path)),
    sysrootFiles(runB, b).map((file) => relative(file, y.path)),
  );
  const differing = [...byPath.values()].filter(([u, v]) => u?.digest !== v?.digest || u?.path !== v?.path);
  const made = differing.filter(
    ([u, v]) =>
      (u !== undefined && madeInRun(runA.graph, { ...u, path: join(x.path, u.path) }, a)) ||
      (v !== undefined && madeInRun(runB.graph, { ...v, path: join(y.path, v.path) }, b)),
  );
  return [false, true].flatMap((inherited) => {
    const count = inherited ? made.length : differing.length - made.length;
    const name = `${count} of ${byPath.size} files`;
    return count === 0 ? [] : [{ kind: 'sysroot' as const, name, a: x.digest, b: y.digest, inherited }];
  });
}

function fileDifferences(a: Invocation, b: Invocation, runA: Run, runB: Run): InputDifference[] {
  const roles = [...new Set([...a.inputs, ...b.inputs].map(({ role }) => role))];
  return roles
    .filter((role) => role !== 'compiler')
    .flatMap((role) => {
      const of = (invocation: Invocation) => invocation.inputs.filter((input) => input.role === role);
      return differingFiles(role, of(a), of(b), a, b, runA, runB);
    });
}

function differingFiles(
  kind: Exclude<InputRole, 'compiler'>,
  filesA: readonly LoggedFile[],
  filesB: readonly LoggedFile[],
  a: Invocation,
  b: Invocation,
  runA: Run,
  runB: Run,
): InputDifference[] {
  const differences: InputDifference[] = [];
  for (const [name, [x, y]] of byName(filesA, filesB)) {
    const inherited = (): boolean =>
      (x !== undefined && madeInRun(runA.graph, x, a)) || (y !== undefined && madeInRun(runB.graph, y, b));
    if (x !== undefined && y !== undefined && x.digest === y.digest && x.digest !== null) {
      if (x.path !== y.path)
        differences.push({ kind: 'metadata', name, a: x.path, b: y.path, inherited: inherited() });
    } else {
      differences.push({ kind, name, a: shown(x), b: shown(y), inherited: inherited() });
    }
  }
  return differences;
}

/** A source in the folder of a build script's output was made by the build script, hence by the run. */
function madeInRun(graph: InvocationGraph, file: LoggedFile, reader: Invocation): boolean {
  if (graph.producerOf(file, reader) !== undefined) return true;
  const out = reader.environment.OUT_DIR;
  return out !== undefined && file.path.startsWith(`${out}/`) && graph.buildScriptOf(reader) !== undefined;
}

/** Files of the two sides by their path without hashes; of several with one such path, the n-th with the n-th. */
function byName(
  a: readonly LoggedFile[],
  b: readonly LoggedFile[],
): Map<string, [LoggedFile | undefined, LoggedFile | undefined]> {
  const pairs = new Map<string, [LoggedFile | undefined, LoggedFile | undefined]>();
  for (const [side, files] of [a, b].entries()) {
    const seen = new Map<string, number>();
    for (const file of files) {
      const plainName = withoutHashes(file.path);
      const n = (seen.get(plainName) ?? 0) + 1;
      seen.set(plainName, n);
      const name = n === 1 ? plainName : `${plainName} (${n})`;
      const pair = pairs.get(name) ?? [undefined, undefined];
      pair[side] = file;
      pairs.set(name, pair);
    }
  }
  return pairs;
}

function shown(file: LoggedFile | undefined): string | null {
  return file === undefined ? null : (file.digest ?? 'unreadable');
}

function argumentDifferences(a: Invocation, b: Invocation): InputDifference[] {
  const differences: InputDifference[] = [];
  for (const [name, of] of [
    ['-C metadata', (i: Invocation) => i.crate?.metadata.join(' ') ?? null],
    ['-C extra-filename', (i: Invocation) => i.crate?.extraFilename ?? null],
  ] as const) {
    const [x, y] = [of(a), of(b)];
    if (x !== y) differences.push(plain('metadata', name, x, y));
  }
  const [plainA, plainB] = [plainWords(a), plainWords(b)];
  const left = without(plainA, plainB);
  const right = without(plainB, plainA);
  for (const option of new Set([...left, ...right].map(optionName))) {
    const of = (words: readonly string[]): string | null => {
      const found = words.filter((word) => optionName(word) === option);
      return found.length === 0 ? null : found.join(' ');
    };
    differences.push(plain('argument', option, of(left), of(right)));
  }
  if (left.length > 0 || right.length > 0) return differences;
  const [wordsA, wordsB] = [wordsOf(a), wordsOf(b)];
  if (plainA.some((word, i) => word !== plainB[i])) {
    differences.push(plain('argument', 'order', wordsA.join(' '), wordsB.join(' ')));
    return differences;
  }
  const renamed = new Set<string>();
  for (const [i, word] of wordsA.entries()) {
    // The path of an extern is told by the file behind it.
    if (word === wordsB[i] || isHashOption(word) || word.startsWith('--extern')) continue;
    const option = optionName(word);
    if (!renamed.has(option)) differences.push(plain('metadata', option, word, wordsB[i] ?? null));
    renamed.add(option);
  }
  return differences;
}

function environmentDifferences(a: Invocation, b: Invocation): InputDifference[] {
  const all = (i: Invocation) => ({ ...i.environmentRead, ...i.environment });
  const [x, y] = [all(a), all(b)];
  return [...new Set([...Object.keys(x), ...Object.keys(y)])]
    .sort()
    .filter((name) => (x[name] ?? null) !== (y[name] ?? null))
    .map((name): InputDifference => {
      const [u, v] = [x[name] ?? null, y[name] ?? null];
      if (u !== null && v !== null && withoutHashes(u) === withoutHashes(v))
        return plain('metadata', name, u, v);
      const known = a.sources === 'dep-info' && b.sources === 'dep-info' && /^(__)?CARGO/.test(name);
      const read = !known || name in a.environmentRead || name in b.environmentRead;
      return { ...plain('environment', name, u, v), read };
    });
}

function plain(kind: DifferenceKind, name: string, a: string | null, b: string | null): InputDifference {
  return { kind, name, a, b, inherited: false };
}

/** What is left of a list when each of another is taken out once. */
function without(list: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const other of others) counts.set(other, (counts.get(other) ?? 0) + 1);
  return list.filter((item) => {
    const count = counts.get(item) ?? 0;
    counts.set(item, count - 1);
    return count <= 0;
  });
}
