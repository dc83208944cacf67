import { SHT_NOBITS } from '../../format/elf/constant.js';
import type { Section } from '../../format/elf/section.js';
import { relativeFields } from '../../machine/relative-fields.js';
import { symbolTokens } from '../../symbol/name.js';
import { firstPatch, type Patches } from './patch.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/**
 * The content of pieces as it is matched by: without the bytes that addresses and hashes decide. It serves to find
 * what belongs together and proves nothing.
 */
export class Bodies {
  readonly #keys = new Map<Piece, string | undefined>();
  readonly #sketches = new Map<Piece, Uint32Array>();

  constructor(readonly view: ElfView) {}

  /** The piece's own bytes; empty where its section has none in the file. */
  bytes(piece: Piece): Uint8Array {
    const section = this.view.section(piece.section);
    if (section === undefined || section.sh_type === SHT_NOBITS) return NONE;
    return this.view.content(section).subarray(piece.start, piece.body);
  }

  /** The content without what relocations patch and without what they lead to. */
  plainKey(piece: Piece): string {
    const section = this.view.section(piece.section);
    if (section === undefined || section.sh_type === SHT_NOBITS) return `size ${piece.body - piece.start}`;
    const bytes = Uint8Array.from(this.bytes(piece));
    const patches = this.view.patches(piece.section);
    if (patches !== undefined) {
      for (let i = firstPatch(patches, piece.start); i < patches.length; i += 1) {
        const at = (patches.offset[i] ?? 0) - piece.start;
        if (at >= bytes.length) break;
        bytes.fill(0, at, at + (patches.size[i] ?? 0));
      }
    }
    if (piece.kind === 'code') this.#withoutHashes(bytes);
    return `${bytes.length} ${hash(bytes)}`;
  }

  #withoutHashes(bytes: Uint8Array): void {
    relativeFields(this.view.elf.header.e_machine, bytes, (at, length) => bytes.fill(0, at, at + length));
  }

  key(piece: Piece): string | undefined {
    if (this.#keys.has(piece)) return this.#keys.get(piece);
    const key = this.#key(piece);
    this.#keys.set(piece, key);
    return key;
  }

  #key(piece: Piece): string | undefined {
    const section = this.view.section(piece.section) as Section;
    if (section.sh_type === SHT_NOBITS) return `size ${piece.body - piece.start}`;
    const bytes = Uint8Array.from(this.bytes(piece));
    const patches = this.view.patches(piece.section);
    const targets: string[] = [];
    if (patches !== undefined) {
      for (let i = firstPatch(patches, piece.start); i < patches.length; i += 1) {
        const at = (patches.offset[i] ?? 0) - piece.start;
        if (at >= bytes.length) break;
        bytes.fill(0, at, at + (patches.size[i] ?? 0));
        if (this.view.relocatable)
          targets.push(`${at} ${patches.type[i]} ${targetKey(this.view, patches, i)}`);
      }
    }
    if (piece.kind === 'code') this.#withoutHashes(bytes);
    return `${bytes.length} ${hash(bytes)} ${targets.join(' ')}`;
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
const SKETCH = 16;
/** Of a long function the first bytes are enough to know it again. */
const SKETCHED = 16_384;

/** What a relocation leads to, by a name that both sides share. */
export function targetKey(view: ElfView, patches: Patches, index: number): string {
  const symbol = patches.symbol[index] ?? 0;
  const addend = patches.addend[index] ?? 0;
  const { symbols } = patches;
  if (symbol === 0 || symbols === undefined) return `${addend}`;
  const name = symbols.skeleton(symbol);
  if (name !== '') return `${name}+${addend}`;
  const section = view.section(symbols.table.st_shndx[symbol] ?? 0);
  return section === undefined ? `${addend}` : symbolTokens(section.name).skeleton;
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

/** 64 bits of two FNV-1a hashes of other bases. */
function hash(bytes: Uint8Array): string {
  let low = 0x811c9dc5;
  let high = 0x01234567;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x01000193) + 0x5bd1;
  }
  return `${(low >>> 0).toString(36)}${(high >>> 0).toString(36)}`;
}
