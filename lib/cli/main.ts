import yargs, { type Argv } from 'yargs';
import { VERSION } from '../comparison/version.js';
import { UsageError } from '../error.js';
import { withCommandFirst } from './command-word.js';
import { buildCompare, COMPARE_COMMAND, COMPARE_SUMMARY } from './compare-arguments.js';
import { buildCompletion, COMPLETION_COMMAND, COMPLETION_SUMMARY } from './completion-arguments.js';
import { buildExplain, EXPLAIN_COMMAND, EXPLAIN_SUMMARY } from './explain-arguments.js';
import { buildInspect, INSPECT_COMMAND, INSPECT_SUMMARY } from './inspect-arguments.js';
import { EXIT_STATUS } from './options.js';
import { buildRebuild, REBUILD_COMMAND, REBUILD_SUMMARY } from './rebuild-arguments.js';
import {
  buildRootInspect,
  buildRootPlan,
  buildRootVerify,
  ROOT_COMMAND,
  ROOT_EXAMPLES,
  ROOT_INSPECT_COMMAND,
  ROOT_INSPECT_SUMMARY,
  ROOT_PLAN_COMMAND,
  ROOT_PLAN_SUMMARY,
  ROOT_SUMMARY,
  ROOT_VERIFY_COMMAND,
  ROOT_VERIFY_SUMMARY,
} from './root-arguments.js';

/**
 * Runs the command line that `argv` holds (without node and script) and gives the exit status.
 * @throws TrustdiffError for whatever goes wrong; whoever calls turns it into text
 */
export async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  let status = 0;
  const parser = yargs(withCommandFirst(withDashJoined(argv)))
    .scriptName('trustdiff')
    .usage(
      'Compare two rustc artefacts and say whether the trust root affected the output.\n\n$0 [compare] A B\n$0 explain A B\n$0 inspect X\n$0 rebuild EXPERIMENT\n$0 root inspect|verify|plan …',
    )
    .command(COMPARE_COMMAND, COMPARE_SUMMARY, buildCompare, async (args) => {
      const { runCompare } = await import('./compare.js');
      status = await runCompare(args, signal);
    })
    .command(EXPLAIN_COMMAND, EXPLAIN_SUMMARY, buildExplain, async (args) => {
      const { runExplain } = await import('./explain.js');
      status = await runExplain(args, signal);
    })
    .command(INSPECT_COMMAND, INSPECT_SUMMARY, buildInspect, async (args) => {
      const { runInspect } = await import('./inspect.js');
      status = await runInspect(args, signal);
    })
    .command(REBUILD_COMMAND, REBUILD_SUMMARY, buildRebuild, async (args) => {
      const { runRebuild } = await import('./rebuild.js');
      status = await runRebuild(args, signal);
    })
    .command(ROOT_COMMAND, ROOT_SUMMARY, (yargs) =>
      yargs
        .command(ROOT_INSPECT_COMMAND, ROOT_INSPECT_SUMMARY, buildRootInspect, async (args) => {
          const { runRootInspect } = await import('./root.js');
          status = await runRootInspect(args, signal);
        })
        .command(ROOT_VERIFY_COMMAND, ROOT_VERIFY_SUMMARY, buildRootVerify, async (args) => {
          const { runRootVerify } = await import('./root.js');
          status = await runRootVerify(args, signal);
        })
        .command(ROOT_PLAN_COMMAND, ROOT_PLAN_SUMMARY, buildRootPlan, async (args) => {
          const { runRootPlan } = await import('./root.js');
          status = await runRootPlan(args, signal);
        })
        .example(ROOT_EXAMPLES.map(([command, what]): [string, string] => [command, what]))
        .demandCommand(1, 'root takes inspect, verify or plan'),
    )
    .command(COMPLETION_COMMAND, COMPLETION_SUMMARY, buildCompletion, async (args) => {
      const { runCompletion } = await import('./completion.js');
      status = await runCompletion(args);
    })
    .version(VERSION)
    .help()
    .alias('help', 'h')
    .parserConfiguration({ 'duplicate-arguments-array': true, 'greedy-arrays': true })
    .strict()
    .wrap(columns())
    .epilogue(EXIT_STATUS.map(([code, what]) => `exit ${code}: ${what}`).join('\n'))
    .exitProcess(false)
    .fail((message: string, error: Error | undefined, self: Argv) => {
      void self;
      // Yargs throws an error of its own for an option that lacks its value.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw new UsageError((error?.message ?? message).replace(/\s*\n\s*/g, ' '), 'see trustdiff --help');
    });
  await parser.parseAsync();
  return status;
}

/** Yargs takes the `-` of `--output -` for an option, but not that of `--output=-`. */
function withDashJoined(argv: readonly string[]): string[] {
  return argv.flatMap((arg, i) => {
    if (arg === '-' && isOutput(argv[i - 1])) return [];
    return isOutput(arg) && argv[i + 1] === '-' ? ['--output=-'] : [arg];
  });
}

function isOutput(arg: string | undefined): boolean {
  return arg === '-o' || arg === '--output';
}

function columns(): number {
  return process.stdout.isTTY === true ? Math.min(process.stdout.columns ?? 80, 100) : 80;
}
