import { faultOf, type TargetName } from './target.js';

/** What the child process is sent, and what it answers. */
export interface Order {
  readonly target: TargetName;
  readonly input: Uint8Array;
}

export interface Answer {
  readonly fault?: string | undefined;
  /** By how much the process has become larger than it ever was, in bytes. */
  readonly growth: number;
}

// The child process of `campaign.ts`: a reader that loops for ever or crashes takes only this process with it.
process.on('message', async ({ target, input }: Order) => {
  const before = peak();
  const fault = await faultOf(target, Buffer.from(input));
  process.send?.({ fault, growth: peak() - before } satisfies Answer);
});

process.send?.('ready');

/** The most memory the process has had, in bytes. */
function peak(): number {
  return process.resourceUsage().maxRSS * 1024;
}
