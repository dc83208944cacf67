import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { InputError } from '../../error.js';
import type { ByteStream } from './codec.js';
import type { Framing } from './framing.js';

/**
 * Decodes by way of an `xz -dc` child process: for machines that the native module has no build for. Half as
 * fast, and the offsets of errors are only as near as a pipe is long.
 * @throws InputError when there is no `xz`, or with what it wrote on its standard error
 */
export async function* decodeChild(
  input: ByteStream,
  framing: Framing,
  command = 'xz',
): AsyncGenerator<Uint8Array, void, undefined> {
  const child = spawn(command, ['--decompress', '--stdout', '--threads=1'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment(),
  });
  const outcome = outcomeOf(child);
  let stopped = false;
  const feeding = feed(child.stdin, input, framing, () => stopped).catch((error: unknown) => {
    child.kill('SIGKILL');
    return error;
  });
  try {
    try {
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) yield chunk;
    } catch {
      // A pipe that closes early; the reason is in the outcome.
    }
    const problem = await outcome;
    stopped = true;
    const mistake = await feeding;
    // What the framing or the input found comes first: the child only saw its input end.
    if (mistake !== undefined) throw mistake;
    if (problem !== undefined) throw new InputError(problem.what, { offset: framing.offset }, problem.hint);
  } finally {
    stopped = true;
    child.kill('SIGKILL');
    child.stdout.destroy();
    await outcome;
    await feeding;
  }
}

/** Writes the whole input to the child, no faster than it reads; stops when the child is gone. */
async function feed(
  stdin: Writable,
  input: ByteStream,
  framing: Framing,
  stopped: () => boolean,
): Promise<undefined> {
  for await (const chunk of input) {
    if (stopped() || stdin.destroyed) return;
    framing.feed(chunk);
    // The chunk is the reader's only until the next one is asked for, so the write must be over by then.
    const written = await new Promise<boolean>((resolve) => {
      stdin.write(chunk, (error) => resolve(!error));
    });
    if (!written) return;
  }
  framing.end();
  stdin.end();
}

interface Problem {
  readonly what: string;
  readonly hint: string;
}

/** Resolves when the child is gone and its pipes are closed. */
async function outcomeOf(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
): Promise<Problem | undefined> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < 1000) said += text;
  });
  // A child that stops reading early says why on its standard error; the broken pipe adds nothing.
  child.stdin.on('error', () => {});
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (code === 0 && said === '') return undefined;
    const reason = said.trim().replaceAll('\n', '; ') || `xz ended with ${signal ?? `exit status ${code}`}`;
    return { what: `the xz stream cannot be decoded (${reason})`, hint: '' };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return {
      what: missing
        ? 'the xz stream cannot be decoded: this machine has neither a build of node-liblzma nor an xz command'
        : `the xz command cannot be started (${String(error)})`,
      hint: 'install xz (xz-utils), or unpack the file and compare what is in it',
    };
  }
}

/** Without XZ_DEFAULTS and XZ_OPT, which could add any option; messages in English. */
function environment(): NodeJS.ProcessEnv {
  const { XZ_DEFAULTS: _defaults, XZ_OPT: _options, ...rest } = process.env;
  return { ...rest, LC_ALL: 'C' };
}
