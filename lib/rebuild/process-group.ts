import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** The programs under way, to be stopped when whoever started them is. */
const underWay = new Set<ChildProcess>();

/** Starts a program in a process group of its own, so that it can be stopped with all that it starts. */
export function startGroup(
  program: string,
  args: readonly string[],
  stdio: SpawnOptions['stdio'],
  options: Pick<SpawnOptions, 'env' | 'cwd'> = {},
): ChildProcess {
  const child = spawn(program, args, { ...options, stdio, detached: true });
  underWay.add(child);
  const forget = (): boolean => underWay.delete(child);
  child.on('exit', forget);
  child.on('error', forget);
  return child;
}

export function stopGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

export function stopAllGroups(): void {
  for (const child of underWay) stopGroup(child);
}
