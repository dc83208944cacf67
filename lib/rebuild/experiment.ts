import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { InputError, UsageError } from '../error.js';
import { type Fields, parseFields } from './fields.js';
import { type Recipe, readRecipe } from './recipe.js';
import { VARIATIONS, type Variation } from './variation.js';

const EXPERIMENT_SCHEMA = 'trustdiff-experiment-1';

/** The tools of a root that can be taken from the other one. */
export const TOOLS = ['cargo', 'rustc'] as const;
export type Tool = (typeof TOOLS)[number];

export const SIDES = ['a', 'b'] as const;
export type SideName = (typeof SIDES)[number];

/** An experiment as its file says it; paths are absolute. */
export interface Experiment {
  readonly file: string;
  readonly name: string;
  readonly source: SourceSpec;
  readonly recipe: Recipe;
  readonly roots: Readonly<Record<SideName, ExperimentRoot>>;
  /** Which side's tool both sides use; a tool that is not named comes from each side's own root. */
  readonly tools: Readonly<Partial<Record<Tool, SideName>>>;
  /** More builds of each root, beside the first. */
  readonly controls: Readonly<Record<SideName, number>>;
  /** Beside what the place itself sets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly sandbox: SandboxSpec;
  /** What the controls do otherwise. */
  readonly vary: readonly Variation[];
  readonly planted: PlantedSpec | undefined;
  /** Tools for each of which root A is built from once more with that of root B. */
  readonly swap: readonly Tool[];
  /** Whom to believe about the files of roots and sources. */
  readonly trust: TrustSpec;
}

/** Keys and lists of digests that the user vouches for (lib/root/signature). */
export interface TrustSpec {
  readonly keyrings: readonly string[];
  readonly fingerprints: readonly string[];
  readonly checksums: readonly string[];
  readonly signatures: readonly string[];
  /** Whether every file must have a good signature, before it is opened further. */
  readonly requireSignature: boolean;
}

export interface SourceSpec {
  /** A directory or an archive. */
  readonly path: string;
  /** The path as the file gives it: that stands in reports. */
  readonly given: string;
  /** Whether it is an archive. */
  readonly isFile: boolean;
  /** `blake3:<hex>` of the tree (lib/root/tree-digest.ts). */
  readonly digest: string | undefined;
}

export interface ExperimentRoot {
  readonly name: string;
  /** A directory, or the archives and packages that together are the root. */
  readonly paths: readonly string[];
  /** The same as the file gives them. */
  readonly given: readonly string[];
  /** What the root itself was built from, as evidence of where it comes from: a .dsc, a directory, an archive. */
  readonly sources: readonly string[];
}

export interface SandboxSpec {
  readonly use: 'bubblewrap' | 'none';
  /** Processors a build may use, and the number of jobs it is told; all of the machine's unless given. */
  readonly cores: number | undefined;
}

/** A change that is planted in a root on purpose: where the experiment does not find it, it proves nothing. */
export interface PlantedSpec {
  readonly of: SideName;
  /**
   * Run in the sandbox with a writable copy of the root at `$TRUSTDIFF_PLANTED`. Where there is none, the rustc of the
   * copy changes one constant in what it compiles.
   */
  readonly run: readonly string[] | undefined;
}

const MAX_CORES = 1024;
/** Nobody writes more by hand; in bytes. */
const MAX_BYTES = 1 << 20;
const MAX_CONTROLS = 100;

/** What the options of a command line say beside a file. */
export type ExperimentOptions = (experiment: Experiment) => Experiment;

/**
 * @param options Taken in before it is asked whether one field rules another out
 * @throws InputError for a file that cannot be read or is no experiment, with line and column
 */
export function readExperiment(file: string, options?: ExperimentOptions): Experiment {
  return parseExperiment(textOf(file), file, options);
}

/** @throws InputError with line and column; UsageError where only the options are wrong */
export function parseExperiment(
  text: string,
  file: string,
  options: ExperimentOptions = (experiment) => experiment,
): Experiment {
  const fields = parseFields(text, file);
  const folder = dirname(resolve(file));
  fields.choice('schema', [EXPERIMENT_SCHEMA]);
  const roots = fields.fields('roots');
  const experiment = options({
    file,
    name: fields.string('name'),
    source: sourceOf(fields, folder),
    recipe: readRecipe(fields),
    roots: { a: rootOf(roots, 'a', folder), b: rootOf(roots, 'b', folder) },
    tools: toolsOf(fields.fields('tools')),
    controls: controlsOf(fields.fields('controls')),
    environment: environmentOf(fields),
    sandbox: sandboxOf(fields.fields('sandbox')),
    vary: (fields.strings('vary') ?? []).map((name) => variationOf(fields, name)),
    planted: plantedOf(fields),
    swap: [...new Set((fields.strings('swap') ?? []).map((name) => toolOf(fields, name)))],
    trust: trustOf(fields.fields('trust'), folder),
  });
  roots.end();
  fields.end();
  const wrong = contradiction(experiment);
  if (wrong === undefined) return experiment;
  if (fields.has(wrong.field)) throw fields.wrong(wrong.field, wrong.what, wrong.hint);
  throw new UsageError(`${wrong.field}: ${wrong.what}`, wrong.hint);
}

function textOf(file: string): string {
  try {
    // O_NONBLOCK: to open a FIFO must not wait for somebody who writes.
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) throw new InputError('it is no file', { file });
      if (stat.size > MAX_BYTES)
        throw new InputError(
          `it is larger than ${MAX_BYTES} bytes`,
          { file },
          'name the file of an experiment',
        );
      return readFileSync(fd, 'utf8');
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`it cannot be read (${(error as NodeJS.ErrnoException).code})`, { file });
  }
}

function sourceOf(fields: Fields, folder: string): SourceSpec {
  if (!fields.has('source')) fields.missing('source');
  if (fields.isText('source')) {
    const given = fields.string('source');
    return sourceAt(folder, given, undefined);
  }
  const source = fields.fields('source');
  const digest = source.optionalString('digest');
  if (digest !== undefined && !/^blake3:[0-9a-f]{64}$/.test(digest))
    throw source.wrong('digest', 'blake3: and 64 hexadecimal digits are expected');
  const given = source.string('path');
  source.end();
  return sourceAt(folder, given, digest);
}

function sourceAt(folder: string, given: string, digest: string | undefined): SourceSpec {
  const path = resolve(folder, given);
  return { path, given, isFile: statSync(path, { throwIfNoEntry: false })?.isFile() === true, digest };
}

function rootOf(roots: Fields, side: SideName, folder: string): ExperimentRoot {
  if (!roots.has(side)) roots.missing(side);
  const root = roots.fields(side);
  const paths = root.strings('path') ?? root.missing('path');
  if (paths.length === 0) throw root.wrong('path', 'nothing is named');
  const name = root.optionalString('name') ?? side.toUpperCase();
  const absolute = (list: readonly string[]): readonly string[] => list.map((path) => resolve(folder, path));
  const sources = absolute(root.strings('sources') ?? []);
  root.end();
  return { name, paths: absolute(paths), given: paths, sources };
}

function toolsOf(fields: Fields): Experiment['tools'] {
  const tools: Partial<Record<Tool, SideName>> = {};
  for (const tool of TOOLS) if (fields.has(tool)) tools[tool] = fields.choice(tool, SIDES);
  fields.end();
  return tools;
}

function controlsOf(fields: Fields): Experiment['controls'] {
  const controls = {
    a: fields.count('a', 0, 0, MAX_CONTROLS),
    b: fields.count('b', 0, 0, MAX_CONTROLS),
  };
  fields.end();
  return controls;
}

function environmentOf(fields: Fields): Experiment['environment'] {
  const environment = fields.record('environment');
  for (const name of Object.keys(environment)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw fields.wrong('environment', `${name} is no name of a variable`);
    if (name.startsWith('TRUSTDIFF_'))
      throw fields.wrong('environment', `${name} is set by trustdiff itself`);
  }
  return environment;
}

function sandboxOf(fields: Fields): SandboxSpec {
  const use = fields.choice('use', ['bubblewrap', 'none'], 'bubblewrap');
  const cores = fields.has('cores') ? fields.count('cores', 1, 1, MAX_CORES) : undefined;
  fields.end();
  return { use, cores };
}

function variationOf(fields: Fields, name: string): Variation {
  const found = VARIATIONS.find((variation) => variation === name);
  if (found === undefined) throw fields.wrong('vary', `${name} is none of ${VARIATIONS.join(', ')}`);
  return found;
}

function toolOf(fields: Fields, name: string): Tool {
  const found = TOOLS.find((tool) => tool === name);
  if (found === undefined) throw fields.wrong('swap', `${name} is none of ${TOOLS.join(', ')}`);
  return found;
}

/** The field that asks for what the others rule out; options of the command line can do that, too. */
export function contradiction(
  experiment: Experiment,
): { readonly field: string; readonly what: string; readonly hint: string } | undefined {
  const { vary, controls, planted, recipe, tools, sandbox, swap } = experiment;
  if (vary.length > 0 && controls.a + controls.b === 0)
    return { field: 'vary', what: 'variations need a control', hint: 'add controls: { a: 1 }' };
  if (vary.includes('hostname') && sandbox.use === 'none')
    return { field: 'vary', what: 'hostname cannot be varied without a sandbox', hint: 'leave it out' };
  if (vary.includes('cores') && (sandbox.cores ?? availableParallelism()) === 1)
    return { field: 'vary', what: 'cores cannot be varied with one processor', hint: 'leave it out' };
  const fixed = swap.find((tool) => tools[tool] !== undefined);
  if (fixed !== undefined)
    return {
      field: 'swap',
      what: `both sides use the ${fixed} of root ${tools[fixed]} already`,
      hint: 'leave it out of swap or out of tools',
    };
  if (planted === undefined || planted.run !== undefined) return undefined;
  if (!recipe.needsRustc)
    return {
      field: 'planted',
      what: `the recipe ${recipe.use} needs a command that plants the change`,
      hint: 'write planted: { run: … }; it finds a copy of the root at $TRUSTDIFF_PLANTED',
    };
  if (tools.rustc !== undefined && tools.rustc !== planted.of)
    return {
      field: 'planted',
      what: `the rustc of root ${planted.of} is not used`,
      hint: `plant in root ${tools.rustc}, whose rustc both sides use`,
    };
  return undefined;
}

/** `true` stands for a mapping without fields. */
function plantedOf(experiment: Fields): PlantedSpec | undefined {
  if (!experiment.has('planted')) return undefined;
  if (experiment.isText('planted'))
    return experiment.boolean('planted', false) ? { of: 'a', run: undefined } : undefined;
  const fields = experiment.fields('planted');
  const of = fields.choice('of', SIDES, 'a');
  const run = fields.has('run') ? commandOf(fields) : undefined;
  fields.end();
  return { of, run };
}

function trustOf(fields: Fields, folder: string): TrustSpec {
  const files = (key: string): readonly string[] =>
    (fields.strings(key) ?? []).map((path) => resolve(folder, path));
  const trust = {
    keyrings: files('keyrings'),
    fingerprints: fields.strings('fingerprints') ?? [],
    checksums: files('checksums'),
    signatures: files('signatures'),
    requireSignature: fields.boolean('require-signature', false),
  };
  fields.end();
  return trust;
}

/** A list is a command and its arguments; a text is given to the shell, which stops at the first failure. */
export function commandOf(fields: Fields): readonly string[] {
  const words = fields.strings('run');
  const [first] = words ?? [];
  if (words === undefined || first === undefined || first === '') return fields.missing('run');
  return fields.isList('run') ? words : ['sh', '-euc', first];
}
