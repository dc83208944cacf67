import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { HeirError } from './heir/error.js';
import { parse } from './heir/parse.js';
import { run } from './heir/run.js';
import { compilerPath, rootCompiler, rootNames } from './trusting/roots.js';
import { layRustcScene, RUSTC_EXPERIMENT, sysrootOf } from './trusting/rustc-scene.js';

/** `scripts/trusting-trust`: exit status 0, 1 where a root is not what its sources make, 2 on trouble; of `run` the program's own. */
const cli = yargs(hideBin(process.argv))
  .scriptName('scripts/trusting-trust')
  .command('make', 'Make the compilers of the trust roots anew, from sources alone', {}, () => {
    for (const name of rootNames()) {
      const path = compilerPath(name);
      const compiler = rootCompiler(name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, compiler, { mode: 0o755 });
      console.log(`${name}: ${compiler.length} bytes`);
    }
  })
  .command('check', 'Make them anew in memory, and compare them with those that are there', {}, () => {
    for (const name of rootNames()) {
      const same = readFileSync(compilerPath(name)).equals(rootCompiler(name));
      console.log(`${name}: ${same ? 'what its sources make' : 'not what its sources make'}`);
      if (!same) process.exitCode = 1;
    }
  })
  .command(
    'rustc',
    'Lay the scene with a real rustc: its experiment, its sources, and two roots out of one toolchain',
    (command) =>
      command
        .option('to', { type: 'string', demandOption: true, describe: 'the folder to lay it into' })
        .option('rustc', { type: 'string', default: 'rustc', describe: 'a rustc of the toolchain' }),
    ({ to, rustc }) => {
      const sysroot = sysrootOf(rustc);
      if (sysroot === undefined) throw new Error(`${rustc} does not run`);
      layRustcScene(sysroot, to);
      console.log(`${join(to, RUSTC_EXPERIMENT)}: two roots of ${sysroot}`);
    },
  )
  .command(
    'run <files..>',
    'Run a program of the language in the interpreter; what stands after -- are its arguments',
    (command) => command.positional('files', { type: 'string', array: true, demandOption: true }),
    ({ files, '--': rest = [] }) => {
      const program = parse(files.map((path) => ({ path, text: readFileSync(path, 'latin1') })));
      process.exitCode = run(program, [files.at(-1) ?? '', ...(Array.isArray(rest) ? rest.map(String) : [])]);
    },
  )
  .parserConfiguration({ 'populate--': true, 'parse-positional-numbers': false })
  .demandCommand(1, 'Say what to do: make, check, run or rustc.')
  .strict()
  .fail(false);

try {
  await cli.parseAsync();
} catch (error) {
  console.error(error instanceof HeirError ? error.message : `scripts/trusting-trust: ${textOf(error)}`);
  process.exitCode = 2;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
