import { memoryBytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { SHN_UNDEF } from '../../format/elf/constant.js';
import { type Elf, isElf, openElf } from '../../format/elf.js';
import type { RlibMember } from '../../format/rlib.js';
import { isRmeta } from '../../format/rmeta.js';
import type { Content } from '../../ledger/content.js';
import { isGathered, isRunAround } from '../elf/piece.js';

/** Every unit that unwinds defines its own, and all are alike. */
const PERSONALITY = 'DW.ref.';

/** What members are held by in an order: a symbol that they define, or one of these, which no symbol is called. */
const CONSTRUCTED = '\0constructors';
const GATHERED = '\0gathered ';
const UNREAD = '\0unread';

/**
 * The members of A that stand in another order in B, of several whose order decides something: of two definitions of a symbol a
 * linker takes the first, what runs before `main` runs in the order of the members, and so is gone through what a linker
 * gathers under a name. A member that cannot be read counts as one that defines what all others do.
 */
export function orderedMembers(
  pairs: ReadonlyMap<RlibMember, RlibMember>,
  archive: Content,
): ReadonlySet<RlibMember> {
  const members = [...pairs].filter(([of]) => of.kind !== 'symbol-index' && of.kind !== 'long-names');
  const found = new Set<RlibMember>();
  members.sort(([x], [y]) => x.headerOffset - y.headerOffset);
  const isInOrder = (list: readonly Ranked[]): boolean =>
    list.every(({ rank }, i) => i === 0 || rank > (list[i - 1]?.rank ?? 0));
  const ranked = members.map(([of, other]): Ranked => ({ of, rank: other.headerOffset }));
  if (isInOrder(ranked)) return found;
  const byKey = new Map<string, Ranked[]>();
  for (const member of ranked)
    for (const key of keysOf(archive.subarray(member.of.offset, member.of.offset + member.of.size))) {
      const list = byKey.get(key);
      if (list === undefined) byKey.set(key, [member]);
      else list.push(member);
    }
  for (const list of byKey.values()) if (!isInOrder(list)) for (const { of } of list) found.add(of);
  const unread = new Set(byKey.get(UNREAD)?.map(({ of }) => of));
  for (const of of outOfOrder(ranked)) if (unread.has(of)) found.add(of);
  return found;
}

/** Those that do not stand behind all that are before them, and before all that are behind. */
function outOfOrder(ranked: readonly Ranked[]): RlibMember[] {
  const least = new Float64Array(ranked.length + 1).fill(Number.POSITIVE_INFINITY);
  for (let i = ranked.length - 1; i >= 0; i -= 1)
    least[i] = Math.min(least[i + 1] as number, ranked[i]?.rank ?? 0);
  let most = 0;
  return ranked.flatMap(({ of, rank }, i) => {
    const isOut = rank < most || rank > (least[i + 1] as number);
    most = Math.max(most, rank);
    return isOut ? [of] : [];
  });
}

interface Ranked {
  readonly of: RlibMember;
  /** Where it stands in B. */
  readonly rank: number;
}

function keysOf(content: Uint8Array): ReadonlySet<string> {
  const bytes = memoryBytes(content);
  if (isRmeta(bytes)) return new Set();
  if (!isElf(bytes)) return new Set([UNREAD]);
  try {
    return definitions(openElf(bytes));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return new Set([UNREAD]);
  }
}

function definitions(elf: Elf): Set<string> {
  const keys = new Set<string>();
  for (const section of elf.sections) {
    if (isRunAround(section)) keys.add(CONSTRUCTED);
    else if (isGathered(section)) keys.add(`${GATHERED}${section.name}`);
  }
  const symbols = elf.symbols('full');
  if (symbols === undefined) return keys;
  let index = 0;
  for (const name of symbols.names()) {
    if (symbols.bind(index) !== 0 && symbols.st_shndx[index] !== SHN_UNDEF && !name.startsWith(PERSONALITY))
      keys.add(name);
    index += 1;
  }
  return keys;
}
