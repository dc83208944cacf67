import { printableText } from '../artefact/name.js';
import type { ProgressEvent } from '../comparison/event.js';
import { grouped, sized } from '../report/quantity.js';

const PHASES = {
  reading: 'Reading',
  comparing: 'Comparing',
  describing: 'Describing',
  explaining: 'Explaining',
} as const satisfies Record<ProgressEvent['phase'], string>;

/** One line on the terminal's standard error that is written over and over. */
export class StatusLine {
  #shown = false;

  constructor(readonly stream: NodeJS.WriteStream) {}

  show(text: string): void {
    const width = (this.stream.columns ?? 80) - 1;
    this.stream.write(`\r\x1b[K${printableText(text).slice(0, width)}`);
    this.#shown = true;
  }

  /** Takes the line away, so that something else can be printed. */
  clear(): void {
    if (this.#shown) this.stream.write('\r\x1b[K');
    this.#shown = false;
  }
}

/** Says how far a comparison is, at what rate, and for how long still. */
export class ProgressLine extends StatusLine {
  #phase: ProgressEvent['phase'] | undefined;
  #since = 0;

  tell(event: ProgressEvent): void {
    const now = performance.now();
    if (event.phase !== this.#phase) {
      this.#phase = event.phase;
      this.#since = now;
    }
    this.show(progressText(event, (now - this.#since) / 1000));
  }
}

/** `Comparing  12,000 of 52,073 files, 310.5 MB of 1.4 GB, 1.2 GB/s, 1 s left`. `seconds` since the phase began. */
export function progressText(event: ProgressEvent, seconds: number): string {
  const { phase, members, membersTotal, bytes, bytesTotal } = event;
  const parts = [`${grouped(members)}${membersTotal > 0 ? ` of ${grouped(membersTotal)}` : ''} files`];
  if (bytes > 0) parts.push(bytesTotal > 0 ? `${sized(bytes)} of ${sized(bytesTotal)}` : sized(bytes));
  if (seconds > 0.5) {
    if (bytes > 0) parts.push(`${sized(bytes / seconds)}/s`);
    // The part that is done, by bytes where their total is known.
    const share = bytesTotal > 0 ? bytes / bytesTotal : membersTotal > 0 ? members / membersTotal : 0;
    if (share > 0 && share < 1) parts.push(`${Math.ceil((seconds * (1 - share)) / share)} s left`);
  }
  return `${PHASES[phase]}  ${parts.join(', ')}`;
}
