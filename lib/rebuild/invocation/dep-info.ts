/** What the dep-info file (`.d`) of rustc says, which is written in make's syntax. */
export interface DepInfo {
  /** The files that were read, as written there. */
  readonly sources: readonly string[];
  /** Variables that `env!` and `option_env!` read; null where one was not set. */
  readonly environment: Readonly<Record<string, string | null>>;
}

/** Reads a dep-info file as rustc_interface's `write_out_deps` writes it. */
export function parseDepInfo(text: string): DepInfo {
  const sources = new Set<string>();
  const environment: Record<string, string | null> = {};
  for (const line of text.split('\n')) {
    if (line.startsWith('# env-dep:')) {
      const entry = line.slice('# env-dep:'.length);
      const at = entry.indexOf('=');
      if (at < 0) environment[unescapeEnvironment(entry)] = null;
      else environment[unescapeEnvironment(entry.slice(0, at))] = unescapeEnvironment(entry.slice(at + 1));
    } else if (!line.startsWith('#')) {
      // Each target has the same sources; each source stands alone as a target too.
      const at = line.search(/:( |$)/);
      if (at < 0) continue;
      for (const path of splitPaths(line.slice(at + 1))) sources.add(path);
    }
  }
  return { sources: [...sources], environment };
}

/** Paths are parted by spaces; a space in a path has a backslash before it, and nothing else is escaped. */
function splitPaths(text: string): string[] {
  return text
    .split(/(?<!\\) /)
    .filter((path) => path !== '')
    .map((path) => path.replaceAll('\\ ', ' '));
}

/** `escape_dep_env` of rustc: newline, carriage return and backslash. */
function unescapeEnvironment(text: string): string {
  return text.replace(/\\([nr\\])/g, (_, letter: string) =>
    letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\',
  );
}
