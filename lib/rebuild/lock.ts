import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SpoolError, UsageError } from '../error.js';

/**
 * Takes a folder for this process alone, until `release`. What a killed process left is taken over.
 * @throws UsageError where another process is at work there
 */
export function lockFolder(folder: string): { release(): void } {
  const file = join(folder, 'lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const fd = openSync(file, 'wx');
      writeSync(fd, `${process.pid}\n`);
      closeSync(fd);
      return { release: () => rmSync(file, { force: true }) };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EEXIST')
        throw new SpoolError(`it cannot be written (${code})`, { file }, 'name another folder with --out');
      const pid = Number(readFileSync(file, 'utf8'));
      if (Number.isSafeInteger(pid) && pid > 0 && pid !== process.pid && existsSync(`/proc/${pid}`))
        throw new UsageError(
          `process ${pid} works in ${folder}`,
          'wait for it, or name another folder with --out',
        );
      rmSync(file, { force: true });
    }
  }
  throw new UsageError(
    `another process works in ${folder}`,
    'wait for it, or name another folder with --out',
  );
}
