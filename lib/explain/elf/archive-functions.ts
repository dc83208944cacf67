import { memoryBytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { isElf } from '../../format/elf.js';
import { readRlib } from '../../format/rlib.js';
import type { Content } from '../../ledger/content.js';
import { firstPatch } from './patch.js';
import { FRAME } from './thunk.js';
import { ElfView } from './view.js';

/** Functions of two archives by name, as far as somebody asks for them. */
export class ArchiveFunctions {
  readonly #a: Archive;
  readonly #b: Archive;

  constructor(a: Content, b: Content) {
    this.#a = new Archive(a);
    this.#b = new Archive(b);
  }

  /** The name of the function that this one jumps to and does nothing else. */
  thunk(side: 'a' | 'b', name: string): string | undefined {
    return (side === 'a' ? this.#a : this.#b).thunk(name);
  }
}

class Archive {
  #places: Map<string, { readonly view: ElfView; readonly symbol: number }> | undefined;

  constructor(readonly content: Content) {}

  thunk(name: string): string | undefined {
    this.#places ??= definitions(this.content);
    const found = this.#places.get(name);
    if (found === undefined) return undefined;
    const { view, symbol } = found;
    const { symbols } = view;
    const section = view.section(symbols?.table.st_shndx[symbol] ?? 0);
    const patches = section === undefined ? undefined : view.patches(section.index);
    if (section === undefined || patches === undefined || symbols === undefined) return undefined;
    const code = view.content(section);
    let at = symbols.table.st_value[symbol] ?? 0;
    if (FRAME.every((byte, i) => code[at + i] === byte)) at += FRAME.length;
    if (code[at] !== 0xe9) return undefined;
    const patch = firstPatch(patches, at + 1);
    return patches.offset[patch] === at + 1 ? patches.symbols?.name(patches.symbol[patch] ?? 0) : undefined;
  }
}

function definitions(content: Content): Map<string, { readonly view: ElfView; readonly symbol: number }> {
  const out = new Map<string, { readonly view: ElfView; readonly symbol: number }>();
  for (const member of readRlib(content.source)) {
    const object = content.subarray(member.offset, member.offset + member.size);
    if (!isElf(memoryBytes(object))) continue;
    try {
      const view = new ElfView(object);
      for (let i = 1; i < (view.symbols?.length ?? 0); i += 1) {
        if ((view.symbols?.table.st_shndx[i] ?? 0) !== 0)
          out.set(view.symbols?.name(i) ?? '', { view, symbol: i });
      }
    } catch (error) {
      // Whoever explains that member says what is wrong with it.
      if (!(error instanceof InputError)) throw error;
    }
  }
  return out;
}
