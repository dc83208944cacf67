import type { InvocationGraph } from './graph.js';
import type { Invocation } from './invocation.js';
import { withoutHashes } from './name-hash.js';

/** The same call in two runs. */
export interface InvocationPair {
  readonly a: Invocation;
  readonly b: Invocation;
  /** `arguments`: equal but for hashes; `order`: the n-th left of its crate, types, target, stage and rustc. */
  readonly by: 'arguments' | 'order';
}

export interface Pairing {
  /** In the order of A. */
  readonly pairs: readonly InvocationPair[];
  readonly onlyA: readonly Invocation[];
  readonly onlyB: readonly Invocation[];
}

/**
 * Pairs the calls of two runs without the hashes in their names. A crate may be compiled more than once by one rustc
 * (for a build script and for the target, with other features): those with equal arguments belong together, what is
 * left is paired in the order in which it ran.
 */
export function pairInvocations(a: InvocationGraph, b: InvocationGraph): Pairing {
  const strict = match(a.invocations, b.invocations, (i) => JSON.stringify([identity(i), plainWords(i)]));
  const loose = match(strict.onlyA, strict.onlyB, (i) => JSON.stringify(identity(i)));
  const pairs: InvocationPair[] = [
    ...strict.pairs.map(([x, y]) => ({ a: x, b: y, by: 'arguments' as const })),
    ...loose.pairs.map(([x, y]) => ({ a: x, b: y, by: 'order' as const })),
  ];
  const position = new Map(a.invocations.map((invocation, i) => [invocation, i]));
  pairs.sort((x, y) => (position.get(x.a) ?? 0) - (position.get(y.a) ?? 0));
  return { pairs, onlyA: loose.onlyA, onlyB: loose.onlyB };
}

/** The arguments as options with their values, one word each: `-C opt-level=3`, `--cfg feature="x"`. */
export function wordsOf(invocation: Invocation): string[] {
  const args = invocation.expanded ?? invocation.argv;
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const next = args[i + 1];
    const takesNext =
      /^-[ACDFLWZlo]$/.test(arg) ||
      (/^--[a-z-]+$/.test(arg) && arg !== '--test' && next !== undefined && !next.startsWith('-'));
    if (takesNext && next !== undefined) {
      words.push(arg.startsWith('--') ? `${arg}=${next}` : `${arg} ${next}`);
      i += 1;
    } else {
      words.push(/^-[ACDFLWZlo]./.test(arg) ? `${arg.slice(0, 2)} ${arg.slice(2)}` : arg);
    }
  }
  return words;
}

/** Words with cargo's hash taken out of `-C metadata` and of all names. */
export function plainWords(invocation: Invocation): string[] {
  return wordsOf(invocation)
    .map((word) => (isHashOption(word) ? word.replace(/=.*/s, '=*') : word))
    .map(withoutHashes);
}

/** Whether it is one of the two options by which cargo tells rustc its hash. */
export function isHashOption(word: string): boolean {
  return /^-C (metadata|extra-filename)=/.test(word);
}

/** `-C opt-level` of `-C opt-level=3`, `--cfg` of `--cfg=x`; a free argument is its own name. */
export function optionName(word: string): string {
  return word.replace(/=.*/s, '');
}

function identity({ stage, rustc, crate, environment }: Invocation): readonly unknown[] {
  return [
    stage,
    rustc,
    crate?.name,
    [...(crate?.types ?? [])].sort(),
    crate?.test,
    crate?.target,
    environment.CARGO_PKG_NAME,
    environment.CARGO_PKG_VERSION,
  ];
}

/** Pairs what has the same key, in order. */
function match(
  a: readonly Invocation[],
  b: readonly Invocation[],
  key: (invocation: Invocation) => string,
): { pairs: [Invocation, Invocation][]; onlyA: Invocation[]; onlyB: Invocation[] } {
  const waiting = new Map<string, Invocation[]>();
  for (const invocation of b) {
    const at = key(invocation);
    const known = waiting.get(at);
    if (known === undefined) waiting.set(at, [invocation]);
    else known.push(invocation);
  }
  const pairs: [Invocation, Invocation][] = [];
  const onlyA: Invocation[] = [];
  for (const invocation of a) {
    const partner = waiting.get(key(invocation))?.shift();
    if (partner === undefined) onlyA.push(invocation);
    else pairs.push([invocation, partner]);
  }
  const left = new Set([...waiting.values()].flat());
  return { pairs, onlyA, onlyB: b.filter((invocation) => left.has(invocation)) };
}
