import { minorText, parseVersion } from '../version-rule.js';
import type { Evidence } from './evidence.js';
import { factsOf, filesOf, firstOf, type RootFacts } from './root-facts.js';
import type { SourceControl, SourceFacts } from './source.js';

/** Whether sources are those of a root. */
export interface SourcesLink {
  /** `none`: they are of something else, and what they say is not held against the root. */
  readonly standing: 'checked' | 'told' | 'none';
  readonly evidence: readonly Evidence[];
}

/**
 * Ties sources to a root. A .buildinfo or .changes that lists the root's files by digest ties them for sure; name and
 * version of packages, or the version alone, are their word.
 */
export function linkSources(root: RootFacts, source: SourceFacts): SourcesLink {
  for (const control of source.controls) {
    if (control.kind !== 'buildinfo' && control.kind !== 'changes') continue;
    const link = byDigest(root, control);
    if (link !== undefined) return link;
  }
  const dsc = source.controls.find(({ kind }) => kind === 'dsc');
  if (dsc !== undefined && factsOf(root, 'package').length > 0) return byPackage(root, dsc);
  return byVersion(root, source);
}

function byDigest(root: RootFacts, control: SourceControl): SourcesLink | undefined {
  const { digests } = control;
  const archives = root.inputs.flatMap(({ check }) => check ?? []);
  const listed = archives.filter(({ file }) => digests.has(baseOf(file)));
  if (listed.length === 0 || listed.length < root.inputs.length) return undefined;
  const wrong = listed.find(({ file, sha256 }) => digests.get(baseOf(file)) !== sha256);
  if (wrong !== undefined) {
    const says = `the ${control.kind} lists another SHA-256 for ${baseOf(wrong.file)}: the sources are not those of this root`;
    return {
      standing: 'none',
      evidence: [
        { kind: 'other-sources', supports: 'unknown', standing: 'checked', says, file: control.file },
      ],
    };
  }
  const standing = control.signed ? 'checked' : 'told';
  const says = `the ${control.kind} lists every file of the root with its SHA-256`;
  return { standing, evidence: [{ kind: 'sources-link', standing, says, file: control.file }] };
}

function byPackage(root: RootFacts, dsc: SourceControl): SourcesLink {
  const [paragraph] = dsc.paragraphs;
  const binaries = new Set((paragraph?.get('binary') ?? '').split(/[\s,]+/));
  const version = paragraph?.get('version') ?? '';
  const source = paragraph?.get('source') ?? '';
  const packages = factsOf(root, 'package-version').map(({ value }) => value);
  const compiler = packages.filter((text) => /^(?:rustc|libstd-rust)/.test(text));
  const of = (text: string): boolean => {
    const [name = '', own = ''] = text.split(' ');
    return binaries.has(name) && own.replace(/\+b\d+$/, '') === version;
  };
  if (compiler.length > 0 && compiler.every(of)) {
    const says = `the packages are those of ${source} ${version} by name and version; that they were built from it is their word`;
    return { standing: 'told', evidence: [{ kind: 'sources-link', standing: 'told', says, file: dsc.file }] };
  }
  const says = `the sources are ${source} ${version}, the root is ${compiler.join(', ') || packages.join(', ')}: what the sources say is not held against it`;
  return { standing: 'none', evidence: [{ kind: 'other-sources', standing: 'told', says, file: dsc.file }] };
}

function byVersion(root: RootFacts, source: SourceFacts): SourcesLink {
  const own = parseVersion(firstOf(root, 'release'));
  const theirs = parseVersion(source.version?.text ?? '');
  const file = source.version?.file ?? source.paths.join(', ');
  if (own === undefined || theirs === undefined) {
    const says = `nothing in the sources says that ${filesOf(root)} was built from them`;
    return { standing: 'none', evidence: [{ kind: 'other-sources', standing: 'told', says, file }] };
  }
  const member = source.version?.member;
  const place = { file, ...(member !== undefined && { member }) };
  if (own.major === theirs.major && own.minor === theirs.minor && own.patch === theirs.patch) {
    const says = `the sources are of the root's version; that it was built from them is your word`;
    return { standing: 'told', evidence: [{ kind: 'sources-link', standing: 'told', says, ...place }] };
  }
  const says = `the sources are of ${minorText(theirs)}, the root is ${minorText(own)}: what the sources say is not held against it`;
  return { standing: 'none', evidence: [{ kind: 'other-sources', standing: 'told', says, ...place }] };
}

function baseOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
