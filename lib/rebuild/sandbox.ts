import type { Place, RunFolders, Surroundings } from './place.js';

/** One command as it is started on the host. */
export interface SealedCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Whether it tells on `INFO_FD` of the process with which all that it started ends. */
  readonly tellsFirst?: boolean | undefined;
}

/** The file descriptor on which a sandbox tells of its first process; 3 is that of the times. */
export const INFO_FD = 4;

/** Where a stage's command runs and what it can see of the machine. */
export interface Sandbox {
  readonly use: 'bubblewrap' | 'none';
  /** Its version where it has one. */
  readonly version: string;
  /** What it does not keep from the build, a sentence each. */
  readonly open: readonly string[];
  /** Where things lie for the command. */
  place(folders: RunFolders): Place;
  command(order: SealedOrder): SealedCommand;
  /** Ends what a command left running that did not end with it, after which its output does not change any more. */
  end(): void;
}

export interface SealedOrder {
  readonly folders: RunFolders;
  readonly tools: ToolFiles;
  readonly run: readonly string[];
  /** The stage that runs: its output is writable, that of the stages before it is not. */
  readonly stage: string;
  readonly earlier: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly surroundings: Surroundings;
  /** More of the host's directories, writable, by their place in the sandbox. */
  readonly writable?: Readonly<Record<string, string>> | undefined;
  /** More of the host's files and directories, read-only, by their place in the sandbox; laid before `writable`. */
  readonly readOnly?: Readonly<Record<string, string>> | undefined;
  /** Whether even scratch and home are read-only: a build that is looked at again. */
  readonly frozen?: boolean | undefined;
  /** Where the command starts; in the scratch unless given. */
  readonly cwd?: string | undefined;
}

/** What the wrapper's program is called in that folder. */
export const WRAPPER = 'rustc-wrapper.mjs';

/** The host's folder of wrapper scripts, and what they need. */
export interface ToolFiles {
  readonly folder: string;
  /** This node. */
  readonly node: string;
  /** The wrapper's program (invocation/wrapper.ts). */
  readonly wrapper: string;
}
