import { located, type Trouble, toTrouble } from '../error.js';
import { isElf, openElf } from '../format/elf.js';
import { findRmeta } from '../format/rmeta.js';
import type { Bytes } from './bytes.js';
import { llvmVersionOf, readBinary, readBundledLlvm, readDriver, readMachine } from './identity/binary.js';
import { type Fact, type FactName, FactSet } from './identity/fact.js';
import { isPackageFile, readPackageFile } from './identity/package.js';
import { addVersion, versionOfRustc } from './identity/version.js';
import type { Member } from './member.js';

export { FACTS, type Fact, type FactName } from './identity/fact.js';

/** What an artefact says of itself. Plain data: it stands in the report. */
export interface Identity {
  /** By fact, in the order of `FACTS`; where an artefact contradicts itself, every value is kept. */
  readonly facts: Readonly<Partial<Record<FactName, readonly Fact[]>>>;
  /** Key files that could not be read: their facts are unknown. The comparison of their bytes is another matter. */
  readonly unread: readonly Trouble[];
}

/** Key files of one kind that are opened at most: an artefact has one compiler, but may hold any number of files. */
const MOST_OF_A_KIND = 4;
/** Targets whose std is asked; upstream ships one in a tarball. */
const MOST_TARGETS = 32;
/** Files with package metadata that are read. */
const MOST_PACKAGE_FILES = 200;

/**
 * Reads what an artefact says of itself out of a handful of its files: the driver, rustc, LLVM, one rlib a target,
 * and the package's own metadata. Nothing is guessed: a fact that no file states is absent.
 *
 * What the artefact *is* (version, commit) is read from places that its source decides: the version in the
 * driver's read-only data, and the metadata of the crates it compiled (std). What *compiled* it stands in the
 * driver's `.comment` and `.rustc` and is kept apart as `built-by`: in stage 1 that is the root.
 */
export function identify(members: readonly Member[], open: (member: Member) => Bytes): Identity {
  const facts = new FactSet();
  const unread: Trouble[] = [];
  const keys = keyFiles(members, facts);
  const visit = (chosen: readonly Member[], read: (bytes: Bytes, member: Member) => void) => {
    for (const member of chosen) {
      try {
        const bytes = open(member);
        try {
          read(bytes, member);
        } finally {
          bytes.close();
        }
      } catch (error) {
        unread.push(toTrouble(located(error, { member: [...member.via, member.name] })));
      }
    }
  };
  visit(keys.package, (bytes, member) => readPackageFile(bytes, member, facts));
  visit(keys.rlib, (bytes, member) => readCrate(bytes, member.path, facts));
  visit(keys.driver, (bytes, member) => readDriver(bytes, member.path, facts));
  visit(keys.driver.length > 0 ? [] : keys.rustc, (bytes, { path }) => {
    if (isElf(bytes)) readBinary(openElf(bytes), path, facts);
  });
  visit(keys.llvm, (bytes, member) => readBundledLlvm(bytes, member.path, facts));
  visit(keys.driver.length + keys.rustc.length > 0 ? [] : keys.program, (bytes, { path }) => {
    if (isElf(bytes)) readMachine(openElf(bytes), path, facts);
  });
  return { facts: facts.facts(), unread };
}

interface KeyFiles {
  readonly package: Member[];
  readonly driver: Member[];
  readonly rustc: Member[];
  readonly llvm: Member[];
  /** Programs and libraries of any kind, for where there is no compiler. */
  readonly program: Member[];
  readonly rlib: readonly Member[];
}

const DRIVER = /(?:^|\/)(?:lib)?rustc_driver(?:-[0-9a-f]+)?\.(?:so|dylib|dll)$/;
const LLVM = /(?:^|\/)(libLLVM[^/]*)$/;
const OF_TARGET = /(?:^|\/)lib\/rustlib\/([a-z0-9_.]+(?:-[a-z0-9_.]+){1,4})\/(lib|bin)\/(.*)$/;

/** One pass over the names: which files to open, and what the names alone say. */
function keyFiles(members: readonly Member[], facts: FactSet): KeyFiles {
  const keys = { package: [], driver: [], rustc: [], llvm: [], program: [] } as Omit<KeyFiles, 'rlib'>;
  const rlibs = new Map<string, Member>();
  let loose: Member | undefined;
  const take = (list: Member[], member: Member, most = MOST_OF_A_KIND) => {
    if (list.length < most) list.push(member);
  };
  for (const member of members) {
    if (member.metadata.type !== 'file') continue;
    const { path } = member;
    if (isPackageFile(member)) take(keys.package, member, MOST_PACKAGE_FILES);
    else if (DRIVER.test(path)) take(keys.driver, member);
    else if (/(?:^|\/)bin\/rustc$/.test(path)) take(keys.rustc, member);
    else if (LLVM.test(path)) {
      addLlvmName(facts, member);
      take(keys.llvm, member);
    } else addTarget(facts, rlibs, member);
    if (/(?:^|\/)bin\/[^/]+$|\.so$/.test(path)) take(keys.program, member);
    if (rlibs.size === 0 && loose === undefined && path.endsWith('.rlib')) loose = member;
  }
  // Libraries outside any sysroot: what compiled one of them says what the artefact is of.
  if (rlibs.size === 0 && loose !== undefined) rlibs.set('', loose);
  return { ...keys, rlib: [...rlibs.values()].slice(0, MOST_TARGETS) };
}

function addLlvmName(facts: FactSet, member: Member): void {
  const name = LLVM.exec(member.path)?.[1] ?? '';
  const version = llvmVersionOf(name);
  if (!name.includes('-rust-')) return;
  facts.add('llvm-origin', 'bundled', `${member.path}, file name`);
  if (version !== undefined) facts.add('llvm-version', version, `${member.path}, file name`);
}

/** Keeps one rlib a target: libcore's, which every target has, or the first by name. */
function addTarget(facts: FactSet, rlibs: Map<string, Member>, member: Member): void {
  const match = OF_TARGET.exec(member.path);
  if (match === null) return;
  const [, triple = '', folder = '', file = ''] = match;
  if (folder === 'bin') facts.add('host', triple, `${member.path}, path`);
  if (folder !== 'lib') return;
  if (/^lib.*\.(?:rlib|rmeta)$/.test(file)) facts.add('target', triple, `lib/rustlib/${triple}/lib, path`);
  if (!file.endsWith('.rlib')) return;
  const before = rlibs.get(triple);
  const isCore = (path: string) => /\/libcore-[0-9a-f]+\.rlib$/.test(path);
  if (before === undefined || (isCore(member.path) && !isCore(before.path))) rlibs.set(triple, member);
}

/** A crate of std: the artefact's own compiler wrote its metadata. */
function readCrate(bytes: Bytes, path: string, facts: FactSet): void {
  const rmeta = findRmeta(bytes);
  if (rmeta === undefined) return;
  const from = `${path}, ${rmeta.place}, offset ${rmeta.offset}`;
  facts.add('metadata-version', String(rmeta.version), from);
  const version = versionOfRustc(rmeta.rustc);
  if (version !== undefined) addVersion(facts, version, from);
}
