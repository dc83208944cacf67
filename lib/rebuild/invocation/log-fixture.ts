import { createHash } from 'node:crypto';
import { INVOCATION_SCHEMA, type Invocation, type LoggedFile } from './invocation.js';
import type { InvocationLog } from './log.js';

/** A crate of an imagined build. */
export interface MadeCrate {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly source?: string;
  readonly cfg?: string;
  /** cargo's hash; by default one of the name. */
  readonly hash?: string;
  /** Something that no log knows. */
  readonly chance?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly stage?: string;
  /** Its output is made of its source alone, whatever else goes in. */
  readonly opaque?: boolean;
}

export function digestOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The log of a build of crates, given in an order of dependency: each output is the digest of all that went in. */
export function madeLog(crates: readonly MadeCrate[], compiler = 'rustc 1'): InvocationLog {
  const built = new Map<string, { output: LoggedFile; closure: readonly string[] }>();
  const invocations = crates.map((crate, i): Invocation => {
    const hash = crate.hash ?? digestOf('hash', crate.name).slice(0, 16);
    const output = `/build/deps/lib${crate.name}-${hash}.rlib`;
    const externs = crate.dependencies.map((name) => {
      const dependency = built.get(name);
      if (dependency === undefined) throw new Error(`${name} comes after ${crate.name}`);
      return { name, ...dependency };
    });
    const closure = [
      ...new Set(externs.flatMap((extern) => [extern.output.digest ?? '', ...extern.closure])),
    ].sort();
    const argv = [
      ...['--crate-name', crate.name, `/src/${crate.name}.rs`, '--crate-type', 'lib', '--emit=dep-info,link'],
      ...(crate.cfg === undefined ? [] : ['--cfg', crate.cfg]),
      ...['-C', `metadata=${hash}`, '-C', `extra-filename=-${hash}`, '--out-dir', '/build/deps'],
      ...externs.flatMap((extern) => ['--extern', `${extern.name}=${extern.output.path}`]),
    ];
    const source = digestOf('source', crate.name, crate.source);
    const digest =
      crate.opaque === true
        ? source
        : digestOf(compiler, crate.cfg, hash, source, crate.chance, crate.environment, closure);
    built.set(crate.name, { output: { path: output, digest, size: 1 }, closure });
    return {
      ...EMPTY,
      id: `${i}`,
      started: i,
      stage: crate.stage ?? null,
      argv,
      environment: { CARGO_PKG_NAME: crate.name, CARGO_PKG_VERSION: '1.0.0', ...crate.environment },
      crate: {
        ...{ name: crate.name, types: ['lib'], test: false, target: null },
        ...{ metadata: [hash], extraFilename: `-${hash}` },
      },
      compiler: [{ path: '/root/bin/rustc', digest: digestOf(compiler), size: 1 }],
      inputs: [
        ...externs.map((extern) => ({ role: 'extern' as const, ...extern.output, name: extern.name })),
        { role: 'source', path: `/src/${crate.name}.rs`, digest: source, size: 1 },
      ],
      outputs: [{ path: output, digest, size: 1 }],
    };
  });
  return { invocations, unfinished: [], sysroots: new Map() };
}

/** A call that reads and writes nothing. */
export const EMPTY: Invocation = {
  schema: INVOCATION_SCHEMA,
  id: '0',
  stage: null,
  kind: 'compile',
  started: 0,
  elapsed: 1,
  cwd: '/build',
  rustc: '/root/bin/rustc',
  argv: [],
  environment: {},
  environmentRead: {},
  crate: null,
  compiler: [],
  sysroot: null,
  sources: 'dep-info',
  inputs: [],
  outputs: [],
  exit: { code: 0, signal: null },
  cpu: null,
  memory: null,
};
