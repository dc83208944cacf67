import type { Options } from 'yargs';
import { OPTION_TABLES } from './options.js';

const COMMANDS: ReadonlySet<string> = new Set([
  'compare',
  'explain',
  'inspect',
  'rebuild',
  'root',
  'completion',
]);
const ROOT_COMMANDS: ReadonlySet<string> = new Set(['inspect', 'verify', 'plan']);

/**
 * Brings the subcommand to the front, `compare` where there is none. A word is one only as the first that is no option and no
 * option's value: yargs looks for it before it knows which options have a value, and takes an artefact called `root` for
 * one behind `-q A`.
 */
export function withCommandFirst(argv: readonly string[]): string[] {
  const at = firstWord(argv);
  // Help and version of the program itself.
  if (at === undefined) return [...argv];
  const word = argv[at] ?? '';
  if (!COMMANDS.has(word) || argv[at - 1] === '--')
    return asksForHelp(argv) ? [...argv] : ['compare', ...argv];
  const rest = argv.toSpliced(at, 1);
  const second = word === 'root' ? firstWord(rest) : undefined;
  const kind = second === undefined ? undefined : rest[second];
  if (second === undefined || kind === undefined || !ROOT_COMMANDS.has(kind)) return [word, ...rest];
  return [word, kind, ...rest.toSpliced(second, 1)];
}

function asksForHelp(argv: readonly string[]): boolean {
  return argv.some((arg) => arg === '--help' || arg === '-h' || arg === '--version');
}

/** The place of the first word that is neither an option nor the value of one. */
function firstWord(argv: readonly string[]): number | undefined {
  for (let at = 0; at < argv.length; at += 1) {
    const arg = argv[at] ?? '';
    if (arg === '--') return at + 1 < argv.length ? at + 1 : undefined;
    if (!isOption(arg)) return at;
    if (arg.includes('=')) continue;
    const taken = valuesOf(arg);
    if (taken === 'one') at += 1;
    if (taken === 'many') while (at + 1 < argv.length && !isOption(argv[at + 1] ?? '')) at += 1;
  }
  return undefined;
}

function isOption(arg: string): boolean {
  return arg.length > 1 && arg.startsWith('-');
}

/** How many of the words behind it are an option's; of short ones written together the last one tells. */
function valuesOf(arg: string): 'none' | 'one' | 'many' {
  const name = arg.startsWith('--') ? arg.slice(2) : arg.slice(-1);
  const options = OPTIONS.get(name);
  if (options === undefined || options.boolean === true) return 'none';
  return options.array === true && options.nargs === undefined ? 'many' : 'one';
}

const OPTIONS: ReadonlyMap<string, Options> = new Map(
  OPTION_TABLES.flatMap((table) =>
    Object.entries(table).flatMap(([name, options]) =>
      [name, ...[options.alias ?? []].flat()].map((spelling) => [spelling, options] as const),
    ),
  ),
);
