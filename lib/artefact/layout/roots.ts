/** Directories of which none lies in another. Asking which of them holds a name takes the logarithm of their number. */
export class Roots {
  /** Sorted by their text with a `/` behind, so that what lies in a directory follows it. */
  readonly all: readonly string[];

  /** Of directories that lie in each other, the outermost is kept. */
  constructor(directories: Iterable<string>) {
    const sorted = [...new Set(directories)].sort((a, b) => compareText(slashed(a), slashed(b)));
    const kept: string[] = [];
    for (const directory of sorted) {
      const last = kept.at(-1);
      if (last === undefined || !isBelow(last, directory)) kept.push(directory);
    }
    this.all = kept;
  }

  /** The directory that is `name` or holds it. */
  holding(name: string): string | undefined {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (slashed(this.all[middle] ?? '') <= slashed(name)) low = middle + 1;
      else high = middle;
    }
    const candidate = this.all[low - 1];
    return candidate !== undefined && isBelow(candidate, name) ? candidate : undefined;
  }

  /** The innermost directory that holds all of them; of a single one, itself. */
  common(): string {
    const first = this.all[0] ?? '';
    const last = this.all.at(-1) ?? '';
    const parts = first.split('/');
    const others = last.split('/');
    let shared = 0;
    while (shared < parts.length && parts[shared] === others[shared]) shared += 1;
    return parts.slice(0, shared).join('/');
  }
}

/**
 * A name as it is seen from a directory: the directory itself and those that lead to it are the top (empty);
 * what lies elsewhere keeps its name.
 */
export function seenFrom(directory: string, name: string, isDirectory: boolean): string {
  if (directory === '') return name;
  if (name === directory) return isDirectory ? '' : name;
  if (isBelow(directory, name)) return name.slice(directory.length + 1);
  return isDirectory && isBelow(name, directory) ? '' : name;
}

/** Whether `name` is `directory` or lies in it. */
export function isBelow(directory: string, name: string): boolean {
  return (
    directory === '' ||
    (name.startsWith(directory) && (name.length === directory.length || name[directory.length] === '/'))
  );
}

function slashed(directory: string): string {
  return directory === '' ? '' : `${directory}/`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
