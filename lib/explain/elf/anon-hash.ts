import { createHash } from 'node:crypto';
import type { Sink } from '../../ledger/sink.js';
import { NOWHERE } from './location.js';
import type { ElfView } from './view.js';

const STT_FUNC = 2;
const STB_LOCAL = 0;
const NAME = /anon\.([0-9a-f]{32})\./g;

/**
 * Attests the hash in `anon.<hash>.<n>`: LLVM's pass NameAnonGlobals names what has no name for the MD5 of the names of
 * all that the module defines for others, functions first. Where an object still has them all, hashing their names
 * again gives it.
 */
export function attestAnonHash(a: ElfView, b: ElfView, sink: Sink): void {
  if (!a.relocatable || !b.relocatable) return;
  const [inA, inB] = [anonHash(a), anonHash(b)];
  if (inA === undefined || inB === undefined || inA.text === inB.text) return;
  sink.attested('thinlto-suffix', 'hex', inA.offset, inB.offset, recomputed(a), recomputed(b));
}

/** The hash and one place of it in the file; undefined where there is none, or more than one. */
function anonHash(view: ElfView): { readonly text: string; readonly offset: number } | undefined {
  let found: { readonly text: string; readonly offset: number } | undefined;
  for (const section of view.elf.sections) {
    if (section.sh_type !== SHT_STRTAB) continue;
    const content = view.content(section);
    const text = Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1');
    for (const { 1: hash = '', index } of text.matchAll(NAME)) {
      if (found !== undefined && found.text !== hash) return undefined;
      found ??= { text: hash, offset: section.sh_offset + index + 'anon.'.length };
    }
  }
  return found;
}

const SHT_STRTAB = 3;

function recomputed(view: ElfView): Buffer {
  const { symbols } = view;
  const names: { readonly isFunction: boolean; readonly place: number; readonly name: string }[] = [];
  for (let i = 1; symbols !== undefined && i < symbols.length; i += 1) {
    const place = symbols.location(i, view);
    if (place === NOWHERE || symbols.table.bind(i) === STB_LOCAL) continue;
    names.push({ isFunction: symbols.table.type(i) === STT_FUNC, place, name: symbols.name(i) });
  }
  names.sort((x, y) => Number(y.isFunction) - Number(x.isFunction) || x.place - y.place);
  const hash = createHash('md5').update(names.map(({ name }) => name).join(''), 'latin1');
  return Buffer.from(hash.digest('hex'), 'latin1');
}
