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
  #thunks: Map<string, string> | undefined;

  constructor(readonly content: Content) {}

  thunk(name: string): string | undefined {
    this.#thunks ??= thunksOf(this.content);
    return this.#thunks.get(name);
  }
}

/** What each thunk jumps to, by its name. One object is open at a time: all of them take as much memory as the archive. */
function thunksOf(content: Content): Map<string, string> {
  const out = new Map<string, string>();
  for (const member of readRlib(content.source)) {
    const object = content.subarray(member.offset, member.offset + member.size);
    if (!isElf(memoryBytes(object))) continue;
    try {
      const view = new ElfView(object);
      for (let i = 1; i < (view.symbols?.length ?? 0); i += 1) enter(view, i, out);
    } catch (error) {
      // Whoever explains that member says what is wrong with it.
      if (!(error instanceof InputError)) throw error;
    }
  }
  return out;
}

/** Of several definitions the last one counts. */
function enter(view: ElfView, symbol: number, out: Map<string, string>): void {
  const { symbols } = view;
  if (symbols === undefined || (symbols.table.st_shndx[symbol] ?? 0) === 0) return;
  const target = targetOf(view, symbol);
  if (target !== undefined) out.set(symbols.name(symbol), target);
  else if (out.size > 0) out.delete(symbols.name(symbol));
}

/** The name of what a function jumps to and does nothing else. */
function targetOf(view: ElfView, symbol: number): string | undefined {
  const section = view.section(view.symbols?.table.st_shndx[symbol] ?? 0);
  if (section === undefined) return undefined;
  const code = view.content(section);
  let at = view.symbols?.table.st_value[symbol] ?? 0;
  if (FRAME.every((byte, i) => code[at + i] === byte)) at += FRAME.length;
  if (code[at] !== JMP) return undefined;
  const patches = view.patches(section.index);
  if (patches === undefined) return undefined;
  const patch = firstPatch(patches, at + 1);
  return patches.offset[patch] === at + 1 ? patches.symbols?.name(patches.symbol[patch] ?? 0) : undefined;
}

/** `jmp rel32`. */
const JMP = 0xe9;
