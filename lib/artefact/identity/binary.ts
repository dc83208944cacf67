import { machineName } from '../../format/elf/constant.js';
import { type Elf, isElf, openElf } from '../../format/elf.js';
import { findRmeta } from '../../format/rmeta.js';
import type { Bytes } from '../bytes.js';
import { findEmbedded, type Stretch } from './embedded.js';
import type { FactSet } from './fact.js';
import { addVersion, versionOfRustc } from './version.js';

/** The library that is the compiler: what it is stands in its read-only data, what compiled it in `.comment`. */
export function readDriver(bytes: Bytes, path: string, facts: FactSet): void {
  if (!isElf(bytes)) {
    addEmbedded(bytes, [{ offset: 0, length: bytes.length }], path, facts, true);
    return;
  }
  const elf = openElf(bytes);
  readBinary(elf, path, facts);
  facts.add('bolt', boltOf(elf), `${path}, section headers`);
  addBoltCommand(elf, path, facts);
  addNeededLlvm(elf, path, facts);
  addEmbedded(bytes, readOnlyData(elf), path, facts);
  const rmeta = findRmeta(bytes);
  if (rmeta === undefined) return;
  // The metadata of the driver were written by the compiler that compiled it: in stage 1 that is the root's.
  facts.add('built-by', rmeta.rustc, `${path}, ${rmeta.place}, offset ${rmeta.offset}`);
  if (rmeta.crate !== undefined) facts.add('host', rmeta.crate.triple, `${path}, ${rmeta.place}`);
}

/** What a program is compiled for: of an artefact without a compiler (cargo alone) the one thing it surely says. */
export function readMachine({ header }: Elf, path: string, facts: FactSet): void {
  const order = header.littleEndian ? 'little' : 'big';
  const machine = `${machineName(header.e_machine)}, ${header.class} bit, ${order} endian`;
  facts.add('machine', machine, `${path}, ELF header`);
}

/** The driver, or where there is none bin/rustc: what every linked binary says. */
export function readBinary(elf: Elf, path: string, facts: FactSet): void {
  readMachine(elf, path, facts);
  addComments(elf, path, facts);
  const debug = elf.debugSections().filter((name) => name !== '.debug_gdb_scripts'); // which is loaded, and code's
  const from = `${path}, section headers`;
  facts.add('symbols', elf.stripped() ? 'stripped' : 'not stripped', from);
  facts.add('debug-info', debug.length === 0 ? 'none' : debug.join(' '), from);
  // Only a build that gathers a profile shows it; one that was optimised with a profile bears no mark of it.
  facts.add('instrumented', elf.sections.some((s) => s.name.startsWith('__llvm_prf_')) ? 'yes' : 'no', from);
}

/** A shared LLVM that lies beside the compiler. */
export function readBundledLlvm(bytes: Bytes, path: string, facts: FactSet): void {
  if (!isElf(bytes)) return; // upstream's libLLVM-19-rust-….so is a linker script of 42 bytes
  const elf = openElf(bytes);
  facts.add('llvm-bolt', boltOf(elf), `${path}, section headers`);
  for (const { text, offset } of findEmbedded(bytes, readOnlyData(elf), false, ['bundledLlvm']).bundledLlvm) {
    facts.add('llvm-version', text.replace(/-rust-.*/, ''), `${path}, offset ${offset}`);
  }
}

/** What compiled and linked a file. GNU ld writes nothing; LLD and mold write a line each. */
function addComments(elf: Elf, path: string, facts: FactSet): void {
  for (const { text, offset } of elf.comments()) {
    const from = `${path}, section .comment, offset ${offset}`;
    if (versionOfRustc(text) !== undefined)
      facts.add('built-by', text.replace('rustc version', 'rustc'), from);
    else if (/^GCC: |clang version |^Apple clang/.test(text)) facts.add('c-compiler', text, from);
    else if (/^Linker: |^mold |^GNU gold/.test(text)) facts.add('linker', text, from);
  }
}

function boltOf(elf: Elf): string {
  return elf.sections.some((s) => s.name.startsWith('.bolt.org.') || s.name === '.note.bolt_info')
    ? 'yes'
    : 'no';
}

function addBoltCommand(elf: Elf, path: string, facts: FactSet): void {
  for (const note of elf.notes()) {
    if (note.section !== '.note.bolt_info') continue;
    const text = elf.bytes.read(note.descOffset, Math.min(note.descLength, 4096)).toString('utf8');
    facts.add('bolt-command', text.replace(/\0+$/, ''), `${path}, section .note.bolt_info`);
  }
}

/** `libLLVM.so.19.1-rust-1.84.0-stable` is bundled, `libLLVM.so.19.1` and `libLLVM-14.so.1` are the system's. */
function addNeededLlvm(elf: Elf, path: string, facts: FactSet): void {
  const dynamic = elf.dynamic();
  if (dynamic === undefined) return;
  const needed = dynamic.needed.filter((name) => name.startsWith('libLLVM'));
  const from = `${path}, DT_NEEDED`;
  for (const name of needed) {
    facts.add('llvm-linkage', 'shared', from);
    facts.add('llvm-origin', name.includes('-rust-') ? 'bundled' : 'system', from);
    const version = llvmVersionOf(name);
    if (version !== undefined) facts.add('llvm-version', version, from);
  }
}

/** The version in the file name of an LLVM library. */
export function llvmVersionOf(name: string): string | undefined {
  return (/^libLLVM\.so\.(\d+(?:\.\d+)*)/.exec(name) ?? /^libLLVM-(\d+(?:\.\d+)*)/.exec(name))?.[1];
}

function addEmbedded(
  bytes: Bytes,
  stretches: readonly Stretch[],
  path: string,
  facts: FactSet,
  whole = false,
): void {
  const found = findEmbedded(bytes, stretches, whole);
  for (const { text, offset } of found.versions) addVersion(facts, text, `${path}, offset ${offset}`);
  const short = facts.values('commit');
  for (const { text, offset } of found.commits) {
    // The std that was linked in carries its own commit: in stage 1 the root's. Only the own one is kept.
    if (short.some((s) => text.startsWith(s))) facts.add('commit', text, `${path}, offset ${offset}`);
  }
  for (const { text, offset } of found.bundledLlvm) {
    // The driver itself names LLVM's version only where LLVM is linked into it.
    facts.add('llvm-linkage', 'static', `${path}, offset ${offset}`);
    facts.add('llvm-origin', 'bundled', `${path}, offset ${offset}`);
    facts.add('llvm-version', text.replace(/-rust-.*/, ''), `${path}, offset ${offset}`);
  }
}

/** BOLT keeps the old section under another name; both are searched. */
function readOnlyData(elf: Elf): Stretch[] {
  return elf.sections
    .filter((s) => /^(\.bolt\.org)?\.rodata/.test(s.name) && s.fileSize > 0)
    .map((s) => ({ offset: s.sh_offset, length: s.fileSize }));
}
