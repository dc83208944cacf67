import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { DSC, ROOTS } from './downloads.js';
import { SOURCE_DIGEST } from './prepared-source.js';

/**
 * Each root with its own cargo says whether anything came out otherwise; one cargo for both isolates rustc, since
 * cargo alone gives every crate another hash.
 */
export const EXPERIMENTS = ['one-cargo', 'own-cargo'] as const;
export type ExperimentName = (typeof EXPERIMENTS)[number];

const NAMES = {
  'one-cargo': 'rustc 1.85.0, one cargo for both roots',
  'own-cargo': 'rustc 1.85.0, each root with its own cargo',
} as const satisfies Record<ExperimentName, string>;

/** The file of an experiment (YAML); its paths are relative, so that reports name no folder of the machine. */
export function experimentText(name: ExperimentName, stages: number): string {
  return stringify({
    schema: 'trustdiff-experiment-1',
    name: NAMES[name],
    source: { path: 'source', digest: SOURCE_DIGEST },
    recipe: {
      use: 'bootstrap',
      'llvm-config': '/usr/lib/llvm-19/bin/llvm-config',
      ...(stages !== 2 && { stages }),
    },
    roots: {
      // Its sources tell that this root is no chain of Debian's own: they carry upstream's compiler.
      a: { name: 'Debian rustc-web 1.85.0', path: ROOTS.debian, sources: `downloads/${DSC}` },
      b: { name: 'upstream 1.84.0', path: ROOTS.upstream },
    },
    // Where outputs differ, a second build from one root tells chance from root, and one cargo for both what is cargo's.
    ...(name === 'one-cargo' ? { tools: { cargo: 'b' } } : { swap: ['cargo'], controls: { b: 1 } }),
  });
}

/** Writes the file into the work folder and makes the folder for its report. */
export function writeExperiment(name: ExperimentName, work: string, stages: number, report: string): string {
  mkdirSync(dirname(report), { recursive: true });
  const file = join(work, `${name}.yaml`);
  writeFileSync(file, experimentText(name, stages));
  return file;
}
