import { existsSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fetchArtefacts } from '../corpora/fetch.js';
import { type Artefact, artefactFile, readManifest } from '../corpora/manifest.js';

const UPSTREAM = ['rustc', 'rust-std', 'cargo'].map(
  (component) => `upstream-1.84.0/${component}-1.84.0-x86_64-unknown-linux-gnu.tar.xz`,
);

const DEBIAN = ['cargo-web', 'libstd-rust-web-1.85', 'libstd-rust-web-dev', 'rustc-web'].map(
  (name) => `debian-1.85/${name}`,
);

/** What the experiment is made of, by the names of corpus/manifest.json (or how they begin), in this order. */
const INPUTS: readonly string[] = [...DEBIAN, 'source-1.85/', ...UPSTREAM];

/** The files of each root, seen from the work folder. */
export const ROOTS = {
  debian: DEBIAN.map((name) => `downloads/${name}.deb`),
  upstream: UPSTREAM.map((name) => `downloads/${name}`),
} as const;

export const DSC = 'source-1.85/rustc-web_1.85.0+dfsg3-1~deb12u3.dsc';

/**
 * Links what lies in `folders` already to where it would be downloaded. Whether it is the right thing is for
 * `fetchInputs` to say.
 */
export function adoptDownloads(folders: readonly string[], to: string, say: (line: string) => void): void {
  for (const artefact of inputArtefacts()) {
    const path = join(to, artefactFile(artefact));
    if (existsSync(path)) continue;
    const found = folders.map((folder) => join(folder, aptName(artefact))).find((file) => existsSync(file));
    if (found === undefined) continue;
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(realpathSync(found), path);
    say(`${artefact.name}: taken from ${dirname(found)}`);
  }
}

/**
 * Downloads what is missing and checks the SHA-256 of everything against corpus/manifest.json.
 * @throws InputError for a file with another digest, and where apt fails; the hint tells what apt lacks
 */
export function fetchInputs(to: string, say: (line: string) => void): void {
  for (const name of INPUTS) fetchArtefacts(to, name, say);
}

/** What is not in `to` yet, with its size. */
export function missingInputs(to: string): readonly string[] {
  return inputArtefacts()
    .filter((artefact) => !existsSync(join(to, artefactFile(artefact))))
    .map(({ name, size }) => `${name}, ${(size / 1e6).toFixed(1)} MB`);
}

/** The file name under which apt-get or a tarball of components leaves an artefact. */
export function aptName(artefact: Artefact): string {
  switch (artefact.kind) {
    case 'deb':
      return `${artefact.package}_${artefact.version.replace(':', '%3a')}_${artefact.architecture}.deb`;
    case 'source':
      return artefact.file;
    case 'member':
      return basename(artefact.member);
  }
}

export function inputArtefacts(): Artefact[] {
  return readManifest().filter(({ name }) =>
    INPUTS.some((input) => (input.endsWith('/') ? name.startsWith(input) : name === input)),
  );
}
