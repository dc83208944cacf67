/**
 * The command line of rustc, as far as it says what is read and what is written. It follows rustc's own tables
 * (compiler/rustc_session/src/config.rs, `rustc_optgroups`), which getopts reads: long options as `--name value` or
 * `--name=value`, short ones as `-Xvalue` or `-X value`.
 */
export interface RustcCommand {
  /** `compile` reads a crate; `stdin` reads one from standard input; the others read none. */
  readonly kind: 'compile' | 'stdin' | 'print' | 'version' | 'other';
  /** The root source file; `-` for standard input. */
  readonly input: string | undefined;
  readonly crateName: string | undefined;
  /** As given, in order, without repetition; rustc's own default (`bin`) is not filled in. */
  readonly crateTypes: readonly string[];
  readonly test: boolean;
  readonly target: string | undefined;
  readonly sysroot: string | undefined;
  readonly metadata: readonly string[];
  readonly extraFilename: string;
  readonly outDir: string | undefined;
  readonly output: string | undefined;
  /** The kinds of `--emit`, each with the path it was given, if any. */
  readonly emit: ReadonlyMap<string, string | undefined>;
  readonly externs: readonly { readonly name: string; readonly path: string | undefined }[];
  /** `-L`, split at the kind; without one it is `all`. */
  readonly searchPaths: readonly { readonly kind: string; readonly path: string }[];
  /** Names of `-l`, without kind, modifiers and renaming. */
  readonly nativeLibraries: readonly string[];
  /** Values of `-C link-arg` and the words of `-C link-args`. */
  readonly linkArguments: readonly string[];
  readonly linker: string | undefined;
}

/** Long options that take a value. */
const VALUED = new Set(
  (
    'allow cap-lints cfg check-cfg codegen color crate-attr crate-name crate-type deny diagnostic-width edition ' +
    'emit env-set error-format explain extern forbid force-warn json out-dir pretty print remap-path-prefix ' +
    'remap-path-scope sysroot target unpretty warn'
  ).split(' '),
);
/** Short options that take a value, with the long name they stand for; those without one are their own. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['A', 'allow'],
  ['C', 'codegen'],
  ['D', 'deny'],
  ['F', 'forbid'],
  ['L', 'L'],
  ['W', 'warn'],
  ['Z', 'Z'],
  ['l', 'l'],
  ['o', 'o'],
]);

/** One word or pair of words of the command line; `name` is empty for a free argument. */
interface Option {
  readonly name: string;
  readonly value: string;
}

/** Reads a command line whose argument files (`@path`) are already expanded; never fails. */
export function parseCommand(args: readonly string[]): RustcCommand {
  const options = [...readOptions(args)];
  const all = (name: string): string[] => options.filter((o) => o.name === name).map((o) => o.value);
  const codegen = all('codegen').map(keyAndValue);
  const flag = (key: string): string[] =>
    codegen.filter((c) => c.key.replaceAll('_', '-') === key).map((c) => c.value ?? '');
  const free = all('');
  const input = free.at(-1);
  return {
    kind: commandKind(options, input),
    input,
    crateName: all('crate-name').at(-1),
    crateTypes: [...new Set(all('crate-type').flatMap((value) => value.split(',')))],
    test: options.some((o) => o.name === 'test'),
    target: all('target').at(-1),
    sysroot: all('sysroot').at(-1),
    metadata: flag('metadata'),
    extraFilename: flag('extra-filename').at(-1) ?? '',
    outDir: all('out-dir').at(-1),
    output: all('o').at(-1),
    emit: new Map(
      all('emit')
        .flatMap((value) => value.split(','))
        .map((part) => keyAndValue(part))
        .map(({ key, value }) => [key, value]),
    ),
    externs: all('extern').map((value) => {
      const { key, value: path } = keyAndValue(value);
      return { name: key.slice(key.lastIndexOf(':') + 1), path };
    }),
    searchPaths: all('L').map((value) => {
      const { key, value: path } = keyAndValue(value);
      const known = ['dependency', 'crate', 'native', 'framework', 'all'].includes(key);
      return known && path !== undefined ? { kind: key, path } : { kind: 'all', path: value };
    }),
    nativeLibraries: all('l').map((value) => {
      const name = value.slice(value.indexOf('=') + 1);
      return name.split(':', 1)[0] ?? name;
    }),
    linkArguments: [...flag('link-arg'), ...flag('link-args').flatMap((value) => value.split(' '))].filter(
      (word) => word !== '',
    ),
    linker: flag('linker').at(-1),
  };
}

function* readOptions(args: readonly string[]): Generator<Option> {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      for (const value of args.slice(i + 1)) yield { name: '', value };
      return;
    }
    if (arg.startsWith('--')) {
      const { key, value } = keyAndValue(arg.slice(2));
      if (value !== undefined) yield { name: key, value };
      else if (VALUED.has(key)) yield { name: key, value: args[++i] ?? '' };
      else yield { name: key, value: '' };
    } else if (arg.startsWith('-') && arg !== '-') {
      let at = 1;
      for (; at < arg.length; at++) {
        const letter = arg[at] ?? '';
        const name = SHORT.get(letter);
        if (name === undefined) {
          yield { name: letter, value: '' };
          continue;
        }
        const attached = arg.slice(at + 1);
        yield { name, value: attached !== '' ? attached : (args[++i] ?? '') };
        break;
      }
    } else {
      yield { name: '', value: arg };
    }
  }
}

function commandKind(options: readonly Option[], input: string | undefined): RustcCommand['kind'] {
  if (options.some((o) => ['version', 'V', 'vV'].includes(o.name))) return 'version';
  if (options.some((o) => ['help', 'h', 'explain'].includes(o.name))) return 'other';
  // These two are printed while a crate is compiled; all others instead of that.
  const printing = options.some(
    (o) => o.name === 'print' && !/^(native-static-libs|link-args)(=|$)/.test(o.value),
  );
  if (printing) return 'print';
  if (input === undefined) return options.some((o) => o.name === 'v') ? 'version' : 'other';
  return input === '-' ? 'stdin' : 'compile';
}

function keyAndValue(text: string): { readonly key: string; readonly value: string | undefined } {
  const at = text.indexOf('=');
  return at < 0 ? { key: text, value: undefined } : { key: text.slice(0, at), value: text.slice(at + 1) };
}
