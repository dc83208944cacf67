#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { printableText } from '../lib/artefact/name.js';
import { settleLaunch } from '../lib/cli/launch.js';
import { VERSION } from '../lib/comparison/version.js';
import { AbortedError, BuildError, TrustdiffError } from '../lib/error.js';

/**
 * Half of the time of a short run was V8 compiling, in threads beside: what runs a little longer before it is compiled, and
 * with less inlined, takes a sixth less in all and no longer by the clock. A heap that may not double before V8 looks for what
 * is no longer needed takes a third less memory for many files, for a twentieth more time. None changes what the code does.
 * They are for the V8 of Node 20: later ones decide otherwise what they compile, and complain of flags that they do not know.
 */
if (process.versions.node.startsWith('20.'))
  for (const flag of [
    '--interrupt-budget=110000',
    '--max-inlined-bytecode-size-cumulative=300',
    '--heap-growing-percent=60',
  ])
    setFlagsFromString(flag);

settleLaunch();

/** Milliseconds that threads get to end by themselves. */
const PATIENCE = 3000;
let stopped = false;

/** argv in, exit status out; every error becomes text here and nowhere else. */
async function run(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && argv[0] === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      stopped = true;
      complain(`stopped by ${signal}; nothing was decided`);
      stop.abort();
      // Contents lie in files without a name, so there is nothing to clean up; threads that unpack need a moment.
      setTimeout(() => process.exit(2), PATIENCE).unref();
    });
  }
  const { main } = await import('../lib/cli/main.js');
  return main(argv, stop.signal);
}

function complain(text: string): void {
  process.stderr.write(`trustdiff: ${printableText(text)}\n`);
}

function explain(error: unknown): string {
  if (error instanceof AbortedError) return error.what;
  if (!(error instanceof TrustdiffError)) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { file, member, offset } = error.where;
  const place = [file, ...(member ?? [])].filter((part) => part !== undefined).join(' › ');
  const at = [place, ...(offset === undefined ? [] : [`offset ${offset}`])]
    .filter((part) => part !== '')
    .join(', ');
  return `${at === '' ? '' : `${at}: `}${error.what}${error.hint === '' ? '' : ` (${error.hint})`}`;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  // Whoever read the output has gone; what was decided could not be delivered. Who stopped it knows.
  if (!stopped && !(error instanceof Error && error.name === 'ReaderGone')) {
    if (error instanceof BuildError)
      for (const line of error.lines) process.stderr.write(`  | ${printableText(line)}\n`);
    complain(explain(error));
    if (error instanceof TrustdiffError) for (const other of error.also) complain(explain(other));
  }
  process.exitCode = 2;
}
