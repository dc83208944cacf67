import { spawnSync } from 'node:child_process';
import test, { type TestFn } from 'ava';
import { PROGRAM, type RunOptions } from './run-fixture.js';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** How the program runs without the rights of root. */
export const UNPRIVILEGED: RunOptions = isRoot ? { uid: NOBODY } : {};

/** Root's own home, for one, nobody else may look into: there a checkout can be run by nobody but root. */
const canRun =
  !isRoot || spawnSync(process.execPath, [PROGRAM, '--version'], { uid: NOBODY, gid: NOBODY }).status === 0;

/** A test that runs the program without the rights of root; skipped, and so counted, where that cannot be done. */
export const unprivilegedTest = (canRun ? test : test.skip) as TestFn;

/** The same for what only root can do: to run the program as somebody else. */
export const otherUserTest = (isRoot && canRun ? test : test.skip) as TestFn;
