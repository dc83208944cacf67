import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../lib/error.js';
import { CORPUS } from './folder.js';

/** A large real artefact, too large for the repository: what it is, and where it comes from. */
export type Artefact = {
  /** Path below the folder that artefacts are fetched to (a .deb gets that ending). */
  readonly name: string;
  readonly what: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
} & (
  | {
      readonly kind: 'deb';
      readonly package: string;
      readonly version: string;
      readonly architecture: string;
    }
  | { readonly kind: 'source'; readonly package: string; readonly version: string; readonly file: string }
  /** A member of the archive that is the artefact named `of`. */
  | { readonly kind: 'member'; readonly of: string; readonly member: string }
);

const FIELDS = {
  deb: ['package', 'version', 'architecture'],
  source: ['package', 'version', 'file'],
  member: ['of', 'member'],
} as const satisfies Record<Artefact['kind'], readonly string[]>;

const MANIFEST = join(CORPUS, 'manifest.json');

/** The artefacts of corpus/manifest.json; throws where an entry lacks a field. */
export function readManifest(): Artefact[] {
  const { artefacts } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as {
    artefacts: Record<string, unknown>[];
  };
  const names = new Set(artefacts.map(({ name }) => name));
  for (const entry of artefacts) {
    const kind = Object.entries(FIELDS).find(([id]) => id === entry.kind);
    const strings = ['name', 'what', 'sha256', ...(kind?.[1] ?? ['kind'])];
    const wrong =
      kind === undefined
        ? 'kind'
        : strings.find((field) => typeof entry[field] !== 'string' || entry[field] === '');
    if (wrong !== undefined) throw new InputError(`${String(entry.name)} lacks ${wrong}`, { file: MANIFEST });
    if (!Number.isSafeInteger(entry.size) || !/^[0-9a-f]{64}$/.test(String(entry.sha256))) {
      throw new InputError(`${String(entry.name)} has no size or no digest`, { file: MANIFEST });
    }
    if (entry.kind === 'member' && !names.has(entry.of)) {
      throw new InputError(`${String(entry.name)} is of an artefact that is not listed`, { file: MANIFEST });
    }
  }
  return artefacts as Artefact[];
}

/** The artefact's file below the folder it was fetched to. */
export function artefactFile(artefact: Artefact): string {
  return artefact.kind === 'deb' ? `${artefact.name}.deb` : artefact.name;
}
