import { FACTS, type FactName } from '../artefact/identity.js';
import { printableName, printableText } from '../artefact/name.js';
import { type Inspection, inspect } from '../comparison/inspect.js';
import { json } from '../report/json.js';
import { counted, sized } from '../report/quantity.js';
import { troubleText } from '../report/text/line.js';
import { memberName } from '../report/text/member.js';
import { factValues } from '../report/text/side.js';
import { paintFor } from './compare.js';
import type { InspectArguments } from './inspect-arguments.js';
import { assertGivenOnce, INSPECT_OPTIONS, LIMIT_OPTION_TABLE, limitsOf } from './options.js';
import { StandardOutput } from './writer.js';

/** Runs `inspect` and gives the exit status: 0, or 2 when part of it could not be read. */
export async function runInspect(argv: InspectArguments, signal: AbortSignal): Promise<number> {
  assertGivenOnce(argv, INSPECT_OPTIONS, LIMIT_OPTION_TABLE);
  const inspection = await inspect({
    paths: argv.artefacts.map(String),
    digest: argv.digest,
    limits: limitsOf(argv),
    tmpdir: argv.tmpdir,
    signal,
  });
  const stdout = new StandardOutput();
  if (argv.format === 'json') {
    await stdout.write(`${json(inspection, 2)}\n`);
  } else {
    const paint = await paintFor(argv.color);
    for (const line of inspectionLines(inspection, argv.members === true)) {
      await stdout.write(`${/^\S/.test(line) ? paint.bold(line) : line}\n`);
    }
  }
  return inspection.troubles.length > 0 ? 2 : 0;
}

function* inspectionLines(inspection: Inspection, members: boolean): Generator<string> {
  const { inputs, layouts, members: counts } = inspection;
  for (const [i, input] of inputs.entries()) {
    const layout = layouts[i];
    yield printableName(input.file);
    const format = input.kind === 'archive' ? input.containers.join(' › ') : input.kind;
    yield `  ${[format, input.size === undefined ? '' : sized(input.size)].filter((part) => part !== '').join(', ')}`;
    if (input.digest !== undefined) yield `  ${inspection.digest} ${input.digest}`;
    if (layout !== undefined)
      yield `  layout ${layout.id}${layout.prefix === '' ? '' : `, below ${printableName(layout.prefix)}`}`;
  }
  yield 'holds';
  yield `  ${counted(counts.files, 'file')} (${sized(counts.bytes)}), ${counted(counts.directories, 'directory').replace(/ys$/, 'ies')}, ${counted(counts.symlinks, 'link')}, ${counts.others} others; ${counts.packageMetadata} of them package metadata`;
  for (const note of inspection.notes) yield `  note: ${printableText(note)}`;
  const facts = Object.keys(FACTS) as FactName[];
  const known = facts.filter((fact) => (inspection.identity.facts[fact] ?? []).length > 0);
  if (known.length > 0) yield 'says of itself';
  for (const fact of known) {
    const values = inspection.identity.facts[fact] ?? [];
    yield `  ${FACTS[fact].title}: ${factValues(values.map(({ value }) => value))}`;
    yield `      from ${printableText(values[0]?.from ?? '')}`;
  }
  if (members) {
    yield 'members';
    for (const member of inspection.list) {
      const digest = member.digest ?? `(${member.type})`.padEnd(64);
      const stored = memberName(member);
      const note = stored === member.path ? '' : `  ← ${stored}`;
      yield `  ${digest}  ${printableName(member.path)}${note}`;
    }
  }
  if (inspection.troubles.length > 0) yield 'trouble';
  for (const trouble of inspection.troubles) yield `  ${troubleText(trouble)}`;
}
