import type { Stats } from 'node:fs';
import type { FileStamp } from './member.js';

/** What the system says of many files, `STAT_COLUMNS` numbers a row, in memory that threads share. */
export type StatColumns = Float64Array;

/** mode, uid, gid, size, mtimeMs, ctimeMs, dev, ino, rdev; a row of zeros was not asked for, or could not be. */
const STAT_COLUMNS = 9;

export const NO_STATS: StatColumns = new Float64Array(0);

export function makeStats(rows: number): StatColumns {
  return new Float64Array(new SharedArrayBuffer(rows * STAT_COLUMNS * Float64Array.BYTES_PER_ELEMENT));
}

export function writeStats(stats: StatColumns, row: number, stat: Stats): void {
  const at = row * STAT_COLUMNS;
  stats[at] = stat.mode;
  stats[at + 1] = stat.uid;
  stats[at + 2] = stat.gid;
  stats[at + 3] = stat.size;
  stats[at + 4] = stat.mtimeMs;
  stats[at + 5] = stat.ctimeMs;
  stats[at + 6] = stat.dev;
  stats[at + 7] = stat.ino;
  stats[at + 8] = stat.rdev;
}

/** One row, by name. */
export interface StatRow {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly stamp: FileStamp;
}

/** `undefined` where the row is empty. */
export function readStats(stats: StatColumns, row: number): StatRow | undefined {
  const at = row * STAT_COLUMNS;
  const column = (i: number): number => stats[at + i] ?? 0;
  if (column(0) === 0) return undefined;
  const stamp = { size: column(3), mtimeMs: column(4), ctimeMs: column(5), dev: column(6), ino: column(7) };
  return { mode: column(0), uid: column(1), gid: column(2), rdev: column(8), stamp };
}

/** The size in one row, without making an object of it; `undefined` where the row is empty. */
export function statSize(stats: StatColumns, row: number): number | undefined {
  const at = row * STAT_COLUMNS;
  return stats[at] === 0 ? undefined : stats[at + 3];
}
