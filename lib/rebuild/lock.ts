import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpoolError, UsageError } from '../error.js';
import { readProcessStat } from './process-stat.js';

/**
 * Takes a folder for this process alone, until `release`. What a killed process left is taken over.
 * @throws UsageError where another process is at work there
 */
export function lockFolder(folder: string): { release(): void } {
  const file = join(folder, 'lock');
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (made(file)) return { release: () => rmSync(file, { force: true }) };
    const holder = readLock(file);
    if (holder === undefined) continue;
    const pid = holder.split(' ')[0] ?? '';
    if (holder === identityOf(pid)) throw inUse(folder, `process ${pid}`);
    takeAway(file, holder);
  }
  throw inUse(folder, 'another process');
}

const ATTEMPTS = 10;

function inUse(folder: string, who: string): UsageError {
  return new UsageError(`${who} works in ${folder}`, 'wait for it, or name another folder with --out');
}

/** Whether the file was not there before. It is there with all that it says, or not at all. */
function made(file: string): boolean {
  const whole = `${file}.${process.pid}`;
  try {
    writeFileSync(whole, identityOf(String(process.pid)) ?? '');
    linkSync(whole, file);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    const what = code === 'ENOSPC' ? 'the disk is full' : `it cannot be written (${code})`;
    throw new SpoolError(what, { file }, 'name another folder with --out');
  } finally {
    rmSync(whole, { force: true });
  }
}

/** Removes what a process left that is no more, unless somebody else was faster and has made its own lock by now. */
function takeAway(file: string, holder: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readLock(aside) !== holder) linkSync(aside, file);
  } catch {
    // Somebody else took it away.
  }
  rmSync(aside, { force: true });
}

function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A process by its number and when it started, for numbers are given again; undefined where there is none. */
function identityOf(pid: string): string | undefined {
  const stat = readProcessStat(Number(pid));
  return stat && `${pid} ${stat.started}`;
}
