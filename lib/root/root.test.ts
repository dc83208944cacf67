import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import test, { type ExecutionContext } from 'ava';
import { compilerFixture, type FixtureCompiler } from '../artefact/identity-fixture.js';
import { REPOSITORY, scratch } from '../cli/run-fixture.js';
import { InputError } from '../error.js';
import { ANCESTRIES, EVIDENCE_KINDS } from './ancestry/evidence.js';
import { planRoots } from './plan.js';
import { type InspectRootOptions, inspectRoots, type RootReport, type RootSpec } from './root.js';
import { debPackage, distTarball, file, tarball, written } from './root-fixture.js';
import { ROOT_SCHEMA } from './schema.js';
import { SIGNATURE_OUTCOMES } from './signature/check.js';
import { cleartext, detached, keyringOf, testKey } from './signature/key-fixture.js';
import { verifyFiles } from './signature/verify.js';
import { versionOf } from './version-rule.js';

const T = 'x86_64-unknown-linux-gnu';
const UPSTREAM = '1.84.0 (9fc6b4312 2025-01-07)';
const DEBIAN = '1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)';

function toolchain(compiler: FixtureCompiler, prefix = '') {
  return [
    ...compilerFixture(compiler).map(({ path, content }) => file(prefix + path, content)),
    file(`${prefix}lib/rustlib/${T}/lib/libstd-0123456789abcdef.rlib`, 'std'),
  ];
}

const DIST = distTarball(`rustc-1.84.0-${T}`, 'rustc', toolchain({ version: UPSTREAM }), {
  version: UPSTREAM,
});
const DIST_NAME = `rustc-1.84.0-${T}.tar.gz`;

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function deb(version: string, compiler: FixtureCompiler, name = 'rustc'): Buffer {
  return debPackage(
    `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\n`,
    toolchain(compiler, './usr/'),
  );
}

const RUSTC_DEB = { 'rustc_1.85.0-1_amd64.deb': deb('1.85.0-1', { version: DEBIAN }) };

interface SourceFixture {
  readonly stage0?: string;
  readonly bundled?: Uint8Array;
  readonly buildDepends?: string;
  readonly version?: string;
  readonly sign?: (text: string) => Promise<string>;
}

/** A .dsc with its archives in `folder`; gives its path. */
async function dsc(folder: string, source: SourceFixture = {}): Promise<string> {
  const { stage0 = '', bundled, buildDepends = 'debhelper', version = '1.85.0-1', sign } = source;
  const orig = tarball([
    file('rustc-1.85.0-src/src/version', '1.85.0\n'),
    file('rustc-1.85.0-src/src/stage0', stage0),
  ]);
  const archives: Record<string, Buffer> = { 'rustc_1.85.0.orig.tar.gz': orig };
  if (bundled !== undefined)
    archives['rustc_1.85.0.orig-stage0.tar.gz'] = tarball([file(`2025-01-09/${DIST_NAME}`, bundled)]);
  written(folder, archives);
  const text = [
    'Format: 3.0 (quilt)',
    'Source: rustc',
    'Binary: rustc, libstd-rust-dev',
    `Version: ${version}`,
    `Build-Depends: ${buildDepends}`,
    'Checksums-Sha256:',
    ...Object.entries(archives).map(([name, content]) => ` ${sha256(content)} ${content.length} ${name}`),
    '',
  ].join('\n');
  const path = join(folder, 'rustc_1.85.0-1.dsc');
  writeFileSync(path, sign === undefined ? text : await sign(text));
  return path;
}

function stage0(bytes: Uint8Array): string {
  return `dist_server=https://static.rust-lang.org\ncompiler_date=2025-01-09\ncompiler_version=1.84.0\n\ndist/2025-01-09/${DIST_NAME}=${sha256(bytes)}\n`;
}

async function inspected(
  spec: Omit<RootSpec, 'name'>,
  options: InspectRootOptions = {},
): Promise<RootReport> {
  const { roots } = await inspectRoots([{ name: 'root', ...spec }], options);
  const [root] = roots;
  if (root === undefined) throw new Error('no root');
  return root;
}

/** What a root was judged to be, and what spoke. */
function judged({ ancestry }: RootReport): [string, string | undefined, string[]] {
  const speaking = ancestry.evidence.filter(({ supports }) => supports !== undefined);
  return [ancestry.kind, ancestry.standing, speaking.map(({ kind, standing }) => `${kind} ${standing}`)];
}

test('a root says its version, host and what it has', async (t) => {
  const root = await inspected({ paths: written(scratch(t), { [DIST_NAME]: DIST }) });
  t.is(root.identity.facts.version?.[0]?.value, UPSTREAM);
  t.deepEqual(root.holds, { rustc: true, cargo: false, std: [T] });
  t.is(root.inputs[0]?.layout, 'rust-dist');
  t.is(root.inputs[0]?.check?.sha256, sha256(DIST));
});

test("upstream's tarball is upstream's by its own word, and checked where a list or a signature has it", async (t) => {
  const folder = scratch(t);
  const paths = written(folder, { [DIST_NAME]: DIST });
  t.deepEqual(judged(await inspected({ paths })), ['upstream', 'told', ['layout told']]);
  const [list = ''] = written(folder, { stage0: stage0(DIST) });
  const vouched = ['upstream', 'checked', ['layout told', 'vouched checked']] as const;
  t.deepEqual(judged(await inspected({ paths }, { checksums: [list] })), [...vouched]);
  const key = await testKey('Release');
  written(folder, { [`${DIST_NAME}.asc`]: await detached(key, DIST) });
  t.deepEqual(judged(await inspected({ paths }, { keyrings: [keyringOf(folder, 'keys', [key])] })), [
    ...vouched,
  ]);
});

test('a tarball that a list contradicts is of unknown ancestry', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, { [DIST_NAME]: DIST });
  const [list = ''] = written(folder, { stage0: stage0(Buffer.of(1)) });
  const root = await inspected({ paths }, { checksums: [list] });
  t.is(root.ancestry.kind, 'unknown');
  t.regex(root.ancestry.why, /it was changed/);
});

test('of several tarballs all must be vouched for', async (t) => {
  const folder = scratch(t);
  const cargo = distTarball(`cargo-1.84.0-${T}`, 'cargo', [file('bin/cargo')]);
  const paths = written(folder, { [DIST_NAME]: DIST, 'cargo.tar.gz': cargo });
  const [list = ''] = written(folder, { stage0: stage0(DIST) });
  t.deepEqual(judged(await inspected({ paths }, { checksums: [list] })), [
    'upstream',
    'told',
    ['layout told'],
  ]);
});

test("a package that brings upstream's compiler and asks for none is a chain that was reset", async (t) => {
  const folder = scratch(t);
  const paths = written(folder, RUSTC_DEB);
  const sources = [await dsc(folder, { bundled: DIST, stage0: stage0(DIST) })];
  const root = await inspected({ paths, sources });
  t.deepEqual(judged(root), ['reset', 'told', ['bundled-stage0 checked', 'no-compiler-asked-for told']]);
  const bundled = root.ancestry.evidence.find(({ kind }) => kind === 'bundled-stage0');
  t.is(bundled?.file, join(folder, 'rustc_1.85.0.orig-stage0.tar.gz'));
  t.regex(bundled?.says ?? '', /1 of the 1 archives .* upstream's rustc 1\.84\.0/);
  t.is(root.sources?.version, '1.85.0');
});

test('a bundled compiler that is not the one which the sources list is told and decides against all else', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, RUSTC_DEB);
  const sources = [await dsc(folder, { bundled: DIST, stage0: stage0(Buffer.of(1)) })];
  const { ancestry } = await inspected({ paths, sources });
  t.is(ancestry.kind, 'unknown');
  t.regex(ancestry.why, new RegExp(`${DIST_NAME} has SHA-256 ${sha256(DIST)}, but src/stage0 lists`));
});

test('a package that asks for an earlier one is of a chain', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, RUSTC_DEB);
  const buildDepends =
    'debhelper (>= 9), rustc:native (>= 1.84.0) <!pkg.rustc.dlstage0>, rustc:native (<= 1.85.0++), curl <pkg.rustc.dlstage0>';
  const root = await inspected({
    paths,
    sources: [await dsc(folder, { stage0: stage0(DIST), buildDepends })],
  });
  t.deepEqual(judged(root), ['chain', 'told', ['build-depends told']]);
  t.regex(
    root.ancestry.evidence.find(({ kind }) => kind === 'build-depends')?.says ?? '',
    /\(>= 1\.84\.0\).*\(<= 1\.85\.0\+\+\)/,
  );
});

test('what only a build profile asks for is not asked for', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, RUSTC_DEB);
  const root = await inspected({
    paths,
    sources: [await dsc(folder, { buildDepends: 'rustc <pkg.rustc.chain>' })],
  });
  t.deepEqual(judged(root), ['unknown', undefined, []]);
});

test('a package that brings a compiler and asks for one as well contradicts itself', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, RUSTC_DEB);
  const sources = [await dsc(folder, { bundled: DIST, stage0: stage0(DIST), buildDepends: 'rustc, cargo' })];
  const { ancestry } = await inspected({ paths, sources });
  t.is(ancestry.kind, 'unknown');
  t.regex(ancestry.why, /contradicts itself: it speaks for reset and for chain/);
});

test('a package that asks for mrustc is independent', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, RUSTC_DEB);
  const root = await inspected({ paths, sources: [await dsc(folder, { buildDepends: 'mrustc (>= 0.11)' })] });
  t.deepEqual(judged(root), ['independent', 'told', ['mrustc told']]);
});

test('sources of another version, or another package, say nothing about a root', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, RUSTC_DEB);
  const bundled = { bundled: DIST, stage0: stage0(DIST) };
  const { ancestry } = await inspected({
    paths,
    sources: [await dsc(folder, { ...bundled, version: '1.86.0-1' })],
  });
  t.is(ancestry.kind, 'unknown');
  t.true(ancestry.evidence.some(({ kind }) => kind === 'other-sources'));
  t.false(ancestry.evidence.some(({ kind }) => kind === 'bundled-stage0'));
});

test('a signed .buildinfo that lists the files of a root ties it to what was installed when it was built', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, RUSTC_DEB);
  const key = await testKey('Builder');
  const [name = '', content = Buffer.alloc(0)] = Object.entries(RUSTC_DEB)[0] ?? [];
  const text = (digest: string) =>
    `Format: 1.0\nSource: rustc\nChecksums-Sha256:\n ${digest} ${content.length} ${name}\nInstalled-Build-Depends:\n gcc (= 12),\n rustc (= 1.84.0-1)\n`;
  const buildinfo = join(folder, 'rustc_1.85.0-1_amd64.buildinfo');
  writeFileSync(buildinfo, await cleartext(key, text(sha256(content))));
  const keyrings = [keyringOf(folder, 'keys', [key])];
  const root = await inspected({ paths, sources: [buildinfo] }, { keyrings });
  t.deepEqual(judged(root), ['chain', 'checked', ['installed-compiler checked']]);
  t.deepEqual(judged(await inspected({ paths, sources: [buildinfo] })), [
    'chain',
    'told',
    ['installed-compiler told'],
  ]);
  writeFileSync(buildinfo, text(sha256(Buffer.of(1))));
  await t.throwsAsync(inspected({ paths, sources: [buildinfo] }), {
    instanceOf: InputError,
    message: /another SHA-256/,
  });
});

test('a .buildinfo that lists other files of the same names is not that of the root', async (t) => {
  const folder = scratch(t);
  const elsewhere = scratch(t);
  const paths = written(folder, RUSTC_DEB);
  const text = `Source: rustc\nChecksums-Sha256:\n ${sha256(DIST)} 1 rustc_1.85.0-1_amd64.deb\nInstalled-Build-Depends: rustc (= 1.84.0-1)\n`;
  const sources = written(elsewhere, { 'rustc.buildinfo': text });
  const { ancestry } = await inspected({ paths, sources });
  t.is(ancestry.kind, 'unknown');
  t.regex(ancestry.why, /lists another SHA-256 for rustc_1\.85\.0-1_amd64\.deb/);
  t.false(ancestry.evidence.some(({ kind }) => kind === 'installed-compiler'));
});

test('sources in a directory and a compiler in its stage0 are read, and no link is followed', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, { 'root.tar.gz': tarball(toolchain({ version: DEBIAN })) });
  const top = join(folder, 'src');
  mkdirSync(join(top, 'src'), { recursive: true });
  mkdirSync(join(top, 'stage0/2025-01-09'), { recursive: true });
  written(top, {
    'src/version': '1.85.0\n',
    'src/stage0': stage0(DIST),
    [`stage0/2025-01-09/${DIST_NAME}`]: DIST,
  });
  t.deepEqual(judged(await inspected({ paths, sources: [top] })), [
    'reset',
    'told',
    ['bundled-stage0 checked'],
  ]);
  const linked = join(folder, 'linked');
  mkdirSync(linked);
  for (const name of ['src', 'stage0']) symlinkSync(join(top, name), join(linked, name));
  t.is((await inspected({ paths, sources: [linked] })).sources?.version, undefined);
});

test('an archive of sources that is not what the .dsc lists is refused', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, RUSTC_DEB);
  const sources = [await dsc(folder)];
  writeFileSync(join(folder, 'rustc_1.85.0.orig.tar.gz'), tarball([]));
  await t.throwsAsync(inspected({ paths, sources }), {
    instanceOf: InputError,
    message: /it was changed: .* another SHA-256/,
  });
});

const BUILDERS = {
  'its own version, which decides nothing': [DEBIAN, 'unknown', undefined],
  "upstream's, which is a reset": [UPSTREAM, 'reset', 'told'],
  'an earlier package, which is a chain': [
    '1.84.0 (9fc6b4312 2025-01-07) (built from a source tarball)',
    'chain',
    'told',
  ],
  'mrustc, which is independent': ['1.84.0-stable-mrustc', 'independent', 'told'],
} as const;

for (const [what, [builtBy, kind, standing]] of Object.entries(BUILDERS)) {
  test(`a compiler that was compiled by ${what}`, async (t) => {
    const paths = written(scratch(t), {
      'rustc_1.85.0-1_amd64.deb': deb('1.85.0-1', { version: DEBIAN, builtBy }),
    });
    const root = await inspected({ paths });
    t.is(root.ancestry.kind, kind);
    t.is(root.ancestry.standing, standing);
    t.true(root.ancestry.evidence.some(({ says }) => says.includes(builtBy)));
  });
}

test('a root that descends from the other is said to, by the digest of the archive', async (t) => {
  const folder = scratch(t);
  const [distribution, upstream] = [written(folder, RUSTC_DEB), written(folder, { [DIST_NAME]: DIST })];
  const sources = [await dsc(folder, { bundled: DIST, stage0: stage0(DIST) })];
  const { relations } = await inspectRoots([
    { name: 'debian', paths: distribution, sources },
    { name: 'upstream', paths: upstream },
  ]);
  t.is(relations.length, 1);
  const [shared] = relations[0]?.shared ?? [];
  t.is(shared?.key, `sha256:${sha256(DIST)}`);
  t.regex(shared?.what ?? '', /^debian descends from upstream: upstream's rustc 1\.84\.0/);
});

test('two releases of upstream share the older, and a package with itself nothing that is not in its files', async (t) => {
  const folder = scratch(t);
  const newer = '1.86.0 (05f9846f8 2025-03-31)';
  const other = distTarball(`rustc-1.86.0-${T}`, 'rustc', toolchain({ version: newer }), { version: newer });
  const [older, later] = written(folder, { [DIST_NAME]: DIST, 'rustc-1.86.0.tar.gz': other });
  const packages = written(folder, {
    'a.deb': deb('1.85.0-1', { version: DEBIAN }),
    'b.deb': deb('1.85.0-2', { version: DEBIAN }),
  });
  const of = (...paths: (string | undefined)[]) =>
    inspectRoots(paths.map((path, i) => ({ name: `r${i}`, paths: [path ?? ''] })));
  t.deepEqual(
    (await of(older, later)).relations[0]?.shared.map(({ key, standing }) => [key, standing]),
    [['upstream:1.84.0', 'told']],
  );
  t.deepEqual((await of(packages[0], packages[1])).relations[0]?.shared, []);
  t.is(
    (await of(packages[0], packages[0])).relations[0]?.shared[0]?.key,
    `sha256:${sha256(readFileSync(packages[0] ?? ''))}`,
  );
});

test('sources whose signature is bad are refused, and with requireSignature those that nobody signed', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, RUSTC_DEB);
  const key = await testKey('Developer');
  const keyrings = [keyringOf(folder, 'keys', [key])];
  const signed = [await dsc(folder, { sign: (text) => cleartext(key, text) })];
  t.is((await inspected({ paths, sources: signed }, { keyrings })).sources?.checks[0]?.outcome, 'good');
  writeFileSync(
    signed[0] ?? '',
    readFileSync(signed[0] ?? '', 'utf8').replace('Source: rustc', 'Source: rustd'),
  );
  const changed = inspected({ paths, sources: signed }, { keyrings });
  await t.throwsAsync(changed, {
    instanceOf: InputError,
    message: /it was changed: the bytes are not what was signed/,
  });
  written(folder, {
    'rustc_1.85.0-1_amd64.deb.asc': await detached(key, Object.values(RUSTC_DEB)[0] ?? Buffer.alloc(0)),
  });
  const unsigned = [await dsc(folder)];
  const options = { keyrings, requireSignature: true };
  await t.throwsAsync(inspected({ paths, sources: unsigned }, options), {
    message: /its signature is missing/,
  });
  await t.throwsAsync(inspected({ paths, sources: [join(folder, 'rustc_1.85.0.orig.tar.gz')] }, options), {
    message: /missing/,
  });
  await t.throwsAsync(inspected({ paths, sources: [folder] }, options), {
    message: /a directory bears no signature/,
  });
});

test('two packages of one chain share its earlier packages', async (t) => {
  const folders = [scratch(t), scratch(t)];
  const specs: RootSpec[] = [];
  for (const folder of folders) {
    const content = deb('1.85.0-1', { version: DEBIAN, llvm: `libLLVM-${specs.length + 14}.so.1` });
    const paths = written(folder, { 'rustc_1.85.0-1_amd64.deb': content });
    const sources = [await dsc(folder, { buildDepends: 'rustc (>= 1.84)' })];
    specs.push({ name: `r${specs.length}`, paths, sources });
  }
  const { relations } = await inspectRoots(specs);
  t.deepEqual(
    relations[0]?.shared.map(({ key }) => key),
    ['package:rustc'],
  );
});

async function refused(
  t: ExecutionContext,
  options: InspectRootOptions,
  paths: string[],
  says: RegExp,
): Promise<void> {
  await t.throwsAsync(inspected({ paths }, { ...options, requireSignature: true }), {
    instanceOf: InputError,
    message: says,
  });
}

test('with requireSignature a file without a good signature is refused before it is opened', async (t) => {
  const folder = scratch(t);
  // It is no archive at all: whoever opened it would say so.
  const paths = written(folder, { [DIST_NAME]: 'no archive' });
  const [key, other] = [await testKey('Release'), await testKey('Other')];
  const options = { keyrings: [keyringOf(folder, 'keys', [key])] };
  await refused(t, options, paths, /its signature is missing/);
  written(folder, { [`${DIST_NAME}.asc`]: await detached(other, Buffer.from('no archive')) });
  await refused(t, options, paths, /its signature is by the wrong key/);
  written(folder, { [`${DIST_NAME}.asc`]: await detached(key, DIST) });
  await refused(t, options, paths, /its signature is bad/);
  const [list = ''] = written(folder, { stage0: stage0(Buffer.from('no archive')) });
  rmSync(`${paths[0]}.asc`);
  await refused(t, { checksums: [list] }, paths, /nobody signed it/);
});

test('with requireSignature a file with a good signature is read, and a directory is refused', async (t) => {
  const folder = scratch(t);
  const paths = written(folder, { [DIST_NAME]: DIST });
  const key = await testKey('Release');
  written(folder, { [`${DIST_NAME}.asc`]: await detached(key, DIST) });
  const options = { keyrings: [keyringOf(folder, 'keys', [key])], requireSignature: true };
  t.is((await inspected({ paths }, options)).ancestry.standing, 'checked');
  await refused(t, options, [folder], /a directory bears no signature/);
});

test('a directory has a digest of the toolchain in it', async (t) => {
  const folder = scratch(t);
  const top = join(folder, 'toolchain');
  mkdirSync(join(top, 'bin'), { recursive: true });
  written(top, { 'bin/rustc': 'x' });
  const before = (await inspected({ paths: [top] })).treeDigest;
  t.regex(before ?? '', /^[0-9a-f]{64}$/);
  written(top, { 'bin/rustc': 'y' });
  t.not((await inspected({ paths: [top] })).treeDigest, before);
});

type Json = { readonly [key: string]: unknown };
const SCHEMA = JSON.parse(readFileSync(join(REPOSITORY, 'docs/root-1.schema.json'), 'utf8')) as Json;
const isRootReport = new Ajv2020({ strict: true, strictRequired: false }).compile(SCHEMA);

function assertValid(t: ExecutionContext, report: object): void {
  const plain = JSON.parse(JSON.stringify({ schema: ROOT_SCHEMA, ...report })) as Json;
  t.true(isRootReport(plain), JSON.stringify(isRootReport.errors));
  t.false(isRootReport({ ...plain, unexpected: 1 }));
  t.false(isRootReport({ ...plain, schema: 'trustdiff-root-2' }));
}

test('reports are as the schema says', async (t) => {
  const folder = scratch(t);
  const key = await testKey('Release');
  const sources = [
    await dsc(folder, { bundled: DIST, stage0: stage0(DIST), sign: (text) => cleartext(key, text) }),
  ];
  const keyrings = [keyringOf(folder, 'keys', [key])];
  const [debian = [], upstream = []] = [written(folder, RUSTC_DEB), written(folder, { [DIST_NAME]: DIST })];
  const inspection = await inspectRoots(
    [
      { name: 'debian', paths: debian, sources },
      { name: 'upstream', paths: upstream },
      { name: 'directory', paths: [folder] },
    ],
    { keyrings },
  );
  assertValid(t, { command: 'inspect', ...inspection });
  assertValid(t, { command: 'verify', ...(await verifyFiles([...sources, ...upstream], { keyrings })) });
  assertValid(t, { command: 'verify', ...(await verifyFiles(sources)) });
  const roots = ['1.63.0', '1.84.0', '1.85.0'].map((version) => ({
    name: version,
    version: versionOf(version),
    lacks: [],
  }));
  assertValid(t, { command: 'plan', ...planRoots(versionOf('1.85.0'), roots, '1.84.0') });
});

test('the schema has every outcome, ancestry and kind of evidence', (t) => {
  const defs = SCHEMA.$defs as Record<
    string,
    { enum?: unknown; properties?: Record<string, { enum?: unknown }> }
  >;
  t.deepEqual(defs.outcome?.enum, [...SIGNATURE_OUTCOMES]);
  t.deepEqual(defs.ancestry?.enum, [...ANCESTRIES]);
  t.deepEqual(defs.evidence?.properties?.kind?.enum, [...EVIDENCE_KINDS]);
});

test('what the schema has in common with that of inspections it says alike', (t) => {
  const inspection = JSON.parse(readFileSync(join(REPOSITORY, 'docs/inspection-1.schema.json'), 'utf8')) as {
    $defs: Json;
  };
  for (const name of ['name', 'fact', 'identity', 'trouble'])
    t.deepEqual((SCHEMA.$defs as Json)[name], inspection.$defs[name], name);
});
