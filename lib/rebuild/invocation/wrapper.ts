#!/usr/bin/env node
import { isUtf8 } from 'node:buffer';
/*
 * Stands for rustc, runs the real one, and writes down what went in and what came out: one JSON file a call
 * (`Invocation`) in the folder TRUSTDIFF_LOG.
 *
 * With TRUSTDIFF_REAL_RUSTC set, all arguments are rustc's. Without it, the first is the path of the real rustc, which
 * is how cargo calls RUSTC_WRAPPER.
 *
 * rustc sees the same arguments, working folder, standard streams and jobserver as without a wrapper, and the same
 * environment but for the TRUSTDIFF_* variables, so that nothing it writes can depend on the log. A call that cannot
 * be logged fails with status 125, which rustc never gives.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { parseCommand } from './command-line.js';
import { DigestCache } from './digest-cache.js';
import { compilerFiles, expandArguments, namedInputs, sourceInputs, sysrootFiles } from './inputs.js';
import { INVOCATION_SCHEMA, type Invocation, loggedEnvironment } from './invocation.js';
import { crateName, Outputs } from './outputs.js';
import { type Child, inheritedDescriptors, Meter } from './process.js';
import { LogRecord } from './record.js';

/** The exit status of a call that could not be logged. */
const UNLOGGED = 125;
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

try {
  process.exitCode = await run();
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = UNLOGGED;
}

async function run(): Promise<number> {
  const { TRUSTDIFF_LOG: log, TRUSTDIFF_REAL_RUSTC: real, TRUSTDIFF_OUT: out } = process.env;
  if (log === undefined || log === '') throw new Error('TRUSTDIFF_LOG does not name the folder of the log');
  requireUtf8('/proc/self/cmdline', 'an argument');
  requireUtf8('/proc/self/environ', 'an environment variable');
  const given = process.argv.slice(2);
  const [rustc, ...argv] = real === undefined ? given : [real, ...given];
  if (rustc === undefined || rustc === '')
    throw new Error(
      'there is no rustc to call: set TRUSTDIFF_REAL_RUSTC, or give its path as first argument',
    );

  const stage = out === undefined ? null : basename(out);
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('TRUSTDIFF_')),
  );
  const cwd = process.cwd();
  const { args, files: argumentFiles } = expandArguments(argv, cwd);
  const command = parseCommand(args);
  const compiles = command.kind === 'compile';
  const name = compiles || command.kind === 'stdin' ? crateName(command, cwd) : undefined;
  const record = new LogRecord(log, {
    stage,
    kind: command.kind,
    cwd,
    rustc,
    argv,
    crate: name ?? null,
  });
  const cache = new DigestCache(record.digests);
  const outputs = compiles || command.kind === 'stdin' ? new Outputs(command, cwd) : undefined;

  const child = await start(rustc, argv, environment);
  // While rustc works: what is there before it runs.
  const compiler = compilerFiles(rustc, environment, cache);
  const sysroot = compiles ? sysrootFiles(command, rustc, cwd, environment, cache) : undefined;
  const named = compiles ? namedInputs(command, argumentFiles, cwd, cache) : [];
  const exit = await child.exit;

  const sources = sourceInputs(command, outputs?.depInfo(), cwd, cache);
  if (sysroot !== undefined) record.sysroot(sysroot.digest, sysroot.files);
  const invocation: Invocation = {
    schema: INVOCATION_SCHEMA,
    id: record.id,
    stage,
    kind: command.kind,
    started: record.started,
    elapsed: Date.now() - record.started,
    cwd,
    rustc,
    argv,
    ...(argumentFiles.length > 0 && { expanded: args }),
    environment: loggedEnvironment(environment),
    environmentRead: sources.info.environment,
    crate:
      name === undefined
        ? null
        : {
            name,
            types: command.crateTypes,
            test: command.test,
            target: command.target ?? null,
            metadata: command.metadata,
            extraFilename: command.extraFilename,
          },
    compiler,
    sysroot: sysroot === undefined ? null : { ...sysroot, files: sysroot.files.length },
    sources: sources.sources,
    inputs: distinct([...named, ...sources.inputs]),
    outputs: outputs?.digest(cache) ?? [],
    exit,
    ...child.cost(),
  };
  cache.save();
  record.finish(invocation);
  return passOn(exit);
}

/** Starts the real rustc; its end is awaited by `exit`. */
async function start(
  rustc: string,
  argv: readonly string[],
  env: Record<string, string | undefined>,
): Promise<Child> {
  // Before rustc runs: a signal must not find the wrapper without them, and no handler is called before `spawn` is done.
  for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal));
  const child: ChildProcess = spawn(rustc, argv, {
    env,
    stdio: ['inherit', 'inherit', 'inherit', ...inheritedDescriptors(env)],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`${rustc} cannot be started: ${error.message}`)));
  });
  const meter = new Meter(child.pid);
  const exit = new Promise<Invocation['exit']>((resolve) => {
    child.once('exit', (code, signal) => {
      meter.stop();
      resolve({ code, signal });
    });
  });
  return { exit, cost: () => meter.cost() };
}

/** Ends as rustc ended: with its status, or by its signal. */
function passOn({ code, signal }: Invocation['exit']): number {
  if (code !== null) return code;
  const name = signal as NodeJS.Signals;
  process.removeAllListeners(name);
  process.kill(process.pid, name);
  return 128 + (constants.signals[name] ?? 0);
}

/** Node reads arguments and environment as UTF-8; what is not would reach rustc changed. */
function requireUtf8(file: string, what: string): void {
  if (!isUtf8(readFileSync(file)))
    throw new Error(`${what} is not UTF-8 and would not reach rustc unchanged`);
}

/** A crate can be named by `--extern` and by dep-info. */
function distinct(inputs: Invocation['inputs']): Invocation['inputs'] {
  return [...new Map(inputs.toReversed().map((input) => [input.path, input])).values()].reverse();
}

function complain(text: string): void {
  writeSync(2, `trustdiff: this call of rustc could not be logged: ${text}\n`);
}
