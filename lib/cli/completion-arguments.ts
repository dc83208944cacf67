import type { Argv } from 'yargs';

export const COMPLETION_COMMAND = 'completion [shell]';
export const COMPLETION_SUMMARY = 'Print a script that completes options and file names in a shell';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function buildCompletion(yargs: Argv) {
  return yargs
    .positional('shell', { choices: SHELLS, describe: 'Which shell [default: that of $SHELL, else bash]' })
    .example('source <(trustdiff completion bash)', 'in ~/.bashrc');
}

export type CompletionArguments = Awaited<ReturnType<typeof buildCompletion>['argv']>;
