import { type Cause, rustThread } from './cause.js';
import type { TextPattern } from './text-pattern.js';

export const tempName = {
  id: 'temp-name',
  title: 'Names of temporary folders',
  signature: '`/tmp/rustcXXXXXX/…`, `/tmp/.tmpXXXXXX/…`: six random letters or digits.',
  explanation:
    'rustc and cargo keep intermediate files in folders with random names, and a linker or archiver may note the path, in a symbol of kind `FILE` for instance.',
  consequence: 'Random from run to run; a control shows it.',
  removal:
    'A newer compiler; else strip the symbols of kind `FILE`, and set `TMPDIR` so that at least the length is equal.',
  falsePositives: 'A folder whose name happens to be `rustc` and six letters, such as `rustcdriver`.',
  root: 'seed',
  maskable: true,
  threads: [
    rustThread(142989, 'the temporary folder in dylibs'),
    rustThread(71714, 'a temporary file in PDBs'),
    {
      text: 'astral-sh/uv#13096: `.tmp` paths in wheels',
      url: 'https://github.com/astral-sh/uv/issues/13096',
    },
  ],
} as const satisfies Cause;

/**
 * The names that `tempfile` and rustc give: a fixed part and six random letters or digits, always a whole component
 * of a path.
 */
export const TEMP_NAME_PATTERNS: readonly TextPattern[] = [
  { cause: 'temp-name', encoding: 'text', find: /\/(rustc[A-Za-z0-9]{6}|\.tmp[A-Za-z0-9]{6})(?![\w.+@~-])/g },
];
