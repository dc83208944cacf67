import { digestFor, parseChecksums } from '../signature/checksum-list.js';
import type { Ancestor, Evidence, Findings } from './evidence.js';
import { NOTHING } from './evidence.js';
import type { BundledArchive, SourceFacts, SourceText } from './source.js';

/**
 * Compilers that come with the sources (Debian's orig-stage0). Where their SHA-256 are those in
 * `src/stage0`, they are upstream's binaries, and what is built with them begins there: the chain is reset.
 */
export function bundledStage0({ bundled, stage0 }: SourceFacts): Findings {
  const [first] = bundled;
  if (first === undefined) return NOTHING;
  const place = { file: first.file, ...(first.member !== undefined && { member: [parentOf(first)] }) };
  if (stage0 === undefined) {
    const says = `it brings ${named(bundled)}, but the sources have no src/stage0 to compare with`;
    return {
      evidence: [{ kind: 'bundled-stage0', supports: 'reset', standing: 'told', says, ...place }],
      ancestors: [],
    };
  }
  const list = parseChecksums(stage0.text, [stage0.file, ...(stage0.member ?? [])].join(' › '));
  const listed = bundled.filter(({ name }) => digestFor(list, name) !== undefined);
  const matching = listed.filter(({ name, sha256 }) => digestFor(list, name) === sha256);
  const evidence: Evidence[] = [];
  for (const { name, file, member, sha256 } of listed.filter((one) => !matching.includes(one))) {
    const says = `${name} has SHA-256 ${sha256}, but src/stage0 lists ${digestFor(list, name)}`;
    evidence.push({
      kind: 'stage0-mismatch',
      supports: 'unknown',
      standing: 'checked',
      says,
      file,
      ...(member !== undefined && { member }),
    });
  }
  for (const { name, file, member } of bundled.filter((one) => digestFor(list, one.name) === undefined)) {
    const says = `${name} comes with the sources, and src/stage0 does not list it`;
    evidence.push({
      kind: 'stage0-mismatch',
      supports: 'unknown',
      standing: 'checked',
      says,
      file,
      ...(member !== undefined && { member }),
    });
  }
  if (matching.length === 0) return { evidence, ancestors: [] };
  const version = stage0Version(stage0);
  const says =
    `${matching.length} of the ${bundled.length} archives of a compiler that it brings have the SHA-256 that src/stage0 of the ` +
    `sources lists: they are upstream's rustc ${version ?? 'of an unnamed version'}`;
  evidence.push({ kind: 'bundled-stage0', supports: 'reset', standing: 'checked', says, ...place });
  const ancestor: Ancestor = {
    what: `upstream's rustc ${version ?? ''} that comes with the sources`.replace('  ', ' '),
    standing: 'checked',
    keys: [
      ...(version === undefined ? [] : [`upstream:${version}`]),
      ...matching.map(({ sha256 }) => `sha256:${sha256}`),
    ],
  };
  return { evidence, ancestors: [ancestor] };
}

/** The version of the compiler that sources are written to be built with: `compiler_version=1.84.0`, or in JSON. */
export function stage0Version({ text }: SourceText): string | undefined {
  const line = /^compiler_version=(\S+)$/m.exec(text)?.[1];
  if (line !== undefined || !/^\s*\{/.test(text)) return line;
  try {
    const { compiler } = JSON.parse(text) as { readonly compiler?: { readonly version?: unknown } };
    return typeof compiler?.version === 'string' ? compiler.version : undefined;
  } catch {
    return undefined;
  }
}

function named(bundled: readonly BundledArchive[]): string {
  const [first] = bundled;
  return bundled.length === 1
    ? (first?.name ?? '')
    : `${bundled.length} archives of a compiler, such as ${first?.name}`;
}

function parentOf({ member, name }: BundledArchive): string {
  const path = member?.at(-1) ?? '';
  return path.slice(0, path.length - name.length) || path;
}
