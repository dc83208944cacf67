import { existsSync } from 'node:fs';
import type { Argv } from 'yargs';
import { UsageError } from '../error.js';
import type { RootSpec } from '../root/root.js';
import { parseVersion } from '../root/version-rule.js';
import {
  LIMIT_OPTION_TABLE,
  ROOT_INSPECT_OPTIONS,
  ROOT_PLAN_OPTIONS,
  ROOT_VERIFY_OPTIONS,
} from './options.js';

export const ROOT_COMMAND = 'root';
export const ROOT_SUMMARY = 'Say what trust roots are, where they come from, and who signed them';

export const ROOT_INSPECT_COMMAND = 'inspect <roots..>';
export const ROOT_INSPECT_SUMMARY = 'Print what roots are, where they come from, and what they share';
export const ROOT_VERIFY_COMMAND = 'verify <files..>';
export const ROOT_VERIFY_SUMMARY = 'Check files against signatures and lists of digests';
export const ROOT_PLAN_COMMAND = 'plan';
export const ROOT_PLAN_SUMMARY = 'Say which root can build which sources, and what is missing in between';

export const ROOT_EXAMPLES: readonly (readonly [string, string])[] = [
  ['$0 root inspect rustc.deb libstd.deb --source rustc.dsc', 'where one root comes from'],
  [
    '$0 root inspect debian=rustc.deb debian=libstd.deb upstream=rust.tar.xz',
    'two roots, and what they share',
  ],
  ['$0 root verify rust.tar.xz --keyring rust.gpg', 'a signature beside it, rust.tar.xz.asc'],
  ['$0 root plan --sources 1.85.0 --roots 1.63 1.84.0', 'by the version rule alone'],
];

export function buildRootInspect(yargs: Argv) {
  return yargs
    .positional('roots', {
      array: true,
      string: true,
      demandOption: true,
      describe: 'Files or directories; NAME=FILE where there are several roots',
    })
    .options(ROOT_INSPECT_OPTIONS)
    .options(LIMIT_OPTION_TABLE);
}

export function buildRootVerify(yargs: Argv) {
  return yargs
    .positional('files', {
      array: true,
      string: true,
      demandOption: true,
      describe: 'Archives, .dsc, .changes, .buildinfo',
    })
    .options(ROOT_VERIFY_OPTIONS);
}

export function buildRootPlan(yargs: Argv) {
  return yargs.options(ROOT_PLAN_OPTIONS).options(LIMIT_OPTION_TABLE).demandOption(['sources', 'roots']);
}

export type RootInspectArguments = Awaited<ReturnType<typeof buildRootInspect>['argv']>;
export type RootVerifyArguments = Awaited<ReturnType<typeof buildRootVerify>['argv']>;
export type RootPlanArguments = Awaited<ReturnType<typeof buildRootPlan>['argv']>;

/** What a root is called that has no name. */
const UNNAMED = 'root';

/** `FILE` or `NAME=FILE`. A file that is there is meant as it is written, whatever signs its name has. */
function named(argument: string): { readonly name: string | undefined; readonly path: string } {
  const match = existsSync(argument) ? null : /^([A-Za-z0-9][\w.-]*)=(.+)$/s.exec(argument);
  return match === null ? { name: undefined, path: argument } : { name: match[1], path: match[2] ?? '' };
}

/**
 * The roots that arguments of `inspect` name: files of one name are one root, and all without a name are one.
 * @throws UsageError for sources of a root that is not there
 */
export function rootSpecs(roots: readonly string[], sources: readonly string[]): RootSpec[] {
  const specs = new Map<string, { name: string; paths: string[]; sources: string[] }>();
  for (const argument of roots) {
    const { name = UNNAMED, path } = named(argument);
    const spec = specs.get(name) ?? { name, paths: [], sources: [] };
    specs.set(name, spec);
    spec.paths.push(path);
  }
  for (const argument of sources) {
    const { name, path } = named(argument);
    const spec = name === undefined && specs.size === 1 ? [...specs.values()][0] : specs.get(name ?? UNNAMED);
    if (spec === undefined) {
      const what = name === undefined ? `whose sources ${path} are is not said` : `there is no root ${name}`;
      throw new UsageError(what, 'write --source NAME=FILE, with a name of one of the roots');
    }
    spec.sources.push(path);
  }
  return [...specs.values()];
}

/** A root of a plan: files, or a version alone. */
export type PlanSpec = RootSpec | { readonly name: string; readonly version: string };

/** The roots that `plan` is given: `1.84`, a file or directory each, or files of one name together. */
export function planSpecs(roots: readonly string[]): PlanSpec[] {
  const specs: PlanSpec[] = [];
  const joined = new Map<string, string[]>();
  for (const argument of roots) {
    const { name, path } = named(argument);
    const known = name === undefined ? undefined : joined.get(name);
    if (!existsSync(path) && parseVersion(path) !== undefined)
      specs.push({ name: name ?? path, version: path });
    else if (known !== undefined) known.push(path);
    else {
      const paths = [path];
      if (name !== undefined) joined.set(name, paths);
      specs.push({ name: name ?? path, paths });
    }
  }
  return specs;
}
