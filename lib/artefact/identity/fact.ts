/** One thing an artefact says of itself, and the member and place it was read from. */
export interface Fact {
  readonly value: string;
  /** `lib/librustc_driver-….so, section .comment, offset 123`. */
  readonly from: string;
}

/**
 * What can be known of an artefact. `self` is what it is, `builder` what compiled and linked it, which is part
 * of the trust root, and `package` how it was wrapped up.
 */
export const FACTS = {
  version: { about: 'self', title: 'version the compiler reports' },
  release: { about: 'self', title: 'release' },
  commit: { about: 'self', title: 'commit' },
  channel: { about: 'self', title: 'channel' },
  host: { about: 'self', title: 'host' },
  target: { about: 'self', title: 'targets' },
  machine: { about: 'self', title: 'machine of the compiler' },
  'llvm-version': { about: 'self', title: 'LLVM version' },
  'llvm-origin': { about: 'self', title: 'LLVM bundled or of the system' },
  'llvm-linkage': { about: 'self', title: 'how LLVM is linked' },
  'metadata-version': { about: 'self', title: 'version of the crate metadata' },
  bolt: { about: 'self', title: 'layout by BOLT' },
  'llvm-bolt': { about: 'self', title: 'layout of LLVM by BOLT' },
  'bolt-command': { about: 'self', title: 'BOLT, its version and command line' },
  instrumented: { about: 'self', title: 'instrumented for a profile' },
  symbols: { about: 'self', title: 'symbol table of the compiler' },
  'debug-info': { about: 'self', title: 'debug information of the compiler' },
  'builder-config': { about: 'self', title: 'configuration of the build' },
  'built-by': { about: 'builder', title: 'compiler it was compiled with' },
  linker: { about: 'builder', title: 'linker' },
  'c-compiler': { about: 'builder', title: 'C compilers' },
  package: { about: 'package', title: 'packages' },
  'package-version': { about: 'package', title: 'package versions' },
  'package-architecture': { about: 'package', title: 'package architecture' },
  'built-using': { about: 'package', title: 'packages it was built using' },
  component: { about: 'package', title: 'components' },
  'tool-version': { about: 'package', title: 'versions of other tools' },
} as const satisfies Record<string, { about: 'self' | 'builder' | 'package'; title: string }>;

export type FactName = keyof typeof FACTS;

/** Longest value kept; a version string has fewer than 200 characters. */
const LONGEST_VALUE = 4096;
/** Most values kept of one fact; a builder-config has about 40. */
const MOST_VALUES = 500;

/** Facts as they are found: each value once, with the first place that said it. */
export class FactSet {
  private readonly found = new Map<FactName, Map<string, string>>();

  add(name: FactName, value: string, from: string): void {
    const kept = value.slice(0, LONGEST_VALUE).trim();
    if (kept === '') return;
    const values = this.found.get(name) ?? new Map<string, string>();
    this.found.set(name, values);
    if (!values.has(kept) && values.size < MOST_VALUES) values.set(kept, from);
  }

  values(name: FactName): string[] {
    return [...(this.found.get(name)?.keys() ?? [])];
  }

  /** In the order of `FACTS`, so that equal artefacts give equal JSON. */
  facts(): Partial<Record<FactName, readonly Fact[]>> {
    const out: Partial<Record<FactName, readonly Fact[]>> = {};
    for (const name of Object.keys(FACTS) as FactName[]) {
      const values = this.found.get(name);
      if (values !== undefined) out[name] = [...values].map(([value, from]) => ({ value, from }));
    }
    return out;
  }
}
