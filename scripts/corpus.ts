import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { TrustdiffError } from '../lib/error.js';
import { checkCorpus } from './corpora/check.js';
import { findCompiler } from './corpora/compiler.js';
import { makeContainers } from './corpora/containers.js';
import { fetchArtefacts } from './corpora/fetch.js';
import { makePair, writeSums } from './corpora/make.js';
import type { Tools } from './corpora/recipe.js';
import { RECIPES } from './corpora/recipes/index.js';

/** `scripts/corpus`: exit status 0, 1 where a check found something wrong, 2 on trouble. */
const cli = yargs(hideBin(process.argv))
  .scriptName('scripts/corpus')
  .command(
    'make',
    'Make the pairs and container samples of corpus/ anew with a real rustc (needs bubblewrap, a C compiler, binutils)',
    (command) =>
      command
        .option('only', { type: 'string', describe: 'one pair, or "containers"' })
        .option('rustc', { type: 'string', default: 'rustc', describe: 'the compiler' })
        .option('nightly', { type: 'string', describe: 'another rustc, for the pair rustc-version' })
        .option('quickstart-rustc', { type: 'string', describe: 'for the pair quickstart: its rustc' })
        .option('cargo-a', { type: 'string', describe: 'for the pair quickstart: the cargo of root A' })
        .option('cargo-b', { type: 'string', describe: 'for the pair quickstart: the cargo of root B' })
        .implies({
          quickstartRustc: ['cargoA', 'cargoB'],
          cargoA: 'quickstartRustc',
          cargoB: 'quickstartRustc',
        }),
    (args) => {
      const { only, cargoA, cargoB, quickstartRustc } = args;
      const tools: Tools = {
        nightly: args.nightly === undefined ? undefined : findCompiler(args.nightly),
        quickstart:
          quickstartRustc === undefined || cargoA === undefined || cargoB === undefined
            ? undefined
            : { rustc: findCompiler(quickstartRustc), cargoA, cargoB },
      };
      const compiler = findCompiler(args.rustc);
      const chosen = RECIPES.filter(({ name }) => only === undefined || only === name);
      if (chosen.length === 0 && only !== 'containers') throw new Error(`there is no pair ${only}`);
      try {
        for (const recipe of chosen) console.log(makePair(recipe, compiler, tools));
        if (only === undefined || only === 'containers') console.log(makeContainers(compiler));
      } finally {
        writeSums();
      }
    },
  )
  .command('check', 'Check digests, sizes and every expect.json, without trustdiff itself', {}, () => {
    const findings = checkCorpus();
    for (const { kind, text } of findings) console.log(`${kind}: ${text}`);
    const count = findings.filter(({ kind }) => kind === 'trouble').length;
    console.log(count === 0 ? 'The corpus is as it says.' : `${count} troubles.`);
    process.exitCode = count === 0 ? 0 : 1;
  })
  .command(
    'fetch',
    'Download the large real artefacts of corpus/manifest.json with apt-get, and check them',
    (command) =>
      command
        .option('only', {
          type: 'string',
          describe: 'the artefact of this name, or all whose name starts so',
        })
        .option('to', { type: 'string', demandOption: true, describe: 'the folder to download to' }),
    (args) => fetchArtefacts(args.to, args.only, (line) => console.log(line)),
  )
  .demandCommand(1, 'Say what to do: make, check or fetch.')
  .strict()
  .fail(false);

try {
  await cli.parseAsync();
} catch (error) {
  const known = error instanceof TrustdiffError ? error : undefined;
  const where = known?.where.file === undefined ? '' : `${known.where.file}: `;
  console.error(`scripts/corpus: ${where}${error instanceof Error ? error.message : String(error)}`);
  if (known !== undefined && known.hint !== '') console.error(known.hint);
  process.exitCode = 2;
}
