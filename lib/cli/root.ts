import { existsSync } from 'node:fs';
import { InputError } from '../error.js';
import { json } from '../report/json.js';
import type { Paint } from '../report/paint.js';
import { stage0Version } from '../root/ancestry/bundled-stage0.js';
import { readSources } from '../root/ancestry/source-reading.js';
import { type PlannedRoot, planRoots } from '../root/plan.js';
import { inspectRoots, type RootSpec, surveyRoot } from '../root/root.js';
import { ROOT_SCHEMA } from '../root/schema.js';
import { verifyFiles } from '../root/signature/verify.js';
import { inspectionLines } from '../root/text/inspection.js';
import { planLines } from '../root/text/plan.js';
import { verificationLines } from '../root/text/verification.js';
import { parseVersion, type RustVersion, versionOf } from '../root/version-rule.js';
import { paintFor } from './compare.js';
import {
  assertGivenOnce,
  LIMIT_OPTION_TABLE,
  limitsOf,
  ROOT_INSPECT_OPTIONS,
  ROOT_PLAN_OPTIONS,
  ROOT_VERIFY_OPTIONS,
} from './options.js';
import {
  planSpecs,
  type RootInspectArguments,
  type RootPlanArguments,
  type RootVerifyArguments,
  rootSpecs,
} from './root-arguments.js';
import { StandardOutput } from './writer.js';

/** Runs `root inspect` and gives the exit status: 0, or 2 when part of a root could not be read. */
export async function runRootInspect(argv: RootInspectArguments, signal: AbortSignal): Promise<number> {
  assertGivenOnce(argv, ROOT_INSPECT_OPTIONS, LIMIT_OPTION_TABLE);
  const specs = rootSpecs(argv.roots.map(String), argv.source ?? []);
  const inspection = await inspectRoots(specs, {
    ...trustOf(argv, signal),
    requireSignature: argv.requireSignature,
    limits: limitsOf(argv),
    tmpdir: argv.tmpdir,
  });
  const report = { schema: ROOT_SCHEMA, command: 'inspect' as const, ...inspection };
  await print(argv, report, (paint, width) => inspectionLines(inspection, paint, width));
  return inspection.roots.some(({ troubles }) => troubles.length > 0) ? 2 : 0;
}

/** Runs `root verify` and gives the exit status: 0 when every file is good, else 2. */
export async function runRootVerify(argv: RootVerifyArguments, signal: AbortSignal): Promise<number> {
  assertGivenOnce(argv, ROOT_VERIFY_OPTIONS);
  const verification = await verifyFiles(argv.files.map(String), trustOf(argv, signal));
  const report = { schema: ROOT_SCHEMA, command: 'verify' as const, ...verification };
  await print(argv, report, (paint, width) => verificationLines(verification, paint, width));
  const { files, absent } = verification;
  const held = files.every(
    ({ outcome, by }) => outcome === 'good' && (by === 'signature' || argv.requireSignature !== true),
  );
  return held && absent.length === 0 ? 0 : 2;
}

/** Runs `root plan` and gives the exit status: 0 when a root can build the sources, else 2. */
export async function runRootPlan(argv: RootPlanArguments, signal: AbortSignal): Promise<number> {
  assertGivenOnce(argv, ROOT_PLAN_OPTIONS, LIMIT_OPTION_TABLE);
  const options = { limits: limitsOf(argv), tmpdir: argv.tmpdir, signal };
  const { version, stage0 } = await sourcesOf(String(argv.sources), options);
  const roots: PlannedRoot[] = [];
  for (const spec of planSpecs(argv.roots.map(String))) {
    roots.push(
      'version' in spec
        ? { name: spec.name, version: versionOf(spec.version), lacks: [] }
        : await planned(spec, options),
    );
  }
  const plan = planRoots(version, roots, stage0);
  const report = { schema: ROOT_SCHEMA, command: 'plan' as const, ...plan };
  await print(argv, report, (paint, width) => planLines(plan, paint, width));
  return plan.roots.some(({ builds }) => builds) ? 0 : 2;
}

async function planned(spec: RootSpec, options: Parameters<typeof surveyRoot>[1]): Promise<PlannedRoot> {
  const { identity, holds, troubles } = await surveyRoot(spec, options);
  const file = spec.paths.join(', ');
  const [trouble] = troubles;
  if (trouble !== undefined)
    throw new InputError(trouble.what, { file: trouble.file ?? file, member: trouble.member });
  const releases = (identity.facts.release ?? []).map(({ value }) => value);
  const version = parseVersion(releases[0] ?? '');
  if (version === undefined)
    throw new InputError(
      'its files do not say what version it is',
      { file },
      'name all files of the root, std too, as NAME=FILE',
    );
  if (new Set(releases).size > 1)
    throw new InputError(`its files are of several versions: ${releases.join(', ')}`, { file });
  const { rustc, std, cargo } = holds;
  const lacks = [
    ...(rustc ? [] : ['rustc']),
    ...(std.length > 0 ? [] : ['std']),
    ...(cargo ? [] : ['cargo']),
  ];
  return { name: spec.name, version, lacks };
}

async function sourcesOf(
  text: string,
  options: Parameters<typeof readSources>[1],
): Promise<{ readonly version: RustVersion; readonly stage0: string | undefined }> {
  if (!existsSync(text)) return { version: versionOf(text), stage0: undefined };
  const { version, stage0 } = await readSources([text], options);
  const own = parseVersion(version?.text ?? '');
  if (own === undefined)
    throw new InputError('there is no src/version in it that says what version it is', { file: text });
  return { version: own, stage0: stage0 === undefined ? undefined : stage0Version(stage0) };
}

function trustOf(
  argv: Pick<RootVerifyArguments, 'keyring' | 'fingerprint' | 'checksums' | 'signature'>,
  signal: AbortSignal,
) {
  const { keyring, fingerprint, checksums, signature } = argv;
  return { keyrings: keyring, fingerprints: fingerprint, checksums, signatures: signature, signal };
}

async function print(
  argv: { readonly format: 'text' | 'json'; readonly color?: boolean | undefined },
  report: object,
  lines: (paint: Paint, width: number) => Iterable<string>,
): Promise<void> {
  const stdout = new StandardOutput();
  if (argv.format === 'json') {
    await stdout.write(`${json(report, 2)}\n`);
    return;
  }
  const width =
    process.stdout.isTTY === true ? Math.max(40, Math.min(process.stdout.columns ?? 80, 120)) : 80;
  for (const line of lines(await paintFor(argv.color), width)) await stdout.write(`${line}\n`);
}
