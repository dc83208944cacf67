import { counted } from '../report/quantity.js';
import type { MergedClaim } from './merged-claims.js';

/** What hashes of a crate follow from. */
const HASHED: ReadonlySet<string> = new Set(['crate-hash', 'type-id', 'metadata-hash']);
/** Crates whose hash is named. */
const SHOWN = 2;

/**
 * Where a cascade of hashes begins, as far as the claims that stand show it; undefined where no hash differs. A crate's
 * hash is made of its name, `-C metadata` and the compiler's version (rustc: `StableCrateId::new`), and every symbol
 * and type id of it: so the first of these that differs is named, and no more is said than that.
 */
export function originOf(claims: readonly MergedClaim[]): string | undefined {
  const stands = claims.filter(({ doubt }) => doubt === undefined);
  if (!stands.some(({ cause }) => HASHED.has(cause))) return undefined;
  const metadata = stands
    .filter(({ cause }) => cause === 'metadata-hash')
    .sort((x, y) => y.places - x.places);
  const versions = claims.filter(({ cause, doubt }) => cause === 'rustc-version' && doubt !== 'contradicted');
  const version = versions
    .map(({ a, b }) => `${a} ↔ ${b}`)
    .slice(0, SHOWN)
    .join(', ');
  const made = 'Hashes of crates, symbols and types are made from it';
  if (metadata.length > 0) {
    const examples = metadata
      .slice(0, SHOWN)
      .map(({ a, b }) => `${a} ↔ ${b}`)
      .join(', ');
    const more = metadata.length > SHOWN ? ', …' : '';
    const also = version === '' ? '' : ` The compiler's version differs too: ${version}.`;
    return `Another cargo metadata hash (\`-C metadata\`, \`-<16 hex>\` in names) for ${counted(metadata.length, 'crate')}: ${examples}${more}. ${made}.${also}`;
  }
  if (version !== '') return `Another version of the compiler: ${version}. ${made}.`;
  const doubtful = claims.filter(({ cause, doubt }) => HASHED.has(cause) && doubt !== undefined).length;
  const sure = stands.filter(({ cause }) => HASHED.has(cause)).length;
  const how = doubtful === 0 ? 'one to one throughout' : `${sure} of them one to one, ${doubtful} in doubt`;
  return `Hashes of crates or types differ, ${how}; what they are made from (\`-C metadata\`, the version of the compiler, dependencies) stands in none of these files.`;
}
