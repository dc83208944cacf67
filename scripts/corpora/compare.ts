import { byBytes } from './folder.js';

/** One side of a pair: path as stored (without a leading `./`) to content. */
export type Side = ReadonlyMap<string, Uint8Array>;

/** What two sides' contents say, found by plain comparison and without any of trustdiff's own code. */
export interface Facts {
  readonly identical: number;
  readonly differing: string[];
  readonly onlyA: string[];
  readonly onlyB: string[];
  readonly firstDifference: Record<string, number>;
  readonly differingBytes: Record<string, number>;
  readonly pairedWith?: Record<string, string>;
}

/** Pairs by path, with the hash taken out where the exact path has no partner, and compares the bytes. */
export function compareSides(a: Side, b: Side): Facts {
  const partner = pairUp([...a.keys()], [...b.keys()]);
  const facts = { identical: 0, differing: [] as string[], onlyA: [] as string[], onlyB: [] as string[] };
  const firstDifference: Record<string, number> = {};
  const differingBytes: Record<string, number> = {};
  const pairedWith: Record<string, string> = {};
  for (const [path, left] of [...a].sort(([x], [y]) => byBytes(x, y))) {
    const other = partner.get(path);
    const right = other === undefined ? undefined : b.get(other);
    if (other === undefined || right === undefined) {
      facts.onlyA.push(path);
      continue;
    }
    if (other !== path) pairedWith[path] = other;
    const first = firstDifferenceOf(left, right);
    if (first === undefined) {
      facts.identical += 1;
      continue;
    }
    facts.differing.push(path);
    firstDifference[path] = first;
    if (left.length === right.length) differingBytes[path] = countDifferences(left, right);
  }
  const taken = new Set(partner.values());
  facts.onlyB.push(...[...b.keys()].filter((path) => !taken.has(path)).sort(byBytes));
  const renamed = Object.keys(pairedWith).length > 0;
  return { ...facts, firstDifference, differingBytes, ...(renamed && { pairedWith }) };
}

/** The offset of the first difference, the shorter length where one is a prefix, `undefined` where equal. */
export function firstDifferenceOf(a: Uint8Array, b: Uint8Array): number | undefined {
  const common = Math.min(a.length, b.length);
  for (let at = 0; at < common; at += 1) if (a[at] !== b[at]) return at;
  return a.length === b.length ? undefined : common;
}

function countDifferences(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((count, byte, at) => count + (byte === b[at] ? 0 : 1), 0);
}

function pairUp(a: readonly string[], b: readonly string[]): Map<string, string> {
  const exact = new Set(b);
  const partner = new Map(a.filter((path) => exact.has(path)).map((path) => [path, path]));
  const left = b.filter((path) => !partner.has(path));
  for (const path of a) {
    if (partner.has(path)) continue;
    const candidates = left.filter((other) => withoutHash(other) === withoutHash(path));
    const [only] = candidates;
    if (only !== undefined && candidates.length === 1) partner.set(path, only);
  }
  return partner;
}

function withoutHash(path: string): string {
  return path.replace(/-[0-9a-f]{16}(?=\.)/, '');
}
