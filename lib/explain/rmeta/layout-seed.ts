import { littleEndian } from '../../format/rmeta/leb128.js';
import type { CrateRoot, RootTable } from '../../format/rmeta/root.js';

const SIZE = 8;
const WORD = (1n << 64n) - 1n;

/**
 * `ReprOptions::field_shuffle_seed` of the types of this crate: three times the crate's id plus the type's hash, in 64
 * bits (`Fingerprint::to_smaller_hash`). Since version 10 it is written as eight bytes, which nothing else tells from
 * other numbers; so it is believed only where both sides' can be computed.
 */
export class LayoutSeeds {
  #known: Map<bigint, bigint> | undefined;

  constructor(
    readonly a: Uint8Array,
    readonly rootA: CrateRoot,
    readonly b: Uint8Array,
    readonly rootB: CrateRoot,
  ) {}

  /** Where the seed that covers `i` starts, or -1. What A has at `i` stands at `j` in B. */
  startAt(i: number, j: number, last: number): number {
    this.#known ??= this.#compute();
    for (let start = i; start > i - SIZE && start >= last; start--) {
      const b = j - (i - start);
      if (b < 0 || start + SIZE > this.a.length || b + SIZE > this.b.length) continue;
      if (this.#known.get(wordAt(this.a, start)) === wordAt(this.b, b)) return start;
    }
    return -1;
  }

  #compute(): Map<bigint, bigint> {
    const out = new Map<bigint, bigint>();
    const [tableA, tableB] = [pathHashes(this.rootA), pathHashes(this.rootB)];
    if (tableA === undefined || tableB === undefined || tableA.count !== tableB.count) return out;
    const crateA = wordAt(this.a, this.rootA.stableCrateId);
    const crateB = wordAt(this.b, this.rootB.stableCrateId);
    for (let k = 0; k < tableA.count; k++) {
      const a = (3n * crateA + wordAt(this.a, tableA.position + k * SIZE)) & WORD;
      out.set(a, (3n * crateB + wordAt(this.b, tableB.position + k * SIZE)) & WORD);
    }
    return out;
  }
}

/** `def_path_hashes`: the one table as wide as a hash. */
function pathHashes(root: CrateRoot): RootTable | undefined {
  return root.tables.find((t) => t.width === SIZE && t.count > 0);
}

function wordAt(bytes: Uint8Array, at: number): bigint {
  return BigInt(littleEndian(bytes, at, 4)) | (BigInt(littleEndian(bytes, at + 4, 4)) << 32n);
}
