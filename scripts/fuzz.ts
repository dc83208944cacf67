import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { type Finding, fuzz, tryOnce } from './fuzzing/campaign.js';
import { TARGETS } from './fuzzing/target.js';

/** `scripts/fuzz`: exit status 0, 1 where a reader did something wrong, 2 on trouble. */
const args = yargs(hideBin(process.argv))
  .scriptName('scripts/fuzz')
  .usage(
    '$0 [options]\n\nRuns the readers of archives and compressed streams over damaged files. Each must read its ' +
      'input whole or refuse it with an error of its own: no crash, no hang (5 s), no 200 MB of memory, no content ' +
      'of another size than was told, no result that depends on how the input is cut into chunks.',
  )
  .option('target', { choices: ['all', ...TARGETS], default: 'all', describe: 'the reader' })
  .option('seconds', { type: 'number', default: 60, describe: 'time for all targets together' })
  .option('seed', { type: 'number', describe: 'where the mutations start; a new one each time unless given' })
  .option('input', { type: 'string', describe: 'a finding of earlier: only this file is tried' })
  .option('out', {
    type: 'string',
    default: join(tmpdir(), 'trustdiff-fuzz'),
    describe: 'the folder for findings',
  })
  .check(({ seconds, seed }) => {
    if (!(seconds > 0)) throw new Error('--seconds must be a number above 0');
    if (seed !== undefined && !Number.isInteger(seed)) throw new Error('--seed must be a whole number');
    return true;
  })
  .strict()
  .version(false)
  .fail((message, error) => {
    console.error(`${message ?? error?.message}\nSee scripts/fuzz --help.`);
    process.exit(2);
  })
  .parseSync();

const targets = TARGETS.filter((target) => args.target === 'all' || args.target === target);

if (args.input === undefined) await campaigns();
else await again(args.input);

async function campaigns(): Promise<void> {
  const seed = args.seed ?? Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  for (const target of targets) {
    const { runs, finding } = await fuzz({ target, seed, time: (args.seconds * 1000) / targets.length });
    console.log(`${target}: ${runs} mutations${finding === undefined ? '' : `, then: ${finding.fault}`}`);
    if (finding !== undefined) {
      console.log(`  the input: ${keep(finding)}`);
      process.exitCode = 1;
    }
  }
}

async function again(path: string): Promise<void> {
  const input = readFileSync(path);
  for (const target of targets) {
    const fault = await tryOnce(target, input);
    console.log(`${target}: ${fault ?? 'nothing wrong'}`);
    if (fault !== undefined) process.exitCode = 1;
  }
}

function keep({ target, seed, run, input }: Finding): string {
  mkdirSync(args.out, { recursive: true });
  const path = join(args.out, `${target}-${seed}-${run}`);
  writeFileSync(path, input);
  return path;
}
