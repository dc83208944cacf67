import yargs, { type Argv } from 'yargs';
import { VERSION } from '../comparison/version.js';
import { UsageError } from '../error.js';
import { buildCompare, COMPARE_COMMAND, COMPARE_SUMMARY, runCompare } from './compare.js';
import { buildInspect, INSPECT_COMMAND, INSPECT_SUMMARY, runInspect } from './inspect.js';
import { EXIT_STATUS } from './options.js';

/**
 * Runs the command line that `argv` holds (without node and script) and gives the exit status.
 * @throws TrustdiffError for whatever goes wrong; whoever calls turns it into text
 */
export async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  let status = 0;
  const parser = yargs([...argv])
    .scriptName('trustdiff')
    .usage(
      'Compare two rustc artefacts and say whether the trust root affected the output.\n\n$0 [compare] A B\n$0 inspect X',
    )
    .command(COMPARE_COMMAND, COMPARE_SUMMARY, buildCompare, async (args) => {
      status = await runCompare(args, signal);
    })
    .command(INSPECT_COMMAND, INSPECT_SUMMARY, buildInspect, async (args) => {
      status = await runInspect(args, signal);
    })
    .completion('completion', 'Print a script that completes commands and options in bash or zsh')
    .version(VERSION)
    .help()
    .alias('help', 'h')
    .parserConfiguration({ 'duplicate-arguments-array': true, 'greedy-arrays': true })
    .strict()
    .wrap(columns())
    .epilogue(EXIT_STATUS.map(([code, what]) => `exit ${code}: ${what}`).join('\n'))
    .exitProcess(false)
    .fail((message: string, error: Error | undefined, self: Argv) => {
      if (error !== undefined) throw error;
      void self;
      throw new UsageError(message, 'see trustdiff --help');
    });
  await parser.parseAsync();
  return status;
}

function columns(): number {
  return process.stdout.isTTY === true ? Math.min(process.stdout.columns ?? 80, 100) : 80;
}
