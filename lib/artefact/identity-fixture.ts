import { Numbers, stringTable, writeElf } from '../format/elf/elf-fixture.js';
import { writeDylibSection, writeRmeta } from '../format/rmeta-fixture.js';
import { memoryBytes } from './bytes.js';
import { arFixture } from './container/ar-fixture.js';
import { type Identity, identify } from './identity.js';
import type { Member } from './member.js';

/** A file of an artefact in memory, by its path in the canonical sysroot. */
export interface FixtureFile {
  readonly path: string;
  readonly content: Uint8Array | string;
  /** As stored; the path where absent. */
  readonly name?: string;
  readonly via?: readonly string[];
  readonly role?: 'content' | 'package';
}

export function identityOf(files: readonly FixtureFile[]): Identity {
  const contents = new Map<Member, Uint8Array>();
  const members = files.map((file): Member => {
    const content = Buffer.from(file.content);
    const member: Member = {
      name: file.name ?? file.path,
      path: file.path,
      occurrence: 0,
      input: 0,
      via: file.via ?? [],
      role: file.role ?? 'content',
      metadata: { type: 'file' },
      size: content.length,
      content: { kind: 'spool', fd: -1, offset: 0, length: content.length },
    };
    contents.set(member, content);
    return member;
  });
  return identify(members, (member) => memoryBytes(contents.get(member) ?? Buffer.alloc(0)));
}

/** How a compiler was made. */
export interface FixtureCompiler {
  /** What it reports. */
  readonly version: string;
  /** What compiled its driver. */
  readonly builtBy?: string;
  readonly llvm?: string;
  readonly bolt?: boolean;
  readonly stripped?: boolean;
  readonly comments?: readonly string[];
  readonly metadataVersion?: number;
  readonly target?: string;
  readonly host?: string;
}

/** bin/rustc, a driver and one rlib. */
export function compilerFixture(compiler: FixtureCompiler): FixtureFile[] {
  const target = compiler.target ?? 'x86_64-unknown-linux-gnu';
  const rmeta = writeRmeta({
    version: compiler.metadataVersion ?? 9,
    rustc: `rustc ${compiler.version}`,
    triple: target,
  });
  const object = writeElf({ type: 1, sections: [{ name: '.rmeta', content: rmeta }] });
  return [
    { path: 'bin/rustc', content: writeElf({ type: 3 }) },
    { path: 'lib/librustc_driver-0123456789abcdef.so', content: driverFixture(compiler) },
    {
      path: `lib/rustlib/${target}/lib/libcore-fedcba9876543210.rlib`,
      content: arFixture([{ name: 'lib.rmeta', content: object }]),
    },
  ];
}

export function driverFixture(compiler: FixtureCompiler): Buffer {
  const { version, builtBy = version, llvm, bolt = false, stripped = false } = compiler;
  const names = stringTable(llvm === undefined ? ['libc.so.6'] : [llvm]);
  const dynamic = new Numbers(true, true).word(1).word(1).word(0).word(0).bytes();
  const comments = [`rustc version ${builtBy}`, ...(compiler.comments ?? [])];
  const rodata = `compiler/rustc_interface/src/interface.rs${version}drop_compiler${'x'.repeat(90)}${version}.`;
  const rustc = {
    version: 9,
    rustc: `rustc ${builtBy}`,
    triple: compiler.host ?? 'x86_64-unknown-linux-gnu',
  };
  return writeElf({
    sections: [
      { name: '.dynstr', type: 3, content: names.table },
      { name: '.dynamic', type: 6, content: dynamic, link: 1, entsize: 16 },
      { name: bolt ? '.bolt.org.rodata' : '.rodata', content: Buffer.from(rodata) },
      { name: '.comment', content: Buffer.from(comments.map((c) => `${c}\0`).join('')) },
      { name: '.rustc', content: writeDylibSection(rustc) },
      ...(stripped ? [] : [{ name: '.symtab', type: 2, link: 1, entsize: 24 }]),
    ],
  });
}
