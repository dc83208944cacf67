import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { openBytes } from '../artefact/bytes.js';
import type { ContentRef } from '../artefact/member.js';
import type { MatchedPair } from './match.js';
import type { ResolvedOptions } from './options.js';

/** What a compiler says of one crate (`-Zls=root`). */
export interface CrateListing {
  readonly name: string;
  /** The crate hash (SVH), 32 hex digits. */
  readonly hash: string;
  /** `StableCrateId` as 16 hex digits. */
  readonly id: string;
  /** Name with its extra filename → crate hash. */
  readonly dependencies: ReadonlyMap<string, string>;
}

/** Seconds for one file. */
const PATIENCE = 30;
/** Bytes of one answer. */
const MOST = 8 * 2 ** 20;
/** At once. */
const RUNS = 2;
/** Dependencies that are named. */
const SHOWN = 6;

/**
 * Asks the compiler that the user names what it reads in each pair of libraries: notes by pair. What it cannot read,
 * another version's metadata above all, is a note as well. Nothing is decided by what it says.
 */
export async function crateNotes(
  pairs: readonly MatchedPair[],
  rustc: string,
  options: ResolvedOptions,
): Promise<Map<MatchedPair, readonly string[]>> {
  const notes = new Map<MatchedPair, readonly string[]>();
  const chosen = pairs.filter(({ a, b }) => hasMetadata(a.path) && hasMetadata(b.path));
  if (chosen.length === 0) return notes;
  const folder = mkdtempSync(join(options.tmpdir, 'trustdiff-rustc-'));
  try {
    const limit = pLimit(RUNS);
    await Promise.all(
      chosen.map((pair, i) =>
        limit(async () => {
          if (options.signal.aborted) return;
          const [a, b] = await Promise.all(
            (['a', 'b'] as const).map(async (side) => {
              const { content, path } = pair[side];
              if (content === undefined) return 'it has no content';
              return listCrate(
                content,
                join(folder, `${i}-${side}-${basename(path)}`),
                rustc,
                options.signal,
              );
            }),
          );
          notes.set(pair, compareListings(a ?? '', b ?? ''));
        }),
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return notes;
}

function hasMetadata(path: string): boolean {
  return /\.(?:rlib|rmeta|so)$/.test(path);
}

/** The listing, or why there is none. `copy`: a name for the content, which may have none of its own. */
async function listCrate(
  content: ContentRef,
  copy: string,
  rustc: string,
  signal: AbortSignal,
): Promise<CrateListing | string> {
  try {
    // The compiler tells formats by the name, and a path of the input could begin with a dash.
    if (content.kind === 'path') {
      copyFileSync(content.path, copy);
    } else {
      const bytes = openBytes(content);
      try {
        writeFileSync(copy, bytes.read(0, bytes.length));
      } finally {
        bytes.close();
      }
    }
    const { stdout } = await promisify(execFile)(rustc, ['-Zls=root', copy], {
      env: { ...process.env, RUSTC_BOOTSTRAP: '1' },
      timeout: PATIENCE * 1000,
      killSignal: 'SIGKILL',
      maxBuffer: MOST,
      signal,
    });
    return parseListing(stdout);
  } catch (error) {
    const { message } = error as Error;
    const killed = (error as { killed?: boolean }).killed === true;
    return killed
      ? `it gave no answer within ${PATIENCE} seconds`
      : firstLine(message.replaceAll(copy, basename(copy)));
  } finally {
    rmSync(copy, { force: true });
  }
}

/** What `rustc -Zls=root` prints; its form is no promise, so that what is not understood is told as it is. */
export function parseListing(text: string): CrateListing | string {
  const name = /^name (\S+)$/m.exec(text)?.[1];
  const hash = /^hash ([0-9a-f]+)/m.exec(text)?.[1];
  if (name === undefined || hash === undefined) return firstLine(text) || 'it printed nothing';
  const id = /StableCrateId\((\d+)\)/.exec(text)?.[1];
  const dependencies = new Map<string, string>();
  for (const [, of = '', its = ''] of text.matchAll(/^\d+ (\S+) hash ([0-9a-f]+)/gm))
    dependencies.set(of, its);
  return { name, hash, id: id === undefined ? '' : BigInt(id).toString(16).padStart(16, '0'), dependencies };
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').slice(0, 300);
}

function compareListings(a: CrateListing | string, b: CrateListing | string): string[] {
  if (typeof a === 'string' || typeof b === 'string')
    return [
      ...(typeof a === 'string' ? [`rustc of A: ${a}`] : []),
      ...(typeof b === 'string' ? [`rustc of B: ${b}`] : []),
    ];
  const different: string[] = [];
  const inB = byName(b.dependencies);
  for (const [name, { full, hash }] of byName(a.dependencies)) {
    const other = inB.get(name);
    if (other?.hash !== hash)
      different.push(`${full} ${hash} ↔ ${other === undefined ? 'none' : `${other.full} ${other.hash}`}`);
    inB.delete(name);
  }
  for (const { full, hash } of inB.values()) different.push(`none ↔ ${full} ${hash}`);
  const more = different.length - SHOWN;
  const same = (x: string, y: string): string => (x === y ? x : `${x} ↔ ${y}`);
  return [
    `by rustc: crate ${same(a.name, b.name)}, crate hash ${same(a.hash, b.hash)}, stable crate id ${same(a.id, b.id)}`,
    different.length === 0
      ? `by rustc: its ${a.dependencies.size} dependencies have the same hashes`
      : `by rustc: other dependencies: ${different.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
  ];
}

/** By the name without its extra filename; of two of one name by their order. */
function byName(of: ReadonlyMap<string, string>): Map<string, { full: string; hash: string }> {
  const named = new Map<string, { full: string; hash: string }>();
  for (const [full, hash] of of) {
    const name = full.replace(/-[0-9a-f]{16}$/, '');
    let key = name;
    for (let i = 2; named.has(key); i += 1) key = `${name} ${i}`;
    named.set(key, { full, hash });
  }
  return named;
}
