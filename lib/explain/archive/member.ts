import { memoryBytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { isElf, openElf } from '../../format/elf.js';
import type { RlibMember } from '../../format/rlib.js';
import type { Content } from '../../ledger/content.js';
import { symbolTokens } from '../../symbol/name.js';

/**
 * Members by what they are called without hashes; those of one name are counted, so that a second one is never
 * another's. Codegen units are numbered by their names, which hashes change: an object is known by what it defines.
 */
export function keyed(members: readonly RlibMember[], archive: Content): Map<string, RlibMember> {
  const out = new Map<string, RlibMember>();
  for (const member of members) {
    const unit = UNIT.exec(member.name);
    const name = symbolTokens(unit === null ? member.name : member.name.replace(UNIT, '-cgu')).skeleton;
    const defined =
      unit === null ? '' : definedIn(archive.subarray(member.offset, member.offset + member.size));
    const key = `${member.kind} ${name} ${defined}`;
    let rank = 0;
    while (out.has(`${key} ${rank}`)) rank += 1;
    out.set(`${key} ${rank}`, member);
  }
  return out;
}

/** The number of a codegen unit in a member's name. */
export const UNIT = /-cgu\.\d+(?=\.)/;

/** The names that an object defines, without hashes. */
function definedIn(content: Uint8Array): string {
  const bytes = memoryBytes(content);
  if (!isElf(bytes)) return '';
  try {
    const symbols = openElf(bytes).symbols('full');
    const names: string[] = [];
    for (let i = 1; symbols !== undefined && i < symbols.length; i += 1) {
      const here =
        (symbols.st_shndx[i] ?? 0) !== 0 && !symbols.isReserved(i) && (symbols.st_size[i] ?? 0) > 0;
      if (here) names.push(symbolTokens(symbols.name(i)).skeleton);
    }
    return names.sort().join('\0');
  } catch (error) {
    // It is compared by its name then, and whoever reads it says what is wrong with it.
    if (error instanceof InputError) return '';
    throw error;
  }
}

/** What is left of both sides under other definitions, by the number of the unit. */
export function pairMembers(
  a: ReadonlyMap<string, RlibMember>,
  b: ReadonlyMap<string, RlibMember>,
): Map<RlibMember, RlibMember> {
  const pairs = new Map<RlibMember, RlibMember>();
  const taken = new Set<RlibMember>();
  for (const [key, member] of a) {
    const other = b.get(key);
    if (other === undefined) continue;
    pairs.set(member, other);
    taken.add(other);
  }
  const byName = new Map<string, RlibMember[]>();
  for (const other of [...b.values()].reverse()) {
    if (taken.has(other)) continue;
    const name = symbolTokens(other.name).skeleton;
    byName.set(name, [...(byName.get(name) ?? []), other]);
  }
  for (const member of a.values()) {
    if (pairs.has(member)) continue;
    const other = byName.get(symbolTokens(member.name).skeleton)?.pop();
    if (other !== undefined) pairs.set(member, other);
  }
  return pairs;
}
