import { basename } from 'node:path';
import type { Invocation } from './invocation.js';
import type { InvocationLog } from './log.js';
import { withoutHashes } from './name-hash.js';

/** The calls of one run that compiled something, and which of them made what another one read. */
export interface InvocationGraph {
  /** Calls that compiled a crate and ended well, in an order of dependency; without those that a later one redid. */
  readonly invocations: readonly Invocation[];
  /** Those that made an extern, a crate of the sysroot or a native library of this one. */
  producersOf(invocation: Invocation): readonly Invocation[];
  /** The one that made a file of these bytes, if it is of this run and had begun before `before`. */
  producerOf(
    file: { readonly path: string; readonly digest: string | null },
    before: Invocation,
  ): Invocation | undefined;
  /** Those that made files of the compiler that this one was made with. */
  compilerProducersOf(invocation: Invocation): readonly Invocation[];
  /** The build script whose output folder this one was given. */
  buildScriptOf(invocation: Invocation): Invocation | undefined;
}

/**
 * Finds for every input the call that wrote it: by path and digest, else by digest alone (cargo and rustc's own build
 * link and copy crates to other places). A file whose digest nobody wrote came from outside the build, or was changed
 * after it was compiled (stripped, for one).
 */
export function invocationGraph(log: InvocationLog): InvocationGraph {
  const invocations = withoutRedone(
    log.invocations.filter(
      ({ kind, exit, crate }) => kind === 'compile' && exit.code === 0 && crate !== null,
    ),
  );
  const position = new Map(invocations.map((invocation, i) => [invocation, i]));
  const writers = new Map<string, Invocation[]>();
  for (const invocation of invocations) {
    for (const { digest } of invocation.outputs) {
      if (digest === null) continue;
      const known = writers.get(digest);
      if (known === undefined) writers.set(digest, [invocation]);
      else known.push(invocation);
    }
  }
  const named = new Map<string, Invocation[]>();
  for (const invocation of invocations)
    for (const { path } of invocation.outputs)
      if (/^librustc_driver-/.test(basename(path)))
        named.set(basename(path), [...(named.get(basename(path)) ?? []), invocation]);
  const scripts = new Map<string, Invocation[]>();
  for (const invocation of invocations) {
    const folder = invocation.environment.CARGO_MANIFEST_DIR;
    if (folder === undefined || invocation.crate?.name.startsWith('build_script_') !== true) continue;
    scripts.set(folder, [...(scripts.get(folder) ?? []), invocation]);
  }
  const producers = new Map<Invocation, readonly Invocation[]>();

  const producerOf: InvocationGraph['producerOf'] = ({ path, digest }, before) => {
    if (digest === null) return undefined;
    const at = position.get(before) ?? 0;
    const earlier = (writers.get(digest) ?? []).filter((writer) => (position.get(writer) ?? 0) < at);
    return (
      earlier.findLast((writer) => writer.outputs.some((output) => output.path === path)) ?? earlier.at(-1)
    );
  };
  const all = (
    files: Iterable<{ path: string; digest: string | null }>,
    before: Invocation,
  ): Invocation[] => {
    const found = new Set<Invocation>();
    for (const file of files) {
      const producer = producerOf(file, before);
      if (producer !== undefined) found.add(producer);
    }
    return [...found];
  };
  return {
    invocations,
    producerOf,
    producersOf(invocation) {
      const known = producers.get(invocation);
      if (known !== undefined) return known;
      const sysroot = log.sysroots.get(invocation.sysroot?.digest ?? '')?.files ?? [];
      const files = [...invocation.inputs.filter(({ role }) => role !== 'source'), ...sysroot];
      const found = all(files, invocation);
      producers.set(invocation, found);
      return found;
    },
    compilerProducersOf(invocation) {
      const at = position.get(invocation) ?? 0;
      const found = new Set(all(invocation.compiler, invocation));
      // rustc's own build strips librustc_driver after it was compiled, and the hash in its name stays.
      for (const { path } of invocation.compiler) {
        if (withoutHashes(basename(path)) === basename(path)) continue;
        for (const writer of named.get(basename(path)) ?? [])
          if ((position.get(writer) ?? 0) < at) found.add(writer);
      }
      return [...found];
    },
    buildScriptOf(invocation) {
      const out = invocation.environment.OUT_DIR;
      const folder = invocation.environment.CARGO_MANIFEST_DIR;
      if (out === undefined || folder === undefined) return undefined;
      const at = position.get(invocation) ?? 0;
      return scripts.get(folder)?.findLast((script) => (position.get(script) ?? 0) < at);
    },
  };
}

/** A build that was interrupted and went on compiles some crates twice: the later call wrote what is there. */
function withoutRedone(invocations: readonly Invocation[]): Invocation[] {
  const last = new Map<string, Invocation>();
  const key = (i: Invocation): string =>
    JSON.stringify([i.stage, i.rustc, i.cwd, i.argv, i.environment.OUT_DIR]);
  for (const invocation of invocations) last.set(key(invocation), invocation);
  return invocations.filter((invocation) => last.get(key(invocation)) === invocation);
}
