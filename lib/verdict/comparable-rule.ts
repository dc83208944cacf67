import type { FactName } from '../artefact/identity.js';
import type { Reason } from './comparable.js';

/** How values of one side and the other are held against each other. */
export type Comparison =
  /** A reason where the two sides have no value in common. */
  | 'no-common-value'
  /** A reason where either side has a value that the other lacks. */
  | 'other-values'
  /** As `no-common-value`, but `19.1` and `19.1.5`, or a short hash and its long form, are the same. */
  | 'no-common-prefix';

/** What it means that two artefacts do not agree on a fact. */
export interface Rule {
  readonly fact: FactName;
  readonly comparison: Comparison;
  readonly weight: Reason['weight'];
  readonly why: string;
  /** Values as they are compared; by default as they are. */
  readonly reduce?: (value: string) => string;
  /** Not asked where an earlier rule gave a reason on one of these facts, which implies this one. */
  readonly unless?: readonly FactName[];
}

/**
 * Which facts are held against each other, in this order. Not among them: facts on how a package was put together that no byte of the compiler follows, and
 * `built-by`, which names the compiler that compiled the artefact: two roots differ in it, and that is the question.
 */
export const RULES: readonly Rule[] = [
  {
    fact: 'release',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'These are different releases, made from different source.',
    reduce: (value) => value.replace(/-.*$/, ''),
  },
  {
    fact: 'commit',
    comparison: 'no-common-prefix',
    weight: 'not-comparable',
    why: 'They were made from different commits of the source.',
    unless: ['release'],
  },
  {
    fact: 'channel',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'The channel decides which features are compiled in.',
    unless: ['release'],
  },
  {
    fact: 'version',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'The version string is hashed into the id of every crate, so every symbol name and metadata file differs by configuration.',
    unless: ['release', 'commit', 'channel'],
  },
  {
    fact: 'host',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'The compilers run on different hosts: their code differs by design.',
  },
  {
    fact: 'machine',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'They are compiled for different machines.',
    unless: ['host'],
  },
  {
    fact: 'target',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'They hold the standard library of different targets.',
  },
  {
    fact: 'metadata-version',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'The compilers write crate metadata of different formats.',
    unless: ['release', 'commit'],
  },
  {
    fact: 'llvm-version',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'Another major version of LLVM generates other code.',
    reduce: (value) => value.replace(/\..*$/, ''),
  },
  {
    fact: 'llvm-origin',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: "Upstream's LLVM carries patches that a system's does not: the code it generates differs by configuration.",
  },
  {
    fact: 'llvm-linkage',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'With LLVM linked in, the driver holds tens of megabytes that the other has in a library.',
  },
  {
    fact: 'bolt',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'BOLT moved the code of one driver after linking, by a profile.',
  },
  {
    fact: 'instrumented',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'One is instrumented to gather a profile.',
  },
  {
    fact: 'package-architecture',
    comparison: 'no-common-value',
    weight: 'not-comparable',
    why: 'The packages are for different architectures.',
    reduce: (value) => ARCHITECTURES[value] ?? value,
    unless: ['host', 'machine'],
  },
  {
    fact: 'llvm-version',
    comparison: 'no-common-prefix',
    weight: 'differs',
    why: 'Another patch release of LLVM may generate other code.',
    unless: ['llvm-version'],
  },
  {
    fact: 'llvm-bolt',
    comparison: 'no-common-value',
    weight: 'differs',
    why: 'BOLT moved the code of one LLVM library after linking; the rest is not touched by it.',
    unless: ['bolt'],
  },
  {
    fact: 'symbols',
    comparison: 'no-common-value',
    weight: 'differs',
    why: 'One was stripped, perhaps by configuration: what is loaded can still be compared.',
  },
  {
    fact: 'debug-info',
    comparison: 'no-common-value',
    weight: 'differs',
    why: 'Debug information is a matter of configuration: what is loaded can still be compared.',
  },
  {
    fact: 'target',
    comparison: 'other-values',
    weight: 'differs',
    why: 'Only the targets that both hold can be compared.',
    unless: ['target'],
  },
  {
    fact: 'linker',
    comparison: 'other-values',
    weight: 'differs',
    why: 'Another linker may order sections and fill gaps differently.',
  },
  {
    fact: 'c-compiler',
    comparison: 'other-values',
    weight: 'differs',
    why: 'Objects made from C may differ.',
  },
  {
    fact: 'built-using',
    comparison: 'other-values',
    weight: 'differs',
    why: 'Packages that were linked in statically may differ.',
  },
  {
    fact: 'package-version',
    comparison: 'other-values',
    weight: 'differs',
    why: 'The packages are of different revisions, perhaps with other patches.',
    unless: ['release'],
  },
  {
    fact: 'tool-version',
    comparison: 'other-values',
    weight: 'differs',
    why: 'Tools beside the compiler are of different versions.',
    unless: ['release'],
  },
];

/** Names of one machine in Debian, rpm and Arch. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  armhf: 'armv7',
  armv7hl: 'armv7',
  armv7h: 'armv7',
  i386: 'i686',
  i586: 'i686',
  ppc64el: 'ppc64le',
};
