import type { CauseId } from './cause-id.js';

/** Why two artefacts of rustc differ: how it shows, what it means for trust, and how to be rid of it. */
export interface Cause {
  readonly id: CauseId;
  readonly title: string;
  /** How it shows in the artefact. Markdown, as are the texts below. */
  readonly signature: string;
  readonly explanation: string;
  /** What it says about the trust root, and what it does not. */
  readonly consequence: string;
  /** How to remove it at the build. */
  readonly removal: string;
  /** What looks like it and is something else. */
  readonly falsePositives: string;
  readonly root: RootInfluence;
  /** Whether bytes may ever be taken as explained by it; if not, it is a label for bytes that count as residue. */
  readonly maskable: boolean;
  /** Where it was reported or is described. */
  readonly threads: readonly Thread[];
}

/**
 * Whether it can make A differ from B only because the root differs, with source, configuration and environment
 * equal. `no`: configuration or environment only. `seed`: random from run to run, so that a control with one root
 * shows it too. `derived`: it only follows from other differences. `open`: cannot be said in general.
 */
export type RootInfluence =
  | 'no'
  | 'seed'
  | 'no or seed'
  | 'yes'
  | 'yes or seed'
  | 'derived'
  | 'open'
  | `through ${CauseId | 'symbol order'}`;

export interface Thread {
  readonly text: string;
  readonly url: string;
}

/** An issue or pull request of rust-lang/rust. */
export function rustThread(number: number, about: string): Thread {
  return {
    text: `rust-lang/rust#${number}: ${about}`,
    url: `https://github.com/rust-lang/rust/issues/${number}`,
  };
}
