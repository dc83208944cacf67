import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command of a document, with the lines that the document shows below it. */
export interface Command {
  readonly line: string;
  readonly shown: readonly string[];
}

/** The commands of a Markdown file's `console` blocks, in order. */
export function commandsOf(markdown: string): Command[] {
  const commands: { line: string; shown: string[] }[] = [];
  for (const [, block = ''] of markdown.matchAll(/^```console\n(.*?)^```$/gms)) {
    for (const line of block.split('\n').slice(0, -1)) {
      if (line.startsWith('$ ')) commands.push({ line: line.slice(2), shown: [] });
      else commands.at(-1)?.shown.push(line);
    }
  }
  return commands;
}

/** What a section of a Markdown file shows of output without the command above it: blocks without a language. */
export function outputsOf(markdown: string, heading: string): string[][] {
  const section = markdown.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const outputs: string[][] = [];
  let block: string[] | undefined;
  for (const line of section.split('\n')) {
    if (block === undefined && line.startsWith('```')) block = [line];
    else if (block !== undefined && line === '```') {
      if (block[0] === '```') outputs.push(block.slice(1));
      block = undefined;
    } else block?.push(line);
  }
  return outputs;
}

/** A shell that a document's commands are typed into, in a folder of its own that shows the corpus. */
export class Session {
  #folder: string;
  #status = 0;

  constructor(
    readonly home: string,
    readonly repository: string,
    program: string,
  ) {
    this.#folder = home;
    mkdirSync(join(home, 'bin'));
    writeFileSync(join(home, 'bin/trustdiff'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, {
      mode: 0o755,
    });
  }

  /** Runs one command and gives the lines it prints. `cd` into the corpus shows a writable folder with the same entries. */
  run(line: string): string[] {
    const folder = /^cd (\S+)$/.exec(line)?.[1];
    if (folder !== undefined) {
      this.#enter(folder);
      return [];
    }
    const env = { PATH: `${join(this.home, 'bin')}:${process.env.PATH ?? ''}`, TZ: 'UTC' };
    const script = `(exit ${this.#status}); ${line}`;
    const { stdout, stderr, status } = spawnSync('sh', ['-c', script], {
      cwd: this.#folder,
      env,
      encoding: 'utf8',
    });
    this.#status = status ?? 2;
    return `${stdout}${stderr}`.split('\n').slice(0, -1);
  }

  #enter(folder: string): void {
    this.#folder = join(this.home, folder.replaceAll('/', '-'));
    mkdirSync(this.#folder);
    for (const name of readdirSync(join(this.repository, folder))) {
      symlinkSync(join(this.repository, folder, name), join(this.#folder, name));
    }
  }
}

/** The first line of those shown that is not there in its turn; `…` stands for any lines. */
export function firstMissing(shown: readonly string[], printed: readonly string[]): string | undefined {
  let at = 0;
  let anywhere = false;
  for (const line of shown) {
    if (line === '…') {
      anywhere = true;
      continue;
    }
    const found = anywhere ? printed.indexOf(line, at) : printed[at] === line ? at : -1;
    if (found < 0) return line;
    at = found + 1;
    anywhere = false;
  }
  return anywhere || at === printed.length ? undefined : printed[at];
}
