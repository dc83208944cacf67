import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, located } from '../../error.js';
import {
  INPUT_ROLES,
  INVOCATION_SCHEMA,
  type Invocation,
  type LoggedFile,
  type LoggedInput,
  type SysrootList,
} from './invocation.js';
import {
  absolute,
  amount,
  list,
  oneOf,
  optional,
  orNull,
  record,
  type Shape,
  sha256,
  table,
  text,
  truth,
} from './shape.js';

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

/** Bytes of one record: the longest of rustc's own build has about 100 kB. */
const MAX_RECORD = 2 ** 24;
/** Records of one log: rustc's own build makes about 2,000. */
const MAX_RECORDS = 100_000;

const LOGGED_FILE = { path: text, digest: orNull(sha256), size: orNull(amount) };
const loggedFile = record<LoggedFile>({ ...LOGGED_FILE, path: absolute });
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
      path: absolute,
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
  files: list(record<LoggedFile>(LOGGED_FILE)),
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
  return names;
}

function readRecord<T>(file: string, shape: Shape<T>): T {
  const content = readText(file);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new InputError(`the record is not JSON: ${(error as Error).message}`, { file }, HINT);
  }
  try {
    return shape(value, '');
  } catch (error) {
    throw located(error, { file });
  }
}

const HINT =
  'a record is written whole or not at all: the log was changed after the run, or its disk was full';

/** Only regular files, and no links: a pipe would never end, and a link leads out of the log. */
function readText(file: string): string {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new InputError(`the record cannot be read (${(error as NodeJS.ErrnoException).code})`, { file });
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new InputError('the record is not a regular file', { file });
    if (stat.size > MAX_RECORD)
      throw new InputError(`the record has more than ${MAX_RECORD} bytes`, { file });
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

function byStart(a: { started: number; id: string }, b: { started: number; id: string }): number {
  return a.started - b.started || (a.id < b.id ? -1 : 1);
}
