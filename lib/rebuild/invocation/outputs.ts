import { type BigIntStats, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, parse, resolve } from 'node:path';
import type { RustcCommand } from './command-line.js';
import type { DigestCache } from './digest-cache.js';
import type { LoggedFile } from './invocation.js';

/** Where a crate's files go, and what they are called there. */
interface Place {
  readonly folder: string;
  /** File names without `lib` and from the first dot on. */
  readonly stem: string;
}

/** What the files of a crate were before rustc ran: what is the same afterwards was not written by it. */
export class Outputs {
  private readonly places: readonly Place[];
  /** Files that `-o` or `--emit kind=path` name. */
  private readonly named: readonly string[];
  private readonly dependencies: string | undefined;
  private readonly before: ReadonlyMap<string, string>;

  constructor(
    command: RustcCommand,
    private readonly cwd: string,
  ) {
    const name = crateName(command, cwd);
    const stem = `${name ?? ''}${command.extraFilename}`;
    const places: Place[] = [];
    if (command.output !== undefined) {
      const path = resolve(cwd, command.output);
      places.push({ folder: dirname(path), stem: parse(path).name.replace(/^lib/, '') });
      if (name !== undefined) places.push({ folder: dirname(path), stem });
    } else if (name !== undefined) {
      places.push({ folder: resolve(cwd, command.outDir ?? '.'), stem });
    }
    this.places = places;
    this.named = [command.output, ...command.emit.values()]
      .filter((path): path is string => path !== undefined && path !== '-')
      .map((path) => resolve(cwd, path));
    this.dependencies = command.emit.get('dep-info');
    this.before = new Map(this.candidates().map((path) => [path, identity(path)]));
  }

  /** The dep-info file, if this run wrote one. */
  depInfo(): string | undefined {
    const named = this.dependencies;
    return this.written().find((path) =>
      named !== undefined ? path === resolve(this.cwd, named) : path.endsWith('.d'),
    );
  }

  /** What this run wrote, other than dep-info; call it when rustc has ended. */
  digest(cache: DigestCache): LoggedFile[] {
    const depInfo = this.depInfo();
    return this.written()
      .filter((path) => path !== depInfo)
      .map((path) => cache.digest(path));
  }

  private written(): string[] {
    return this.candidates().filter((path) => {
      const now = identity(path);
      return now !== '' && now !== this.before.get(path);
    });
  }

  private candidates(): string[] {
    const found = this.places.flatMap(({ folder, stem }) =>
      fileNames(folder)
        .filter((file) => belongs(file, stem))
        .map((file) => join(folder, file)),
    );
    return [...new Set([...found, ...this.named])].sort();
  }
}

/** The crate's name as given, else from `#![crate_name]`, else from the file's name, which is rustc's own order. */
export function crateName(command: RustcCommand, cwd: string): string | undefined {
  if (command.crateName !== undefined) return command.crateName;
  if (command.input === undefined) return undefined;
  if (command.input === '-') return 'rust_out';
  let source = '';
  try {
    source = readFileSync(resolve(cwd, command.input), 'utf8');
  } catch {
    // rustc will say so
  }
  const declared = /^\s*#!\[crate_name\s*=\s*"([^"]+)"\s*\]/m.exec(source)?.[1];
  return declared ?? parse(basename(command.input)).name.replaceAll('-', '_');
}

function belongs(file: string, stem: string): boolean {
  return [file, file.replace(/^lib/, '')].some((name) => name === stem || name.startsWith(`${stem}.`));
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function identity(path: string): string {
  let stat: BigIntStats;
  try {
    stat = statSync(path, { bigint: true });
  } catch {
    return '';
  }
  return stat.isFile() ? `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}` : '';
}
