/*
 * What no explanation of two ELF files, or of two archives of them, can do without, and nothing else: to read their tables, to
 * cut their code into functions, to decode their bitcode, and to align what has no reader of its own byte by byte. Nothing
 * is paired, proved, written down or shown. The time and the memory that takes are the least that `trustdiff explain` can
 * take, as long as it is written in this language.
 */
import { readFileSync } from 'node:fs';
import { memoryBytes } from '../../lib/artefact/bytes.js';
import { dividePieces } from '../../lib/explain/elf/piece.js';
import { ElfView } from '../../lib/explain/elf/view.js';
import { readModule } from '../../lib/format/bitcode/module.js';
import { isBitcode, readBitcode } from '../../lib/format/bitcode.js';
import { readEhFrame } from '../../lib/format/elf/eh-frame.js';
import { isElf } from '../../lib/format/elf.js';
import { isRlib, readRlib } from '../../lib/format/rlib.js';
import { alignBytes } from '../../lib/ledger/align.js';

const ALIGNED = ['.debug_info', '.debug_ranges', '.debug_rnglists', '.debug_line'];

/** The ELF files in a file: itself, or the members of the archive. */
function objectsIn(content: Uint8Array): Uint8Array[] {
  const bytes = memoryBytes(content);
  const parts = isRlib(bytes)
    ? readRlib(bytes).map(({ offset, size }) => content.subarray(offset, offset + size))
    : [content];
  return parts.filter((part) => isElf(memoryBytes(part)));
}

function read(object: Uint8Array): ElfView {
  const view = new ElfView(object);
  dividePieces(view, readEhFrame(view.elf));
  const bitcode = contentOf(view, '.llvmbc');
  if (isBitcode(bitcode)) readModule(readBitcode(bitcode));
  return view;
}

function contentOf(view: ElfView, name: string): Uint8Array {
  const section = view.elf.sections.find((candidate) => candidate.name === name);
  return section === undefined ? new Uint8Array(0) : view.content(section);
}

const [a = [], b = []] = process.argv.slice(2).map((file) => objectsIn(readFileSync(file)).map(read));
const [viewA, viewB] = [a[0], b[0]];
// In archives the relocations tell what differs in debug information.
if (a.length === 1 && b.length === 1 && viewA !== undefined && viewB !== undefined)
  for (const name of ALIGNED)
    alignBytes(memoryBytes(contentOf(viewA, name)), memoryBytes(contentOf(viewB, name)));
if (a.length === 0 || b.length === 0) throw new Error('there is no ELF file in one of the two');
