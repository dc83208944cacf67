import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digester } from '../../artefact/digest.js';
import { BuildError, InputError, SpoolError } from '../../error.js';
import { makeFolder, removeFolder } from '../../root/folder.js';
import { type MaterialisedRoot, materialiseRoot } from '../../root/materialise.js';
import { toolchainParts } from '../../root/prefix.js';
import { execute, lastLines } from '../execution.js';
import type { Experiment, PlantedSpec } from '../experiment.js';
import { laidFolder } from '../laid-folder.js';
import { environmentOf, SURROUNDINGS } from '../place.js';
import type { RecipeName } from '../recipe.js';
import type { Sandbox, ToolFiles } from '../sandbox.js';
import { RECORDS } from './plant-record.js';

/** What is needed to plant. */
export interface Planting {
  readonly experiment: Experiment;
  /** The root to plant in. */
  readonly root: MaterialisedRoot;
  /** Where roots lie. */
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly tools: ToolFiles;
  readonly signal: AbortSignal;
}

/**
 * A copy of a root in which a change is planted: by the experiment's own command, or by a rustc that changes a
 * constant in what it compiles. One that lies there from an earlier time is used again.
 * @throws BuildError where the command fails, SpoolError where the copy cannot be made
 */
export async function plantedRoot(spec: PlantedSpec, planting: Planting): Promise<MaterialisedRoot> {
  const { root, folder, signal } = planting;
  makeFolder(folder);
  const compiler = spec.run === undefined ? compilerOf(planting) : undefined;
  const by = digester('blake3');
  const how =
    spec.run === undefined
      ? [[compiler?.script, compiler?.digest]]
      : [spec.run, planting.experiment.environment, planting.sandbox.use];
  by.update(Buffer.from(JSON.stringify([root.digest, ...how])));
  const top = join(folder, `planted-${by.take().slice(0, NAME_DIGITS)}`);
  return laidFolder(
    top,
    () => materialiseRoot([top], top, { signal }),
    async () => {
      writing(root.prefix, top, () => {
        copyRoot(root.prefix, compiler === undefined ? [''] : partsOf(root.prefix), top);
        if (compiler !== undefined) layCompiler(compiler, top);
      });
      if (spec.run !== undefined) await runPlant(spec.run, top, planting);
      return [];
    },
  );
}

const NAME_DIGITS = 16;

/** What a toolchain needs to compile; its documentation is often more than that. */
function partsOf(prefix: string): readonly string[] {
  return toolchainParts(prefix) ?? readdirSync(prefix).filter((name) => name !== 'share');
}

/** Copies, and never links: what is planted must not reach the root itself. */
function copyRoot(prefix: string, parts: readonly string[], top: string): void {
  mkdirSync(top);
  for (const part of parts)
    cpSync(join(prefix, part), join(top, part), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    });
}

/** @throws SpoolError where the copy of a root cannot be written */
function writing(prefix: string, top: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    removeFolder(top);
    const { code, message } = error as NodeJS.ErrnoException;
    const what = code === 'ENOSPC' ? 'the disk is full' : message;
    throw new SpoolError(`the root cannot be copied to plant a change in it: ${what}`, { file: prefix }, '');
  }
}

/** The rustc that stands before the real one. */
interface PlantedCompiler {
  readonly script: string;
  /** The bundled program (rustc.ts) and node to run it. */
  readonly program: string;
  readonly node: string;
  readonly digest: string;
}

/** In the bundle a file beside the command line, in the library beside `rebuild.js`. */
const PROGRAMS = ['./planted-rustc.mjs', '../planted-rustc.mjs'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
const REAL_NAME = 'rustc-before-planting';
const TOOLS = 'libexec/trustdiff';

/** The crate that is sure to reach what is compared: any, those of the package that cargo builds, or one by name. */
const AIMS: Readonly<Record<Exclude<RecipeName, 'command'>, string>> = {
  rustc: 'any',
  cargo: 'primary',
  std: 'std',
  // In stage1, which the root's rustc compiles.
  bootstrap: 'rustc_driver',
};

function compilerOf({ experiment, sandbox }: Planting): PlantedCompiler {
  const { use } = experiment.recipe;
  if (use === 'command') throw new Error('a change without a command needs rustc');
  const program = PROGRAMS.find((path) => existsSync(path));
  if (program === undefined)
    throw new InputError(
      'the program of the planted rustc is missing',
      { file: PROGRAMS[0] ?? '' },
      'install trustdiff anew',
    );
  const home = join(sandbox.place({ ...NOWHERE, home: '' }).home, RECORDS);
  const script = scriptOf(home, AIMS[use]);
  const by = digester('blake3');
  by.update(readFileSync(program));
  return { script, program, node: process.execPath, digest: by.take() };
}

const NOWHERE = {
  source: '',
  root: '',
  rustcRoot: '',
  cargoRoot: '',
  build: '',
  out: '',
  log: '',
} as const;

/** The shell starts the real rustc, since it passes on every descriptor, such as those of a jobserver. */
function scriptOf(records: string, aim: string): string {
  return `#!/bin/sh
bin=$(dirname "$(readlink -f "$0")")
records='${records.replaceAll("'", `'\\''`)}'
mkdir -p "$records"
start="$records/.start-$$"
: >"$start"
"$bin/${REAL_NAME}" "$@"
status=$?
if [ $status -eq 0 ]; then
  "$bin/../${TOOLS}/node" "$bin/../${TOOLS}/planted-rustc.mjs" "$records" "$start" ${aim} "$@" || status=$?
fi
rm -f "$start"
exit $status
`;
}

function layCompiler({ script, program, node }: PlantedCompiler, top: string): void {
  const rustc = join(top, 'bin/rustc');
  renameSync(rustc, join(dirname(rustc), REAL_NAME));
  writeFileSync(rustc, script, { mode: 0o755 });
  mkdirSync(join(top, TOOLS), { recursive: true });
  cpSync(node, join(top, TOOLS, 'node'), { mode: constants.COPYFILE_FICLONE });
  cpSync(program, join(top, TOOLS, 'planted-rustc.mjs'));
}

/** Runs the experiment's own plant on the copy. */
async function runPlant(run: readonly string[], top: string, planting: Planting): Promise<void> {
  const { experiment, root, sandbox, tools, signal } = planting;
  const work = `${top}.work`;
  const folders = {
    source: join(work, 'source'),
    root: root.prefix,
    rustcRoot: root.prefix,
    cargoRoot: root.prefix,
    build: join(work, 'build'),
    home: join(work, 'home'),
    out: join(work, 'out'),
    log: join(work, 'log'),
  };
  for (const folder of [folders.source, folders.build, folders.home, folders.out, folders.log])
    mkdirSync(folder, { recursive: true });
  const log = `${top}.log`;
  rmSync(log, { force: true });
  const place = sandbox.place(folders);
  const inside = join(dirname(place.source), 'planted');
  const surroundings = { ...SURROUNDINGS, cores: 1 };
  const stage = { name: '', run, claim: false, environment: { TRUSTDIFF_PLANTED: inside } };
  try {
    const { status, signal: by } = await execute(
      sandbox.command({
        folders,
        tools,
        run,
        stage: '',
        earlier: [],
        environment: environmentOf(place, stage, surroundings, experiment.environment),
        surroundings,
        writable: { [inside]: top },
      }),
      { log, signal },
    ).finally(() => sandbox.end());
    if (status !== 0) {
      const ended = status === undefined ? `signal ${by}` : `exit status ${status}`;
      throw new BuildError(`the command that plants failed with ${ended}`, log, lastLines(log, LINES));
    }
  } catch (error) {
    removeFolder(top);
    throw error;
  } finally {
    removeFolder(work);
  }
}

const LINES = 12;
