import type { Compiler } from './compiler.js';
import type { Expect, Verdict } from './expect.js';
import type { Workshop } from './workshop.js';

/** How one pair is made, and what no comparison of contents can find out about it. */
export interface Recipe {
  readonly name: string;
  readonly what: string;
  readonly causes: readonly string[];
  /** With the control, where the recipe makes one. */
  readonly verdict: Verdict;
  readonly verdictWithoutControl?: Verdict;
  /** False where another run of the same compiler gives other bytes. */
  readonly deterministic?: boolean;
  readonly metadata?: Expect['metadata'];
  /** The option that names a tool only this recipe needs, when it was not given. */
  missing?(tools: Tools): string | undefined;
  make(shop: Workshop, tools: Tools): void;
}

/** Compilers beside the main one; a recipe that lacks its own is left out with a message. */
export interface Tools {
  readonly nightly?: Compiler | undefined;
  readonly quickstart?: QuickstartTools | undefined;
}

/** One rustc and the cargo of two trust roots. */
export interface QuickstartTools {
  readonly rustc: Compiler;
  /** Files of this machine. */
  readonly cargoA: string;
  readonly cargoB: string;
}
