import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { VERSION } from '../lib/comparison/version.js';
import { manPage } from './manual/page.js';

/** `scripts/man`: exit status 0, 1 where --check finds the page out of date, 2 for bad usage. */
const USAGE = `scripts/man [--check | --print]

Writes docs/trustdiff.1 from the tables that the command line is made of.
  --check  write nothing; exit status 1 if the page is not what would be written
  --print  write to standard output`;

const PAGE = fileURLToPath(new URL('../../docs/trustdiff.1', import.meta.url));

try {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean' },
      print: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) console.log(USAGE);
  else if (values.print === true) process.stdout.write(manPage(VERSION));
  else if (values.check !== true) writeFileSync(PAGE, manPage(VERSION));
  else if (readFileSync(PAGE, 'utf8') !== manPage(VERSION)) {
    console.error('docs/trustdiff.1 is out of date: run scripts/man');
    process.exitCode = 1;
  }
} catch (error) {
  console.error(`scripts/man: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
