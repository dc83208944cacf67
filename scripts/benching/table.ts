import type { Finding } from './case.js';
import { isBusy, type Machine } from './machine.js';
import type { CaseResult, GroupResult } from './result.js';
import { type Spread, spreadOf } from './statistics.js';

/** The lines that come before the first case. */
export function headLines(trustdiff: string, machine: Machine, rounds: number): string[] {
  const { processor, cores, memory, system, node, load, peers } = machine;
  return [
    `trustdiff ${trustdiff}, Node ${node}, ${system}`,
    `${processor}, ${cores} cores, ${(memory / 1000).toFixed(1)} GB; load ${load.toFixed(1)}`,
    ...(isBusy(machine)
      ? ['Other work disturbs the times: trust ratios, and those of processor time most.']
      : []),
    ...(peers.diffoscope === undefined ? [] : [peers.diffoscope]),
    `${rounds} rounds in turns after a warm-up: median (least–most). Files are in the page cache.`,
  ];
}

/** One case, as a person reads it. */
export function caseLines(result: CaseResult): string[] {
  const head = `${result.id}  ${result.title}`;
  if (result.status !== 'measured') return [head, `   ${result.status}: ${result.reason}`];
  return [head, ...result.groups.flatMap((group) => ['', ...groupLines(group)])];
}

function groupLines({ subject, runs, findings }: GroupResult): string[] {
  const measured = runs.map(({ name, samples }) => [
    name,
    column(
      samples.map(({ wall }) => wall),
      seconds,
      samples.some(({ stopped }) => stopped) ? '> ' : '',
    ),
    column(
      samples.map(({ cpu }) => cpu),
      seconds,
    ),
    column(
      samples.map(({ peak }) => peak),
      (bytes) => (bytes / 1e6).toFixed(0),
    ),
    String(samples.length),
  ]);
  return [
    `   ${subject}`,
    ...table([['', 'wall s', 'processor s', 'peak MB', 'rounds'], ...measured]),
    ...(findings.length === 0 ? [] : ['', ...table(findings.map(findingRow))]),
  ];
}

function findingRow({ what, unit, value, target, met, bound }: Finding): string[] {
  const write = (n: number) => n.toFixed(unit === 'MB' && n >= 10 ? 0 : unit === '%' ? 1 : n < 1 ? 3 : 2);
  const outcome = met === undefined ? 'open, a run was stopped' : met ? 'met' : 'missed';
  const aim = target === undefined ? 'no target' : `target at most ${Number(target.toFixed(3))}: ${outcome}`;
  return [what, `${bound === undefined ? '' : `${bound} `}${spread(value, write)} ${unit}`, aim];
}

function column(
  values: readonly (number | undefined)[],
  write: (value: number) => string,
  prefix = '',
): string {
  const known = values.flatMap((value) => value ?? []);
  return known.length === 0 ? '–' : `${prefix}${spread(spreadOf(known), write)}`;
}

function spread({ median, min, max }: Spread, write: (value: number) => string): string {
  return min === max ? write(median) : `${write(median)} (${write(min)}–${write(max)})`;
}

function seconds(value: number): string {
  return value.toFixed(value < 1 ? 3 : 2);
}

/** Rows with their columns aligned, indented. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) => `     ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
}
