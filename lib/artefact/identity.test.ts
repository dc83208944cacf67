import test from 'ava';
import { writeElf } from '../format/elf/elf-fixture.js';
import { FACTS, type FactName, type Identity } from './identity.js';
import { compilerFixture, driverFixture, identityOf } from './identity-fixture.js';

const DEBIAN = '1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)';
const UPSTREAM = '1.84.0 (9fc6b4312 2025-01-07)';

const values = (identity: Identity, fact: FactName) => (identity.facts[fact] ?? []).map(({ value }) => value);

test('what the compiler is comes from its read-only data and its crates, what compiled it from .comment', (t) => {
  const identity = identityOf(
    compilerFixture({ version: DEBIAN, builtBy: UPSTREAM, llvm: 'libLLVM.so.19.1' }),
  );
  t.deepEqual(values(identity, 'version'), [DEBIAN]);
  t.deepEqual(values(identity, 'release'), ['1.85.0']);
  t.deepEqual(values(identity, 'commit'), ['4d91de4e4']);
  t.deepEqual(values(identity, 'channel'), ['stable']);
  t.deepEqual(values(identity, 'built-by'), [`rustc ${UPSTREAM}`]);
  t.deepEqual(values(identity, 'metadata-version'), ['9']);
  t.deepEqual(identity.unread, []);
});

test('the driver alone tells its version, though no NUL ends it', (t) => {
  const path = 'lib/librustc_driver-0123456789abcdef.so';
  const identity = identityOf([{ path, content: driverFixture({ version: DEBIAN, builtBy: UPSTREAM }) }]);
  t.deepEqual(values(identity, 'version'), [DEBIAN]);
  t.regex(identity.facts.version?.[0]?.from ?? '', /^lib\/librustc_driver-0123456789abcdef\.so, offset \d+$/);
});

test('the next literal in parentheses is not taken for a part of the version', (t) => {
  const content = Buffer.from(`a${UPSTREAM} (os error ${'x'.repeat(99)}b${UPSTREAM}c${UPSTREAM} (next)`);
  const path = 'lib/librustc_driver-0123456789abcdef.so';
  const identity = identityOf([{ path, content: writeElf({ sections: [{ name: '.rodata', content }] }) }]);
  t.deepEqual(values(identity, 'version'), [UPSTREAM]);
});

test('a driver that is no ELF file is searched as a whole, but not for what compiled it', (t) => {
  const content = `MZ${'\0'.repeat(50)}rustc version 1.83.0 (90b35a623 2024-11-26)\0.rs${UPSTREAM}x`;
  const identity = identityOf([{ path: 'bin/rustc_driver-0123456789abcdef.dll', content }]);
  t.deepEqual(values(identity, 'version'), [UPSTREAM]);
});

test('a full commit is kept where its start is the reported one: std brings the commit of the root', (t) => {
  const own = '9fc6b43126469e3858e2fe86cafb4f0fd5068869';
  const content = Buffer.from(
    `/rustc/${'ab'.repeat(20)}/library/core\0/rustc/${own}/compiler/x.rs${UPSTREAM}y`,
  );
  const path = 'lib/librustc_driver-0123456789abcdef.so';
  const identity = identityOf([{ path, content: writeElf({ sections: [{ name: '.rodata', content }] }) }]);
  t.deepEqual(values(identity, 'commit'), ['9fc6b4312', own]);
});

test('host, targets, machine and LLVM are read from paths, names and DT_NEEDED', (t) => {
  const identity = identityOf([
    ...compilerFixture({
      version: UPSTREAM,
      llvm: 'libLLVM.so.19.1-rust-1.84.0-stable',
      target: 'wasm32-wasip1',
    }),
    {
      path: 'lib/libLLVM.so.19.1-rust-1.84.0-stable',
      content: writeElf({
        sections: [{ name: '.rodata', content: Buffer.from('LLVM\x0019.1.5-rust-1.84.0-stable\0') }],
      }),
    },
    { path: 'lib/libLLVM-19-rust-1.84.0-stable.so', content: 'INPUT(libLLVM.so.19.1-rust-1.84.0-stable)\n' },
    { path: 'lib/rustlib/etc/lldb_lookup.py', content: '' },
  ]);
  t.deepEqual(values(identity, 'host'), ['x86_64-unknown-linux-gnu']);
  t.deepEqual(values(identity, 'target'), ['wasm32-wasip1']);
  t.deepEqual(values(identity, 'machine'), ['EM_X86_64, 64 bit, little endian']);
  t.deepEqual(values(identity, 'llvm-origin'), ['bundled']);
  t.deepEqual(values(identity, 'llvm-linkage'), ['shared']);
  t.deepEqual(values(identity, 'llvm-version').sort(), ['19', '19.1', '19.1.5']);
  t.deepEqual(values(identity, 'llvm-bolt'), ['no']);
});

test('an LLVM without rust in its name is the system’s; one whose version stands in the driver is linked in', (t) => {
  const system = identityOf(compilerFixture({ version: DEBIAN, llvm: 'libLLVM-14.so.1' }));
  t.deepEqual(values(system, 'llvm-origin'), ['system']);
  t.deepEqual(values(system, 'llvm-version'), ['14']);
  t.deepEqual(values(system, 'llvm-linkage'), ['shared']);
  const content = Buffer.from('LLVM\x0019.1.5-rust-1.84.0-stable\0');
  const path = 'lib/librustc_driver-0123456789abcdef.so';
  const linked = identityOf([{ path, content: writeElf({ sections: [{ name: '.rodata', content }] }) }]);
  t.deepEqual(values(linked, 'llvm-linkage'), ['static']);
  t.deepEqual(values(linked, 'llvm-origin'), ['bundled']);
  t.deepEqual(values(linked, 'llvm-version'), ['19.1.5']);
  const neither = identityOf(compilerFixture({ version: DEBIAN }));
  t.deepEqual(values(neither, 'llvm-linkage'), []);
});

test('linker, C compilers, BOLT and stripping are read from the driver', (t) => {
  const comments = ['Linker: LLD 19.1.0', 'GCC: (GNU) 9.5.0', 'clang version 19.1.0-rc3', 'something else'];
  const identity = identityOf(compilerFixture({ version: UPSTREAM, comments, bolt: true, stripped: true }));
  t.deepEqual(values(identity, 'linker'), ['Linker: LLD 19.1.0']);
  t.deepEqual(values(identity, 'c-compiler'), ['GCC: (GNU) 9.5.0', 'clang version 19.1.0-rc3']);
  t.deepEqual(values(identity, 'bolt'), ['yes']);
  t.deepEqual(values(identity, 'symbols'), ['stripped']);
  t.deepEqual(values(identity, 'instrumented'), ['no']);
});

test('upstream’s tarballs say version, commit and configuration; cargo’s version is not rustc’s', (t) => {
  const commit = '9fc6b43126469e3858e2fe86cafb4f0fd5068869';
  const at = (top: string, file: string, content: string) => ({
    path: file,
    name: `${top}/${file}`,
    content,
    role: 'package' as const,
  });
  const rustc = 'rustc-1.84.0-x86_64-unknown-linux-gnu';
  const cargo = 'cargo-1.84.0-x86_64-unknown-linux-gnu';
  const config =
    "profile = 'dist'\n[rust]\n# comment = 1\nlto = 'thin'\ncodegen-units=1\nx = [\n 'a',\n 'b'\n]\n[target.x86_64-unknown-linux-gnu]\nlinker = 'clang'\n";
  const identity = identityOf([
    at(rustc, 'version', `${UPSTREAM}`),
    at(rustc, 'git-commit-hash', commit),
    at(rustc, 'builder-config', config),
    at(cargo, 'version', '0.85.0 (66221abde 2024-11-19)'),
    at(cargo, 'builder-config', config),
    {
      path: 'lib/rustlib/components',
      content: 'rustc-x86_64-unknown-linux-gnu\nrust-std-wasm32-wasip1\nrust-docs-aarch64-apple-darwin\n',
    },
  ]);
  t.deepEqual(values(identity, 'version'), [UPSTREAM]);
  t.deepEqual(values(identity, 'commit'), ['9fc6b4312', commit]);
  t.deepEqual(values(identity, 'tool-version'), ['cargo 0.85.0 (66221abde 2024-11-19)']);
  t.deepEqual(values(identity, 'host'), ['x86_64-unknown-linux-gnu']);
  t.deepEqual(values(identity, 'builder-config'), [
    "profile = 'dist'",
    "rust.lto = 'thin'",
    'rust.codegen-units = 1',
    "rust.x = [ 'a', 'b' ]",
    "target.x86_64-unknown-linux-gnu.linker = 'clang'",
  ]);
  t.is(values(identity, 'component').length, 3);
});

test('packages of Debian, rpm and Arch name themselves', (t) => {
  const control =
    'Package: rustc-web\nVersion: 1.85.0+dfsg3-1~deb12u3\nArchitecture: amd64\nBuilt-Using: binutils (= 2.40-2),\n gcc-12 (= 12.2.0-14)\nDescription: x\n';
  const deb = identityOf([
    { path: 'control', name: './control', via: ['control.tar.xz'], content: control, role: 'package' },
  ]);
  t.deepEqual(values(deb, 'package-version'), ['rustc-web 1.85.0+dfsg3-1~deb12u3']);
  t.deepEqual(values(deb, 'built-using'), ['binutils (= 2.40-2), gcc-12 (= 12.2.0-14)']);
  t.deepEqual(values(deb, 'release'), ['1.85.0']);
  const header =
    '1000 NAME string "rust"\n1001 VERSION string "1.85.0"\n1002 RELEASE string "1.fc42"\n1022 ARCH string "x86_64"\n';
  const rpm = identityOf([{ path: 'header', content: header, role: 'package' }]);
  t.deepEqual(values(rpm, 'package-version'), ['rust 1.85.0-1.fc42']);
  t.deepEqual(values(rpm, 'package-architecture'), ['x86_64']);
  const arch = identityOf([
    { path: '.PKGINFO', content: 'pkgname = rust\npkgver = 1:1.85.0-1\narch = x86_64\n', role: 'package' },
  ]);
  t.deepEqual(values(arch, 'package-version'), ['rust 1:1.85.0-1']);
  t.deepEqual(values(arch, 'release'), ['1.85.0']);
});

test('cargo’s package does not tell the release of rustc', (t) => {
  const control = 'Package: cargo\nVersion: 0.66.0+ds1-1\nArchitecture: amd64\n';
  const identity = identityOf([
    { path: 'control', via: ['control.tar.xz'], content: control, role: 'package' },
  ]);
  t.deepEqual(values(identity, 'release'), []);
});

test('a file of the artefact that is called version or control says nothing of it', (t) => {
  const identity = identityOf([
    { path: 'share/doc/version', content: UPSTREAM },
    { path: 'lib/rustlib/src/control', content: 'Package: x\n' },
  ]);
  t.deepEqual(identity.facts, {});
});

test('an artefact that contradicts itself keeps every value', (t) => {
  const other = compilerFixture({ version: '1.85.0 (4d91de4e4 2025-02-17)' });
  const mixed = [...compilerFixture({ version: UPSTREAM }).slice(0, 2), ...other.slice(2)];
  const identity = identityOf(mixed);
  t.deepEqual(values(identity, 'release').sort(), ['1.84.0', '1.85.0']);
});

test('a key file that cannot be read leaves its facts unknown and is named', (t) => {
  const files = compilerFixture({ version: UPSTREAM });
  const identity = identityOf([
    ...files.slice(2),
    {
      path: 'lib/librustc_driver-0123456789abcdef.so',
      content: Buffer.from('\x7fELF\x02\x01\x01', 'latin1'),
    },
  ]);
  t.deepEqual(values(identity, 'release'), ['1.84.0']);
  t.deepEqual(values(identity, 'built-by'), []);
  t.deepEqual(
    identity.unread.map((trouble) => trouble.member),
    [['lib/librustc_driver-0123456789abcdef.so']],
  );
});

test('facts stand in one order, whatever the order of the members', (t) => {
  const files = compilerFixture({ version: DEBIAN });
  const names = (identity: Identity) => Object.keys(identity.facts);
  t.deepEqual(names(identityOf(files)), names(identityOf([...files].reverse())));
  const order = Object.keys(FACTS);
  t.deepEqual(
    names(identityOf(files)),
    order.filter((name) => names(identityOf(files)).includes(name)),
  );
});
