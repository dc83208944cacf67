import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../error.js';
import { readRecord } from '../build-record.js';
import {
  absolute,
  amount,
  list,
  oneOf,
  optional,
  orNull,
  record,
  relative,
  type Shape,
  sha256,
  table,
  text,
  truth,
} from '../shape.js';
import {
  INPUT_ROLES,
  INVOCATION_SCHEMA,
  type Invocation,
  type LoggedFile,
  type LoggedInput,
  type SysrootList,
} from './invocation.js';

/** A call that has a beginning in the log and no end: the wrapper was killed, or rustc could not be started. */
export interface UnfinishedInvocation {
  readonly id: string;
  readonly started: number;
  readonly stage: string | null;
  readonly crate: string | null;
  readonly rustc: string;
  readonly argv: readonly string[];
}

/** All that the wrappers of one run wrote. */
export interface InvocationLog {
  /** In the order in which they began, which is an order of dependency: a crate that is read was begun before. */
  readonly invocations: readonly Invocation[];
  readonly unfinished: readonly UnfinishedInvocation[];
  /** The crates of the sysroots that were seen, by digest. */
  readonly sysroots: ReadonlyMap<string, SysrootList>;
}

/** Records of one log: rustc's own build makes about 2,000. */
const MAX_RECORDS = 100_000;
/** Bytes of all of them together; those of rustc's own build have 17 MB. */
const MAX_BYTES = 2 ** 28;

const LOGGED_FILE = { path: absolute, digest: orNull(sha256), size: orNull(amount) };
const loggedFile = record<LoggedFile>(LOGGED_FILE);
const KIND = oneOf('compile', 'stdin', 'print', 'version', 'other');

const invocation: Shape<Invocation> = record<Invocation>({
  schema: oneOf(INVOCATION_SCHEMA),
  id: text,
  stage: orNull(text),
  kind: KIND,
  started: amount,
  elapsed: amount,
  cwd: absolute,
  rustc: text,
  argv: list(text),
  expanded: optional(list(text)),
  environment: table(text),
  environmentRead: table(orNull(text)),
  crate: orNull(
    record<NonNullable<Invocation['crate']>>({
      name: text,
      types: list(text),
      test: truth,
      target: orNull(text),
      metadata: list(text),
      extraFilename: text,
    }),
  ),
  compiler: list(loggedFile),
  sysroot: orNull(
    record<NonNullable<Invocation['sysroot']>>({ path: absolute, digest: sha256, files: amount }),
  ),
  sources: oneOf('dep-info', 'root-only', 'none'),
  inputs: list(
    record<LoggedInput>({
      ...LOGGED_FILE,
      role: oneOf(...INPUT_ROLES),
      name: optional(text),
    }),
  ),
  outputs: list(loggedFile),
  exit: record<Invocation['exit']>({ code: orNull(amount), signal: orNull(text) }),
  cpu: orNull(record<NonNullable<Invocation['cpu']>>({ user: amount, system: amount })),
  memory: orNull(amount),
});

const unfinished: Shape<UnfinishedInvocation & { kind: string; cwd: string }> = record({
  id: text,
  started: amount,
  stage: orNull(text),
  kind: KIND,
  cwd: absolute,
  rustc: text,
  argv: list(text),
  crate: orNull(text),
});

const sysrootList: Shape<SysrootList> = record<SysrootList>({
  schema: oneOf('trustdiff-sysroot-1'),
  files: list(record<LoggedFile>({ ...LOGGED_FILE, path: relative })),
});

/**
 * Reads the folder that TRUSTDIFF_LOG named. Whatever ran in the build could write there, so nothing in it is believed
 * to have its form; what it *says* is still only what the build's own machine said of itself.
 * @throws InputError naming the file, for what is no log, is cut off, or is not of the schema
 */
export function readLog(folder: string): InvocationLog {
  const invocations: Invocation[] = [];
  const begun: UnfinishedInvocation[] = [];
  const sysroots = new Map<string, SysrootList>();
  const names = readNames(folder);
  const ended = new Set(names.filter((name) => name.endsWith('.json')));
  for (const name of names) {
    const file = join(folder, name);
    const id = name.replace(/\.[^.]*$/, '');
    if (/^sysroot-[0-9a-f]{64}\.json$/.test(name)) {
      sysroots.set(id.slice('sysroot-'.length), readRecord(file, sysrootList));
    } else if (name.endsWith('.json')) {
      const read = readRecord(file, invocation);
      if (read.id !== id) throw new InputError(`the record says of itself that it is ${read.id}`, { file });
      invocations.push(read);
    } else if (name.endsWith('.started') && !ended.has(`${id}.json`)) {
      const { kind: _, cwd: __, ...read } = readRecord(file, unfinished);
      begun.push(read);
    }
    // What is left: digests.cache, and a .tmp of a call that was killed while it wrote, whose .started is still there.
  }
  for (const { sysroot, id } of invocations) {
    if (sysroot !== null && !sysroots.has(sysroot.digest))
      throw new InputError(`the list of the sysroot ${sysroot.digest} is missing`, {
        file: join(folder, `${id}.json`),
      });
  }
  return { invocations: invocations.sort(byStart), unfinished: begun.sort(byStart), sysroots };
}

function readNames(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    throw new InputError(`the log of invocations cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      file: folder,
    });
  }
  if (names.length > MAX_RECORDS)
    throw new InputError(`it has more than ${MAX_RECORDS} files, which no build writes`, { file: folder });
  let bytes = 0;
  for (const name of names) {
    bytes += lstatSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
    if (bytes > MAX_BYTES)
      throw new InputError(`it has more than ${MAX_BYTES} bytes, which no build writes`, { file: folder });
  }
  return names;
}

function byStart(a: { started: number; id: string }, b: { started: number; id: string }): number {
  return a.started - b.started || (a.id < b.id ? -1 : 1);
}
