import type { Bytes } from '../bytes.js';
import type { Member } from '../member.js';
import { parseBuilderConfig } from './builder-config.js';
import type { FactSet } from './fact.js';
import { addVersion } from './version.js';

/** Bytes of one text file that are read at most; rustup's channel manifest has 1 MB. */
const TEXT_LIMIT = 4 * 2 ** 20;

type Reader = (text: string, from: string, facts: FactSet, member: Member) => void;

/** What a package says about itself, by the file's name. */
const READERS: Readonly<Record<string, Reader>> = {
  version: readVersion,
  'git-commit-hash': readCommit,
  'builder-config': readBuilderConfig,
  components: readComponents,
  'multirust-channel-manifest.toml': readChannelManifest,
  control: readControl,
  header: readRpmHeader,
  '.PKGINFO': readPkginfo,
};

/** Whether a member is one of the files that `readPackageFile` reads. */
export function isPackageFile(member: Member): boolean {
  const name = basename(member.name);
  if (!Object.hasOwn(READERS, name)) return false;
  if (name === 'control') return member.via.some((container) => container.startsWith('control.tar'));
  // A file called `version` or `header` deep in the artefact is content and says nothing about it.
  return member.role === 'package' || /^[^/]*$|^lib\/rustlib\/[^/]+$/.test(member.path);
}

export function readPackageFile(bytes: Bytes, member: Member, facts: FactSet): void {
  const text = bytes.read(0, Math.min(bytes.length, TEXT_LIMIT)).toString('utf8');
  READERS[basename(member.name)]?.(text, placeOf(member), facts, member);
}

function placeOf(member: Member): string {
  return [...member.via, member.name].join(', ');
}

/** The component a file of upstream's tarball belongs to: `cargo-1.84.0-x86_64-unknown-linux-gnu/version`. */
const TOP_FOLDER =
  /^(?:\.\/)?([a-z][a-z-]*?)-(?:\d+\.\d+\.\d+(?:-[a-z0-9.]+)?|nightly|beta|dev)(?:-(\S+?))?\//;

function readVersion(text: string, from: string, facts: FactSet, member: Member): void {
  // An unpacked component has lost the folder that names it; its place in the canonical sysroot still does.
  const component = TOP_FOLDER.exec(member.name)?.[1] ?? /^([a-z][a-z-]*)\/version$/.exec(member.path)?.[1];
  const version = text.trim();
  // cargo, clippy and rustfmt count their own versions.
  if (component === undefined || /^rust(c|-std|c-dev|-src)?$/.test(component))
    addVersion(facts, version, from);
  else facts.add('tool-version', `${component} ${version}`, from);
}

function readCommit(text: string, from: string, facts: FactSet): void {
  const commit = text.trim();
  if (/^[0-9a-f]{40}$/.test(commit)) facts.add('commit', commit, from);
}

function readBuilderConfig(text: string, from: string, facts: FactSet): void {
  for (const { key, value } of parseBuilderConfig(text))
    facts.add('builder-config', `${key} = ${value}`, from);
}

function readComponents(text: string, from: string, facts: FactSet): void {
  for (const line of text.split('\n').slice(0, 1000)) {
    const component = line.trim();
    if (!/^[a-z][a-z0-9_.-]*$/.test(component)) continue;
    facts.add('component', component, from);
    const host = /^(?:rustc|rust)-([a-z0-9_]+-[a-z0-9_-]+)$/.exec(component)?.[1];
    if (host !== undefined && !/^(std|src|docs|dev|analy[sz]er|analysis|mingw)\b/.test(host))
      facts.add('host', host, from);
  }
}

function readChannelManifest(text: string, from: string, facts: FactSet): void {
  const rustc = /^\[pkg\.rustc\]\nversion = "([^"\n]{1,200})"(?:\ngit_commit_hash = "([0-9a-f]{40})")?/m.exec(
    text,
  );
  if (rustc?.[1] !== undefined) addVersion(facts, rustc[1], from);
  if (rustc?.[2] !== undefined) facts.add('commit', rustc[2], from);
}

/** deb-control(5): `Field: value`, continued on lines that start with a space. */
function readControl(text: string, from: string, facts: FactSet): void {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of text.split('\n').slice(0, 2000)) {
    const field = /^([!-9;-~]+):\s*(.*)$/.exec(line);
    if (field !== null) {
      last = (field[1] ?? '').toLowerCase();
      fields.set(last, field[2] ?? '');
    } else if (line.startsWith(' ')) {
      fields.set(last, `${fields.get(last) ?? ''}${line}`);
    }
  }
  const get = (name: string) => fields.get(name) ?? '';
  addPackage(facts, from, get('package'), get('version'), get('architecture'));
  facts.add('built-using', get('built-using'), `${from}, Built-Using`);
  facts.add('built-using', get('static-built-using'), `${from}, Static-Built-Using`);
}

/** The rpm header as `container/rpm.ts` renders it: `1000 NAME string "rust"`. */
function readRpmHeader(text: string, from: string, facts: FactSet): void {
  const get = (tag: number) => {
    const stored = new RegExp(`^${tag} [A-Z]+ string ("(?:[^"\\\\\\n]|\\\\.){0,1000}")$`, 'm').exec(
      text,
    )?.[1];
    return stored === undefined ? '' : String(JSON.parse(stored));
  };
  const [version, release] = [get(1001), get(1002)];
  addPackage(facts, from, get(1000), release === '' ? version : `${version}-${release}`, get(1022));
}

function readPkginfo(text: string, from: string, facts: FactSet): void {
  const get = (key: string) => new RegExp(`^${key} = (.{1,1000})$`, 'm').exec(text)?.[1] ?? '';
  addPackage(facts, from, get('pkgname'), get('pkgver'), get('arch'));
}

function addPackage(facts: FactSet, from: string, name: string, version: string, architecture: string): void {
  facts.add('package', name, from);
  if (version !== '') facts.add('package-version', `${name} ${version}`, from);
  facts.add('package-architecture', architecture, from);
  // The packages of rustc and std carry rustc's release; cargo's may carry cargo's own (Debian 1.63: cargo 0.66).
  const release =
    /^(?:rustc|libstd-rust|rust($|\d|-std|-static))/.test(name) && /^(?:\d+:)?(1\.\d+\.\d+)/.exec(version);
  if (release) facts.add('release', release[1] ?? '', `${from}, package version`);
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
