import { SHT_NULL } from '../../format/elf/constant.js';
import { isRelocationSection } from '../../format/elf/relocation.js';
import { symbolTokens } from '../../symbol/name.js';
import { isDivided, type Piece } from './piece.js';
import type { ElfView } from './view.js';

/**
 * For each section of A that of B, or -1: by the pieces they hold, by name without hashes and type, and those of
 * relocations by the section they patch.
 */
export function pairSections(
  a: ElfView,
  b: ElfView,
  pieces: ReadonlyMap<number, readonly Piece[]>,
): Int32Array {
  const pairs = new Int32Array(a.elf.sections.length).fill(-1);
  const taken = new Set<number>([0]);
  const join = (from: number, to: number) => {
    if ((pairs[from] ?? 0) !== -1 || taken.has(to)) return;
    pairs[from] = to;
    taken.add(to);
  };
  if (pairs.length > 0 && b.elf.sections.length > 0) pairs[0] = 0;
  for (const [section, list] of pieces) {
    const to = mostShared(list);
    if (to !== undefined) join(section, to);
  }
  const free = new Map<string, number[]>();
  for (const section of b.elf.sections) {
    if (taken.has(section.index) || isRelocationSection(section)) continue;
    push(free, keyOf(b, section.index), section.index);
  }
  for (const list of free.values()) list.reverse();
  for (const section of a.elf.sections) {
    if (section.sh_type === SHT_NULL || isRelocationSection(section) || pairs[section.index] !== -1) continue;
    const to = free.get(keyOf(a, section.index))?.pop();
    if (to !== undefined) join(section.index, to);
  }
  pairRelocations(a, b, pairs, join);
  return pairs;
}

/** The section of B that holds most of what this one's pieces became. */
function mostShared(pieces: readonly Piece[]): number | undefined {
  const votes = new Map<number, number>();
  for (const { pair, start, end } of pieces) {
    if (pair !== undefined) votes.set(pair.section, (votes.get(pair.section) ?? 0) + end - start);
  }
  let best: number | undefined;
  for (const [section, bytes] of votes)
    if (best === undefined || bytes > (votes.get(best) ?? 0)) best = section;
  return best;
}

function pairRelocations(
  a: ElfView,
  b: ElfView,
  pairs: Int32Array,
  join: (from: number, to: number) => void,
): void {
  const ofB = new Map<string, number>();
  const key = (view: ElfView, index: number, target: number): string => {
    const section = view.section(index);
    return `${section?.sh_type} ${target} ${target === 0 || target === -1 ? section?.name : ''}`;
  };
  for (const section of b.elf.sections) {
    if (!isRelocationSection(section)) continue;
    const of = key(b, section.index, b.relocatable ? section.sh_info : 0);
    if (!ofB.has(of)) ofB.set(of, section.index);
  }
  for (const section of a.elf.sections) {
    if (!isRelocationSection(section)) continue;
    const target = a.relocatable ? (pairs[section.sh_info] ?? -1) : 0;
    const to = target < 0 ? undefined : ofB.get(key(a, section.index, target));
    if (to !== undefined) join(section.index, to);
  }
}

function keyOf(view: ElfView, index: number): string {
  const section = view.section(index);
  const divided = section !== undefined && isDivided(section);
  return `${section?.sh_type} ${divided} ${symbolTokens(section?.name ?? '').skeleton}`;
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
