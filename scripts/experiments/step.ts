/** One part of a long piece of work. It finds out itself what of it was done before. */
export interface Step {
  /** What it is for, in a line. */
  readonly what: string;
  /** What is left of it to do, a line each, without doing anything. */
  readonly look: () => readonly string[];
  readonly take: () => void | Promise<void>;
}

export interface StepOptions {
  readonly dryRun: boolean;
  readonly say: (line: string) => void;
}

/** Takes steps in order; the first that throws is the last. With `dryRun` they are only looked at. */
export async function takeSteps(steps: readonly Step[], { dryRun, say }: StepOptions): Promise<void> {
  for (const [i, { what, look, take }] of steps.entries()) {
    say(`${i + 1}/${steps.length} ${what}`);
    if (dryRun) for (const line of look()) say(`    ${line}`);
    else await take();
  }
}

/** The exit status of several experiments: trouble before a difference before none. */
export function worstStatus(statuses: readonly number[]): number {
  return Math.max(0, ...statuses);
}
