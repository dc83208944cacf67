import type { CauseId } from '../cause/cause-id.js';
import type { PlaceTable } from './place-table.js';
import type { TokenEncoding } from './sink.js';

/** What compilers and linkers keep in a section. */
export type Home = 'names' | 'comment' | 'debug' | 'metadata' | 'bitcode';

/** Any other section may hold what a program works with. */
const HOMES: readonly (readonly [RegExp, Home])[] = [
  [/^\.(?:strtab|dynstr|shstrtab|symtab|dynsym)$/, 'names'],
  [/^\.comment$/, 'comment'],
  [/^\.(?:z?debug|gnu_debug)/, 'debug'],
  [/^\.(?:rmeta|rustc)$/, 'metadata'],
  [/^\.llvm(?:bc|cmd)$/, 'bitcode'],
];

/** What the section around a place is for; undefined where there is none, or one that may hold anything. */
export function homeOf(places: PlaceTable, place: number): Home | undefined {
  for (let at = place; at > 0; at = places.parent(at)) {
    if (places.kind(at) !== 'section') continue;
    const name = places.name(at);
    return HOMES.find(([pattern]) => pattern.test(name))?.[1];
  }
  return undefined;
}

/** A token where it stands. */
export interface Standing {
  readonly cause: CauseId;
  readonly encoding: TokenEncoding;
  /** Told by who reads a structure. */
  readonly field: string | undefined;
  readonly home: Home | undefined;
  /** What follows it, as far as a path may go. */
  readonly rest: () => Uint8Array;
}

/** The field of a path that is the folder of a source file which is named beside it. */
export const FOLDER = 'folder of sources';

/** Bytes behind a token that are looked at. */
export const LONGEST_PATH = 1024;

/**
 * Whether a token can be nothing else where it stands. What looks like a hash, a version, a path or a symbol in a text, or
 * among a program's data, may be anything that somebody wrote there, and changed in two places.
 */
export function vouches({ cause, encoding, field, home, rest }: Standing): boolean {
  // Only who reads a structure knows of hashes that are no texts.
  if (encoding !== 'hex' && encoding !== 'text') return true;
  switch (cause) {
    case 'build-path':
    case 'out-dir':
      return field === FOLDER || home === 'debug' || namesSource(rest());
    case 'source-info':
      // As text it is a version that stands in a sentence; a commit alone is one where it is in the path of a source.
      return (encoding === 'text' ? home !== undefined : home === 'debug') || namesSource(rest());
    case 'rustc-version':
      return home !== undefined;
    case 'metadata-hash':
      return field !== undefined || isNamed(home);
    case 'crate-hash':
    case 'thinlto-suffix':
    case 'temp-name':
      return isNamed(home);
    default:
      return true;
  }
}

/**
 * Causes whose tokens are short and known to everybody, so that a claim that stands says nothing of a place that may hold
 * anything: where sources moved from `/usr/src` to `/tmp/src`, a program that starts `/usr/bin/x` and now `/tmp/bin/x` did not.
 */
export const GUESSABLE: ReadonlySet<CauseId> = new Set(['build-path']);

/** Where symbols and units have their names. */
function isNamed(home: Home | undefined): boolean {
  return home === 'names' || home === 'debug' || home === 'bitcode';
}

/** In `.rodata` the next text may begin with a letter: a file of Rust is one there where it lies under `src`. */
const SOURCE =
  /\.(?:rs|c|cc|cpp|cxx|h|hh|hpp|S|s|asm)(?![\w.-])|\/src\/(?:[^/]+\/)*[^/.]+\.rs(?!a(?![a-z])|[\d.-])/;

/**
 * Whether the rest of a path names a file of sources; in `.rodata` the next text follows without a separator, so a path ends
 * at whatever is rare in one.
 */
function namesSource(rest: Uint8Array): boolean {
  const text = Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength).toString('latin1');
  const [path = ''] = /^[\w.+@~=/\\\x80-\xff-]*/.exec(text) ?? [];
  return SOURCE.test(path);
}
