import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestFn } from 'ava';
import { type Experiment, parseExperiment } from './experiment.js';

/** Whether this machine can seal builds. */
const SEALED = spawnSync('bwrap', ['--ro-bind', '/', '/', '--unshare-user', 'true']).status === 0;

/** A test that needs bubblewrap; skipped, and so counted, where there is none. */
export const sealedTest = (SEALED ? test : test.skip) as TestFn;

/** Files of a test's own: contents by path; what ends in `*` can be run. */
export type Tree = Readonly<Record<string, string>>;

export function writeTree(folder: string, tree: Tree): void {
  for (const [name, content] of Object.entries(tree)) {
    const path = join(folder, name.replace(/\*$/, ''));
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content, { mode: name.endsWith('*') ? 0o755 : 0o644 });
  }
}

/** Two "compilers" that put a line of their own at the end of what they copy, or leave it. */
export const COMPILERS: Tree = {
  'src/text': 'the source\n',
  'roots/a/bin/compile*': '#!/bin/sh\ncat "$1" >"$2"\n',
  'roots/b/bin/compile*': '#!/bin/sh\n# Another compiler.\ncat "$1" >"$2"\n',
  'roots/odd/bin/compile*': '#!/bin/sh\ncat "$1" >"$2"; echo odd >>"$2"\n',
};

/** An experiment over `COMPILERS`, with whatever fields are given. */
export function experimentText(fields: object = {}): string {
  return JSON.stringify({
    schema: 'trustdiff-experiment-1',
    name: 'copies',
    source: 'src',
    recipe: {
      use: 'command',
      stages: [
        { name: 'copy', run: '"$TRUSTDIFF_ROOT/bin/compile" "$TRUSTDIFF_SRC/text" "$TRUSTDIFF_OUT/text"' },
      ],
    },
    roots: { a: { name: 'one', path: 'roots/a' }, b: { name: 'other', path: 'roots/b' } },
    ...fields,
  });
}

/** The same, read, in a folder with `COMPILERS` in it. */
export function experimentIn(folder: string, fields: object = {}): Experiment {
  writeTree(folder, COMPILERS);
  return parseExperiment(experimentText(fields), join(folder, 'experiment.yaml'));
}
