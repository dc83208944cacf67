import type { CauseId } from '../cause/cause-id.js';
import { type ClaimColumns, type ClaimKind, type PairExplanation, rowsOf } from './explanation.js';

/** Why a claim does not stand. */
export type Doubt = 'attested once' | 'contradicted' | 'of no type' | 'met as text only';

/** One claim over the whole comparison. */
export interface MergedClaim {
  readonly cause: CauseId;
  readonly domain: string;
  readonly a: string;
  readonly b: string;
  /** Different places that attest it, over all pairs. */
  places: number;
  /** Whether one of them can hold nothing else than such a token. */
  vouched: boolean;
  /** Undefined where it is confirmed. */
  doubt: Doubt | undefined;
}

/** A claim that the name of a file makes. */
export interface NameClaim extends ClaimKind {
  readonly a: string;
  readonly b: string;
  /** Whether the file is one that rustc names so. */
  readonly vouched: boolean;
}

/** Domains whose tokens are hashes. */
const HASHES: ReadonlySet<string> = new Set(['hash', 'crate-hash', 'metadata-hash', 'thinlto-suffix']);

/**
 * Domains of which no token stands on the other side for something else: two hashes, or the roots of two paths, that were
 * exchanged map one to one as well.
 */
const EXCHANGED: ReadonlySet<string> = new Set([...HASHES, 'build-path']);

/** Places that a claim needs: whoever changed one place may have changed no other. */
const LEAST_PLACES = 2;

/**
 * The claims of all pairs together. Whether one stands can be said only over the whole: its tokens must map one to
 * one everywhere, and no token of it may stand unchanged anywhere, since what is `a ↔ a` there cannot be `a ↔ b` here.
 */
export class MergedClaims {
  readonly list: MergedClaim[] = [];
  readonly #rows = new Map<string, number>();
  /** For each pair the merged row of each of its claims. */
  readonly #ofPair: Int32Array[] = [];
  /** For each pair that has some its claims that only stand together. */
  readonly #joint = new Map<number, Pick<ClaimColumns, 'a' | 'joint'>>();

  constructor(explanations: readonly PairExplanation[], names: readonly NameClaim[]) {
    for (const { claims } of explanations) {
      const { a, b, kind, kinds, places, vouched } = claims;
      const rows = new Int32Array(a.length);
      for (let i = 0; i < rows.length; i += 1)
        rows[i] = this.#add(
          kinds[kind[i] ?? 0] as ClaimKind,
          a[i] ?? '',
          b[i] ?? '',
          places[i] ?? 0,
          vouched[i] === 1,
        );
      if (claims.joint !== undefined) this.#joint.set(this.#ofPair.length, claims);
      this.#ofPair.push(rows);
    }
    // Whoever renamed one file may have renamed others too.
    const named = new Set<string>();
    for (const name of names) {
      const key = keyOf(name.domain, name.a, name.b);
      this.#add(name, name.a, name.b, named.has(key) ? 0 : 1, name.vouched);
      named.add(key);
    }
    const kept = new Set<string>();
    for (const explanation of explanations) for (const token of explanation.kept) kept.add(token);
    this.#doubt(kept, new Set(explanations.flatMap(({ typed }) => typed)));
  }

  /** The claim that row `claim` of pair `pair` is part of; of several that only stand together one that does not, if any. */
  of(pair: number, claim: number): MergedClaim | undefined {
    const rows = this.#ofPair[pair];
    const joint = this.#joint.get(pair);
    if (rows === undefined || joint === undefined) return this.list[rows?.[claim] ?? -1];
    const all = rowsOf(joint, claim).map((row) => this.list[rows[row] ?? -1]);
    return all.find((of) => of?.doubt !== undefined) ?? all[0];
  }

  find({ domain, a, b }: Pick<NameClaim, 'domain' | 'a' | 'b'>): MergedClaim | undefined {
    return this.list[this.#rows.get(keyOf(domain, a, b)) ?? -1];
  }

  #add({ cause, domain }: ClaimKind, a: string, b: string, places: number, vouched: boolean): number {
    const key = keyOf(domain, a, b);
    const known = this.#rows.get(key);
    const claim = known === undefined ? undefined : this.list[known];
    if (known !== undefined && claim !== undefined) {
      claim.places += places;
      claim.vouched ||= vouched;
      return known;
    }
    this.list.push({ cause, domain, a, b, places, vouched, doubt: undefined });
    this.#rows.set(key, this.list.length - 1);
    return this.list.length - 1;
  }

  #doubt(kept: ReadonlySet<string>, typed: ReadonlySet<string>): void {
    const partnersA = new Map<string, Map<string, number>>();
    const partnersB = new Map<string, Map<string, number>>();
    for (const { domain, a, b } of this.list) {
      count(partnersA, domain, a);
      count(partnersB, domain, b);
    }
    for (const claim of this.list) {
      const { domain, a, b, places } = claim;
      const single = partnersA.get(domain)?.get(a) === 1 && partnersB.get(domain)?.get(b) === 1;
      // Another hash is a new one: one that the other side has for something else was put there by somebody.
      const swapped =
        EXCHANGED.has(domain) &&
        (partnersB.get(domain)?.has(a) === true || partnersA.get(domain)?.has(b) === true);
      if (!single || swapped || kept.has(a) || kept.has(b)) claim.doubt = 'contradicted';
      else if (places < LEAST_PLACES) claim.doubt = 'attested once';
      else if (!claim.vouched) claim.doubt = 'met as text only';
    }
    this.#doubtTypeIds(typed);
  }

  /**
   * A type id is a hash over those of crates: where none of these differs, it is some other constant that does. So it
   * may be where they do: a constant of 128 bits can be changed wherever it stands. One place must be where only the id
   * of a type can be.
   */
  #doubtTypeIds(typed: ReadonlySet<string>): void {
    const cascade = this.list.some(isHashOfCrate);
    for (const claim of this.list) {
      if (claim.cause !== 'type-id') continue;
      if (!cascade) claim.doubt ??= 'attested once';
      else if (!typed.has(claim.a)) claim.doubt ??= 'of no type';
    }
  }
}

function isHashOfCrate({ cause, doubt }: MergedClaim): boolean {
  return doubt === undefined && (cause === 'crate-hash' || cause === 'metadata-hash');
}

function count(partners: Map<string, Map<string, number>>, domain: string, token: string): void {
  const of = partners.get(domain) ?? new Map<string, number>();
  partners.set(domain, of);
  of.set(token, (of.get(token) ?? 0) + 1);
}

/** The length of the first token parts the two, whatever bytes they hold. */
function keyOf(domain: string, a: string, b: string): string {
  return `${domain} ${a.length} ${a}${b}`;
}
