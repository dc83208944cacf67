import { SHT_NOBITS } from '../../format/elf/constant.js';
import { relativeFields } from '../../machine/relative-fields.js';
import { symbolTokens } from '../../symbol/name.js';
import { hashScratch, hashText, type Key, mixed, scratchOf } from './hash.js';
import { firstPatch, type Patches } from './patch.js';
import type { Division, Piece } from './piece.js';
import type { ElfView } from './view.js';

/**
 * The content of pieces as it is matched by: without the bytes that addresses and hashes decide. It serves to find
 * what belongs together and proves nothing.
 */
export class Bodies {
  /** By the index of the piece; NaN where none was made yet. */
  readonly #plain: Float64Array;
  readonly #keys: Float64Array;
  readonly #sketches = new Map<Piece, Uint32Array>();

  constructor(
    readonly view: ElfView,
    { all, sweep }: Division,
  ) {
    this.#plain = new Float64Array(all.length).fill(Number.NaN);
    this.#keys = view.relocatable ? Float64Array.from(this.#plain) : this.#plain;
    if (sweep === undefined) return;
    let function_ = 0;
    for (const { kind, index } of all) {
      if (kind !== 'code') continue;
      this.#plain[index] = sweep.content(function_);
      function_ += 1;
    }
  }

  /** The piece's own bytes; empty where its section has none in the file. */
  bytes(piece: Piece): Uint8Array {
    const section = this.view.section(piece.section);
    if (section === undefined || section.sh_type === SHT_NOBITS) return NONE;
    return this.view.content(section).subarray(piece.start, piece.body);
  }

  /** The content without what relocations patch and without what they lead to. */
  plainKey(piece: Piece): Key {
    return this.#known(this.#plain, piece, false);
  }

  /** The content with what relocations lead to, by name. In linked files nothing has a name there. */
  key(piece: Piece): Key {
    return this.#known(this.#keys, piece, this.view.relocatable);
  }

  #known(keys: Float64Array, piece: Piece, withTargets: boolean): Key {
    const known = keys[piece.index];
    if (known !== undefined && !Number.isNaN(known)) return known;
    const key = this.#key(piece, withTargets);
    if (known !== undefined) keys[piece.index] = key;
    return key;
  }

  #key(piece: Piece, withTargets: boolean): Key {
    const { view } = this;
    const section = view.section(piece.section);
    if (section === undefined || section.sh_type === SHT_NOBITS)
      return mixed(WITHOUT_CONTENT, piece.body - piece.start);
    const bytes = scratchOf(this.bytes(piece));
    const patches = view.patches(piece.section);
    let targets = 0;
    if (patches !== undefined) {
      for (let i = firstPatch(patches, piece.start); i < patches.length; i += 1) {
        const at = (patches.offset[i] ?? 0) - piece.start;
        if (at >= bytes.length) break;
        bytes.fill(0, at, at + (patches.size[i] ?? 0));
        if (!withTargets) continue;
        targets = mixed(mixed(targets, at + (patches.type[i] ?? 0) * 2 ** 32), targetKey(view, patches, i));
      }
    }
    if (piece.kind === 'code')
      relativeFields(view.elf.header.e_machine, bytes, (at, length) => bytes.fill(0, at, at + length));
    const plain = hashScratch(bytes.length);
    return targets === 0 ? plain : mixed(plain, targets);
  }

  /** How much two bodies have in common, by the runs of five bytes they share: from 0 to 1. */
  likeness(piece: Piece, other: Piece, of: Bodies): number {
    const mine = this.#sketch(piece);
    const theirs = of.#sketch(other);
    let same = 0;
    for (let i = 0; i < SKETCH; i += 1) if (mine[i] === theirs[i]) same += 1;
    return same / SKETCH;
  }

  #sketch(piece: Piece): Uint32Array {
    let sketch = this.#sketches.get(piece);
    if (sketch === undefined) {
      sketch = sketchOf(this.bytes(piece));
      this.#sketches.set(piece, sketch);
    }
    return sketch;
  }
}

const NONE = new Uint8Array(0);
const WITHOUT_CONTENT = 1;
/** The key of a name that is empty. */
const EMPTY = hashText('');
const SKETCH = 16;
/** Of a long function the first bytes are enough to know it again. */
const SKETCHED = 16_384;

/** What a relocation leads to, by a name that both sides share, in one number. */
export function targetKey(view: ElfView, patches: Patches, index: number): Key {
  const symbol = patches.symbol[index] ?? 0;
  const addend = mixed(0, patches.addend[index] ?? 0);
  const { symbols } = patches;
  if (symbol === 0 || symbols === undefined) return addend;
  const key = symbols.key(symbol);
  if (key !== EMPTY) return mixed(key, addend);
  const section = view.section(symbols.table.st_shndx[symbol] ?? 0);
  return section === undefined ? addend : hashText(symbolTokens(section.name).skeleton);
}

/** Sixteen smallest values of sixteen hashes over the runs of five bytes (MinHash, Broder 1997). */
function sketchOf(bytes: Uint8Array): Uint32Array {
  const out = new Uint32Array(SKETCH).fill(0xffffffff);
  const end = Math.min(bytes.length, SKETCHED);
  for (let i = 0; i + 5 <= end; i += 1) {
    let value = 0x811c9dc5;
    for (let k = 0; k < 5; k += 1) value = Math.imul(value ^ (bytes[i + k] ?? 0), 0x01000193);
    value ^= value >>> 15;
    for (let k = 0; k < SKETCH; k += 1) {
      const mixed = Math.imul(value ^ (0x9e3779b9 * (k + 1)), 0x85ebca6b) >>> 0;
      if (mixed < (out[k] ?? 0)) out[k] = mixed;
    }
  }
  return out;
}
