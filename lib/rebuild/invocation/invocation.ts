/** The version of a record of the log. */
export const INVOCATION_SCHEMA = 'trustdiff-invocation-1';

/** What a file was for. `compiler` and `sysroot` are what rustc itself is made of; the others are arguments of it. */
export type InputRole =
  | 'compiler'
  | 'sysroot'
  | 'source'
  | 'extern'
  | 'native'
  | 'link-argument'
  | 'target-specification'
  | 'argument-file';
export const INPUT_ROLES = [
  'compiler',
  'sysroot',
  'source',
  'extern',
  'native',
  'link-argument',
  'target-specification',
  'argument-file',
] as const satisfies readonly InputRole[];

/** A file that an invocation read or wrote. */
export interface LoggedFile {
  /** Absolute. */
  readonly path: string;
  /** SHA-256 in hex; null when the file could not be read. */
  readonly digest: string | null;
  /** Bytes; null when the file could not be read. */
  readonly size: number | null;
}

export interface LoggedInput extends LoggedFile {
  readonly role: InputRole;
  /** The name an extern or native library was asked for by. */
  readonly name?: string | undefined;
}

/** One call of rustc, as the wrapper wrote it down: one JSON file in the log. */
export interface Invocation {
  readonly schema: typeof INVOCATION_SCHEMA;
  /** The name of its file without `.json`: start in milliseconds, process, a random part. */
  readonly id: string;
  /** The stage of the experiment that ran it: the folder that `TRUSTDIFF_OUT` names; null outside of one. */
  readonly stage: string | null;
  /** As `RustcCommand.kind`; only `compile` has files that are worth comparing. */
  readonly kind: 'compile' | 'stdin' | 'print' | 'version' | 'other';
  /** Milliseconds since 1970, and those it took. */
  readonly started: number;
  readonly elapsed: number;
  readonly cwd: string;
  /** The real rustc, as it was called. */
  readonly rustc: string;
  /** Its arguments, without its own name, as given. */
  readonly argv: readonly string[];
  /** The same with argument files (`@path`) replaced by what they hold; left out where there is none. */
  readonly expanded?: readonly string[] | undefined;
  /** The variables of `LOGGED_ENVIRONMENT` that were set. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that the source read with `env!`, as dep-info lists them; null where one was not set. */
  readonly environmentRead: Readonly<Record<string, string | null>>;
  readonly crate: {
    readonly name: string;
    readonly types: readonly string[];
    readonly test: boolean;
    readonly target: string | null;
    /** Values of `-C metadata` and `-C extra-filename`: what cargo's hash comes in by. */
    readonly metadata: readonly string[];
    readonly extraFilename: string;
  } | null;
  /** The files that the compiler is made of: `bin/rustc`, librustc_driver, libLLVM. */
  readonly compiler: readonly LoggedFile[];
  /** Crates that rustc finds by itself. `digest` is that of the list `sysroot-<digest>.json` in the log. */
  readonly sysroot: { readonly path: string; readonly digest: string; readonly files: number } | null;
  /** Whether the sources are all (from dep-info) or the root file alone. */
  readonly sources: 'dep-info' | 'root-only' | 'none';
  readonly inputs: readonly LoggedInput[];
  /** What it wrote for its crate, other than dep-info. */
  readonly outputs: readonly LoggedFile[];
  readonly exit: { readonly code: number | null; readonly signal: string | null };
  /** Seconds of rustc and of what it started and waited for; null where /proc does not tell. */
  readonly cpu: { readonly user: number; readonly system: number } | null;
  /** Bytes of rustc's peak resident set as last sampled, hence a lower bound; null where it ended before a sample. */
  readonly memory: number | null;
}

/** The crates of a sysroot: `sysroot-<digest>.json`. */
export interface SysrootList {
  readonly schema: 'trustdiff-sysroot-1';
  /** `path` is relative to the sysroot. */
  readonly files: readonly LoggedFile[];
}

/**
 * The variables that can reach what rustc writes: names, or beginnings that end in `*`. CARGO_MAKEFLAGS is left out, since
 * it holds numbers of descriptors.
 */
const LOGGED_ENVIRONMENT: readonly string[] = [
  'AR',
  'CARGO*',
  'CC',
  'CFG_*',
  'CFLAGS',
  'COMPILER_PATH',
  'CXX',
  'CXXFLAGS',
  'DEBUG',
  'DEP_*',
  'GCC_EXEC_PREFIX',
  'HOME',
  'HOST',
  'LANG',
  'LANGUAGE',
  'LC_*',
  'LD',
  'LDFLAGS',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'LIBRARY_PATH',
  'LLVM_*',
  'MALLOC_*',
  'NUM_JOBS',
  'OPT_LEVEL',
  'OUT_DIR',
  'PATH',
  'PROFILE',
  'REAL_LIBRARY_PATH',
  'RUST*',
  'SOURCE_DATE_EPOCH',
  'TARGET',
  'TMPDIR',
  'TZ',
  '__CARGO_*',
];
const UNLOGGED_ENVIRONMENT = new Set(['CARGO_MAKEFLAGS']);
const SECRET = /TOKEN|PASSWORD|SECRET|CREDENTIAL/i;

/** The part of an environment that is logged, sorted by name; values of what names a secret are not. */
export function loggedEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name of Object.keys(environment).sort()) {
    const value = environment[name];
    if (value === undefined || UNLOGGED_ENVIRONMENT.has(name) || !isLogged(name)) continue;
    out[name] = SECRET.test(name) ? '(not logged)' : value;
  }
  return out;
}

function isLogged(name: string): boolean {
  return LOGGED_ENVIRONMENT.some((entry) =>
    entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry,
  );
}
