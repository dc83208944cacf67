import { statSync } from 'node:fs';
import { compare } from '../comparison/comparison.js';
import { UsageError } from '../error.js';
import { renderReport } from '../report/render.js';
import { explainedLines } from '../report/text/explained.js';
import { paintFor } from './compare.js';
import type { ExplainArguments } from './explain-arguments.js';
import { maskFile } from './mask-file.js';
import { assertGivenOnce, EXPLAIN_OPTIONS, LIMIT_OPTION_TABLE, limitsOf } from './options.js';
import { StandardOutput } from './writer.js';

/** Runs `explain` and gives the exit status, which is that of `compare`. */
export async function runExplain(argv: ExplainArguments, signal: AbortSignal): Promise<number> {
  assertGivenOnce(argv, EXPLAIN_OPTIONS, LIMIT_OPTION_TABLE);
  const [a, b] = [String(argv.a), String(argv.b)];
  for (const path of [a, b]) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      throw new UsageError(`${path} is a directory`, 'explain takes two files; compare takes directories');
  }
  const { jobs, verify, rustc, tmpdir } = argv;
  const masks = maskFile(argv.masks);
  const report = await compare({ a, b, jobs, verify, rustc, masks, tmpdir, limits: limitsOf(argv), signal })
    .report;
  const stdout = new StandardOutput();
  if (argv.format === 'json') {
    for (const piece of renderReport(report, { format: 'json' })) await stdout.write(piece);
  } else {
    const paint = await paintFor(argv.color);
    const width =
      process.stdout.isTTY === true ? Math.max(40, Math.min(process.stdout.columns ?? 80, 120)) : 80;
    for (const line of explainedLines(report, { paint, width, all: false })) await stdout.write(`${line}\n`);
  }
  return report.verdict.exit;
}
