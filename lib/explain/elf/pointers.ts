import { encoded, Words } from './field.js';
import { NOWHERE, offsetOf, sectionOf } from './location.js';
import type { ElfPairing } from './pairing.js';
import { firstPatch, type Patches, patchTarget } from './patch.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/**
 * A's bytes with its pointers told as they would be in B: those that relocations set and that the file holds too, and the
 * slots of `.got.plt`.
 */
export function inTermsOf(pairing: ElfPairing, piece: Piece, bytes: Uint8Array): Uint8Array {
  const { a } = pairing;
  if (a.relocatable) return bytes;
  const patches = a.patches(piece.section);
  const hasSlots = isSlots(a, piece.section);
  if (patches === undefined && !hasSlots) return bytes;
  const out = Uint8Array.from(bytes);
  if (patches !== undefined) setPointers(pairing, piece, patches, bytes, out);
  if (hasSlots) setSlots(pairing, bytes, out);
  return out;
}

function setPointers(
  { a, b, correspondence }: ElfPairing,
  piece: Piece,
  patches: Patches,
  bytes: Uint8Array,
  out: Uint8Array,
): void {
  const words = new Words(bytes, a.elf.header.littleEndian);
  for (let i = firstPatch(patches, piece.start); i < patches.length; i += 1) {
    const at = (patches.offset[i] ?? 0) - piece.start;
    const size = patches.size[i] ?? 0;
    if (at + size > bytes.length) break;
    if (size !== 8 && size !== 4) continue;
    const target = patchTarget(a, patches, i);
    // Only where the field holds the very address, as the relocation has it.
    if (target === NOWHERE || words.number(at, size) !== a.address(sectionOf(target)) + offsetOf(target))
      continue;
    const there = correspondence.at(target);
    if (there === NOWHERE) continue;
    out.set(encoded(b.address(sectionOf(there)) + offsetOf(there), size, b.elf.header.littleEndian), at);
  }
}

/** Whether a section is the part of the global offset table that functions are called through. */
export function isSlots(view: ElfView, section: number): boolean {
  return view.section(section)?.name === '.got.plt';
}

/**
 * The words of `.got.plt` as they would be in B: before anything is bound each holds an address, that of `.dynamic` first
 * (https://gitlab.com/x86-psABIs/x86-64-ABI, section 5.2). No relocation says so.
 */
function setSlots({ a, b, correspondence }: ElfPairing, bytes: Uint8Array, out: Uint8Array): void {
  const words = new Words(bytes, a.elf.header.littleEndian);
  const size = a.elf.header.class / 8;
  for (let at = 0; at + size <= out.length; at += size) {
    const address = words.number(at, size);
    const there = address === 0 ? NOWHERE : correspondence.at(a.locate(address));
    if (there === NOWHERE) continue;
    out.set(encoded(b.address(sectionOf(there)) + offsetOf(there), size, b.elf.header.littleEndian), at);
  }
}
