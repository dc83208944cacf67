import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { causePages } from './cause-pages/page.js';

/** `scripts/causes`: exit status 0, 1 where --check finds a page out of date, 2 for bad usage. */
const USAGE = `scripts/causes [--check]

Writes docs/causes from the registry in lib/cause, and removes pages of causes that are no more.
  --check  write nothing; exit status 1 if a page is not what would be written`;

const FOLDER = fileURLToPath(new URL('../../docs/causes/', import.meta.url));

try {
  const { values } = parseArgs({
    options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const pages = causePages();
  if (values.help === true) console.log(USAGE);
  else if (values.check === true) check(pages);
  else write(pages);
} catch (error) {
  console.error(`scripts/causes: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}

function write(pages: ReadonlyMap<string, string>): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER)) if (!pages.has(name)) rmSync(FOLDER + name);
  for (const [name, text] of pages) writeFileSync(FOLDER + name, text);
}

function check(pages: ReadonlyMap<string, string>): void {
  const present = readdirSync(FOLDER);
  const stale = [
    ...present.filter((name) => !pages.has(name)),
    ...[...pages].flatMap(([name, text]) =>
      present.includes(name) && readFileSync(FOLDER + name, 'utf8') === text ? [] : [name],
    ),
  ];
  if (stale.length === 0) return;
  console.error(`out of date in docs/causes: ${stale.join(', ')}; run scripts/causes`);
  process.exitCode = 1;
}
