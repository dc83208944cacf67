import { dirname, resolve } from 'node:path';
import { parseCommand } from './command-line.js';
import type { JudgedPair } from './divergence.js';
import type { InputDifference } from './input-difference.js';
import type { Invocation } from './invocation.js';
import { withoutHashes } from './name-hash.js';
import { optionName, wordsOf } from './pairing.js';

export type Side = 'a' | 'b';

/** A file that rustc shall see with the content that it had in the run of `from`. */
export interface ReplayFile {
  readonly from: Side;
  /** Its path in that run. */
  readonly path: string;
  /** The path where rustc shall see it. */
  readonly at: string;
  readonly digest: string | null;
}

/** One call of rustc to be made: that of one side, with some of its inputs as the other had them. */
export interface ReplayRequest {
  readonly id: string;
  /** Whose build directory, sources and root rustc sees. */
  readonly side: Side;
  /** Whose rustc runs, with the sysroot that it finds by itself. */
  readonly compiler: Side;
  readonly rustc: string;
  readonly cwd: string;
  readonly argv: readonly string[];
  /** Exactly these variables; what the log does not have is not there. */
  readonly environment: Readonly<Record<string, string>>;
  /** What has to be as the side had it: whoever runs this checks their digests first. */
  readonly needs: readonly ReplayFile[];
  /** Files that come from the other side, put over the side's own. */
  readonly files: readonly ReplayFile[];
  /** Files of the side that must not be there. */
  readonly without: readonly string[];
  /** Folders that rustc writes to, which must be there. */
  readonly folders: readonly string[];
}

/** Something that differs between the two calls, and that a replay fixes. */
export interface ReplayVariable {
  /** `rustc`, `-C opt-level`, `FOO`, a path; the groups `cargo-hash`, `cargo`, `unread-variables`, `everything`. */
  readonly id: string;
  /** A group is made of other variables; it is of interest when none of them alone is the cause. */
  readonly group: boolean;
  readonly differences: readonly InputDifference[];
  /** The call of B with A's value, and that of A with B's. */
  readonly onB: ReplayRequest;
  readonly onA: ReplayRequest;
}

export interface ReplayPlan {
  readonly asIs: { readonly a: ReplayRequest; readonly b: ReplayRequest };
  readonly variables: readonly ReplayVariable[];
}

/**
 * What to run to find out which of the differing inputs made the outputs of a pair differ: each call as it was, then
 * with one variable after the other taken from the other side, both ways, and with some together. The first are the
 * tools: the other root's rustc, then all that the other root's cargo had to say.
 */
export function planReplay(pair: JudgedPair): ReplayPlan {
  const { differences } = pair;
  const variables: ReplayVariable[] = [];
  const add = (id: string, group: boolean, those: readonly InputDifference[]): void => {
    if (those.length === 0 || variables.some((one) => same(one.differences, those))) return;
    variables.push({
      id,
      group,
      differences: those,
      onB: request(pair, 'b', id, those),
      onA: request(pair, 'a', id, those),
    });
  };
  const of = (...kinds: readonly InputDifference['kind'][]): InputDifference[] =>
    differences.filter(({ kind }) => kinds.includes(kind));
  const tool = differences.filter(({ kind, inherited }) => isTool(kind) && !inherited);
  const told = of('metadata', 'argument', 'environment', 'working-directory');
  add('rustc', false, tool);
  if (told.length > 1) add('cargo', true, told);
  const hash = of('metadata');
  if (hash.length > 1) add('cargo-hash', true, hash);
  const unread = told.filter(({ read }) => read === false);
  if (unread.length > 1) add('unread-variables', true, unread);
  for (const one of told) if (one.read !== false || unread.length === 1) add(one.name, false, [one]);
  for (const one of differences)
    if (!tool.includes(one) && !told.includes(one))
      add(one.kind === 'sysroot' ? 'sysroot' : one.name, false, [one]);
  if (variables.length > 1) add('everything', true, differences);
  return { asIs: { a: request(pair, 'a', 'as-is', []), b: request(pair, 'b', 'as-is', []) }, variables };
}

/**
 * Variables taken from the other side together, when several have an influence and none is the whole cause. Undefined
 * where the plan has the same already.
 */
export function together(
  pair: JudgedPair,
  plan: ReplayPlan,
  those: readonly ReplayVariable[],
): ReplayVariable | undefined {
  const taken = pair.differences.filter((one) => those.some(({ differences }) => differences.includes(one)));
  if (those.length < 2 || plan.variables.some(({ differences }) => same(differences, taken)))
    return undefined;
  const id = those.map((one) => one.id).join(' + ');
  return {
    ...{ id, group: true, differences: taken },
    ...{ onB: request(pair, 'b', id, taken), onA: request(pair, 'a', id, taken) },
  };
}

/** The call of one side with those inputs as the other side had them. */
function request(pair: JudgedPair, side: Side, id: string, taken: readonly InputDifference[]): ReplayRequest {
  const [base, other] = side === 'a' ? [pair.a, pair.b] : [pair.b, pair.a];
  const from: Side = side === 'a' ? 'b' : 'a';
  const has = (kind: InputDifference['kind']): boolean => taken.some((one) => one.kind === kind);
  // A sysroot that the run made itself lies in its build directory, apart from the rustc that reads it.
  const sysroot = taken.some(({ kind, inherited }) => kind === 'sysroot' && inherited);
  const argv = argumentsWith(base, other, taken);
  const cwd = has('working-directory') ? other.cwd : base.cwd;
  const command = parseCommand(argv);
  const folders = [command.outDir, command.output === undefined ? undefined : dirname(command.output)];
  return {
    id: `${side}-${id}`,
    side,
    compiler: taken.some(({ kind, inherited }) => isTool(kind) && !inherited) ? from : side,
    rustc: base.rustc,
    cwd,
    argv,
    environment: environmentWith(base, other, taken),
    needs: base.inputs.map(({ path, digest }) => ({ from: side, path, at: path, digest })),
    files: [
      ...filesWith(base, other, from, taken),
      ...(sysroot ? pair.sysroots[from].map(({ path, digest }) => ({ from, path, at: path, digest })) : []),
    ],
    without: sysroot ? pair.sysroots[side].map(({ path }) => path) : [],
    folders: folders.filter((folder) => folder !== undefined).map((folder) => resolve(cwd, folder)),
  };
}

function isTool(kind: InputDifference['kind']): boolean {
  return kind === 'compiler' || kind === 'sysroot';
}

/** All values of an option together, since they have an order among themselves. */
function argumentsWith(
  base: Invocation,
  other: Invocation,
  taken: readonly InputDifference[],
): readonly string[] {
  const those = taken.filter(
    ({ kind, name }) => kind === 'argument' || (kind === 'metadata' && name.startsWith('-')),
  );
  if (those.length === 0) return base.argv;
  if (those.some(({ name }) => name === 'order')) return other.expanded ?? other.argv;
  let words = wordsOf(base);
  for (const { name } of those) {
    const theirs = wordsOf(other).filter((word) => optionName(word) === name);
    const at = words.findIndex((word) => optionName(word) === name);
    const rest = words.filter((word) => optionName(word) !== name);
    words = at < 0 ? [...rest, ...theirs] : rest.toSpliced(at, 0, ...theirs);
  }
  return words.flatMap((word) => (/^-[ACDFLWZlo] /.test(word) ? [word.slice(0, 2), word.slice(3)] : [word]));
}

function environmentWith(
  base: Invocation,
  other: Invocation,
  taken: readonly InputDifference[],
): Readonly<Record<string, string>> {
  const environment = new Map(Object.entries(variablesOf(base)));
  const theirs = variablesOf(other);
  for (const { kind, name } of taken) {
    if (kind !== 'environment' && (kind !== 'metadata' || name.startsWith('-') || name.includes('/')))
      continue;
    const value = theirs[name];
    if (value === undefined) environment.delete(name);
    else environment.set(name, value);
  }
  return Object.fromEntries(environment);
}

function variablesOf({ environment, environmentRead }: Invocation): Readonly<Record<string, string>> {
  const read = Object.entries(environmentRead).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return { ...Object.fromEntries(read), ...environment };
}

/**
 * The files of the differences taken, put where the base's own lie. Where arguments or variables are taken, which may hold
 * paths of the other side, what the other side read at paths that the base does not have is put there as well.
 */
function filesWith(
  base: Invocation,
  other: Invocation,
  from: Side,
  taken: readonly InputDifference[],
): readonly ReplayFile[] {
  const files: ReplayFile[] = [];
  for (const { kind, name } of taken) {
    const theirs = other.inputs.find((input) => input.role === kind && withoutHashes(input.path) === name);
    if (theirs === undefined) continue;
    const mine = base.inputs.find((input) => input.role === kind && withoutHashes(input.path) === name);
    files.push({ from, path: theirs.path, at: mine?.path ?? theirs.path, digest: theirs.digest });
  }
  if (!taken.some(({ kind }) => kind === 'argument' || kind === 'environment' || kind === 'metadata'))
    return files;
  const there = new Set([...base.inputs.map(({ path }) => path), ...files.map(({ at }) => at)]);
  for (const { path, digest } of other.inputs)
    if (!there.has(path)) files.push({ from, path, at: path, digest });
  return files;
}

function same(a: readonly InputDifference[], b: readonly InputDifference[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}
