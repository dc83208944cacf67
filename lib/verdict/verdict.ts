import type { Reason } from './comparable.js';

export const VERDICTS = [
  'identical',
  'identical-shared-ancestor',
  'equivalent',
  'noise',
  'root-effect-explained',
  'root-effect-unexplained',
  'inconclusive',
  'not-comparable',
] as const;
export type VerdictId = (typeof VERDICTS)[number];

/** Verdicts that mean "no difference" unless the user says otherwise with `--fail-on`. */
export const FAIL_ON = [
  'identical-shared-ancestor',
  'equivalent',
  'noise',
] as const satisfies readonly VerdictId[];
export type FailOn = (typeof FAIL_ON)[number];

/** What was shown, and no more than that. */
export interface Verdict {
  readonly id: VerdictId;
  /** 0 no difference, 1 a difference, 2 trouble. */
  readonly exit: 0 | 1 | 2;
  /** Sentences that state the verdict. */
  readonly says: readonly string[];
  /** Why it is not a stronger one; empty for `identical`. */
  readonly reasons: readonly string[];
  /** What no verdict of this tool covers. */
  readonly doesNotCover: readonly string[];
}

/** All that a verdict may rest on. */
export interface Evidence {
  readonly labelA: string;
  readonly labelB: string;
  /** The root that both are said to descend from. */
  readonly sharedAncestor?: string | undefined;
  /** Pairs of content that were compared, and their bytes on side A. */
  readonly comparedFiles: number;
  readonly comparedBytes: number;
  /** Pairs and unpaired members that differ and are under no mask. */
  readonly differences: Differences;
  /** For each declared mask that touched something, one sentence. */
  readonly masks: readonly string[];
  /** Members the masks touched. */
  readonly maskedMembers: number;
  readonly troubles: number;
  readonly reasons: readonly Reason[];
  readonly controls: readonly ControlEvidence[];
  /** Differing paths whose every changed region also changes in a control; only with usable controls. */
  readonly noisyPaths: number;
  /** Differing paths, unpaired ones included, that no control shows. */
  readonly rootOnly: readonly string[];
  readonly rootOnlyBytes: number;
  /** What looking for causes came to; undefined where nobody looked. */
  readonly explained?: ExplainedEvidence | undefined;
  readonly failOn: readonly FailOn[];
}

/** Causes that were shown, and what they leave over. */
export interface ExplainedEvidence {
  /**
   * Differences of any kind that have no confirmed cause in all their parts, the largest first; with usable controls
   * only those that no control shows.
   */
  readonly residue: readonly ResidueEvidence[];
  /** One sentence for each cause that is confirmed or derived. */
  readonly causes: readonly string[];
  /** Files with an explanation, and the bytes (of both sides) and segments of them that have a confirmed cause. */
  readonly files: number;
  readonly bytes: number;
  readonly segments: number;
  /** Where a cascade of hashes begins; a sentence. */
  readonly origin?: string | undefined;
}

export interface ResidueEvidence {
  readonly path: string;
  /** Members, sections and functions, or fields of metadata; a few of them. */
  readonly places: readonly string[];
  readonly bytes: number;
}

export interface Differences {
  readonly content: number;
  readonly metadata: number;
  readonly type: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly package: number;
}

export interface ControlEvidence {
  readonly of: 'a' | 'b';
  readonly usable: boolean;
  readonly why?: string | undefined;
  /** Whether it came out equal to its side in every byte. */
  readonly clean: boolean;
}

/** Stated once in every report. */
const DOES_NOT_COVER = [
  'What both builds shared: the system LLVM, linker, libc, C compiler, kernel and CPU. A fault in one of these shows on both sides alike.',
  'What the sources themselves do.',
  'Which process made these files: they were compared as they were given.',
  'Owner, times, extended attributes and capabilities of files in a directory on disk.',
] as const;

/** The strongest verdict that the evidence bears. Pure. */
export function judge(evidence: Evidence): Verdict {
  const { id, says, reasons } = strongest(evidence);
  return { id, exit: exitStatus(id, evidence), says, reasons, doesNotCover: DOES_NOT_COVER };
}

interface Finding {
  readonly id: VerdictId;
  readonly says: readonly string[];
  readonly reasons: readonly string[];
}

function strongest(evidence: Evidence): Finding {
  if (evidence.troubles > 0) return unchecked(evidence);
  if (differing(evidence.differences) === 0)
    return evidence.maskedMembers > 0 ? equivalent(evidence) : identical(evidence);
  const apart = evidence.reasons.filter((reason) => reason.weight === 'not-comparable');
  if (apart.length > 0) return notComparable(evidence, apart);
  const { explained } = evidence;
  if (evidence.controls.length === 0 && explained?.residue.length === 0)
    return equivalentByCauses(evidence, explained);
  if (evidence.controls.length === 0)
    return inconclusive(evidence, [
      'No control was given: another build from the same root would show what varies from run to run.',
      ...(explained === undefined ? [] : residueReasons(explained)),
    ]);
  const failed = evidence.controls.filter((control) => !control.usable);
  if (failed.length > 0)
    return inconclusive(
      evidence,
      failed.map(
        (control) =>
          `The control of ${control.of.toUpperCase()} cannot serve: ${control.why ?? 'it failed'}.`,
      ),
    );
  if (evidence.rootOnly.length === 0) return noise(evidence);
  return explained?.residue.length === 0 ? rootEffectExplained(evidence, explained) : rootEffect(evidence);
}

function unchecked(evidence: Evidence): Finding {
  const found = differing(evidence.differences);
  return {
    id: 'inconclusive',
    says: [
      `${count(evidence.troubles, 'part')} of the input could not be checked, so nothing is said about the whole.`,
      found === 0
        ? 'No difference was found in what could be checked.'
        : `${differenceSentence(evidence)} in what could be checked.`,
    ],
    reasons: [`${count(evidence.troubles, 'trouble')}: see the list.`],
  };
}

function identical(evidence: Evidence): Finding {
  const { sharedAncestor } = evidence;
  return {
    id: sharedAncestor === undefined ? 'identical' : 'identical-shared-ancestor',
    says: [
      `Every file is equal byte for byte: ${count(evidence.comparedFiles, 'file')}, ${evidence.comparedBytes} bytes, none unpaired.`,
      `If ${evidence.labelA} and ${evidence.labelB} were built from different trust roots, the choice of root did not change these files.`,
      sharedAncestor === undefined
        ? 'Equal files do not show that either root is free of a backdoor that both share.'
        : `Both roots descend from ${sharedAncestor}; a backdoor older than that would not be seen.`,
    ],
    reasons:
      sharedAncestor === undefined ? [] : [`The roots share an ancestor, as was stated: ${sharedAncestor}.`],
  };
}

/** Sentences of residue that are told; the report has them all. */
const MAX_TOLD = 5;

function residueReasons({ residue }: ExplainedEvidence): string[] {
  const more = residue.length - MAX_TOLD;
  return [
    ...residue.slice(0, MAX_TOLD).map(residueSentence),
    ...(more > 0 ? [`${count(more, 'more difference')} without a confirmed cause.`] : []),
  ];
}

function residueSentence({ path, places, bytes }: ResidueEvidence): string {
  const where = places.length === 0 ? '' : `: ${places.join('; ')}`;
  const what = bytes === 0 ? 'No confirmed cause' : `${count(bytes, 'byte')} without a confirmed cause`;
  return `${what} in ${path === '' ? '.' : path}${where}.`;
}

function equivalentByCauses(evidence: Evidence, explained: ExplainedEvidence): Finding {
  const { segments, bytes, files, causes, origin } = explained;
  return {
    id: 'equivalent',
    says: [
      `${differenceSentence(evidence)}.`,
      files === 0
        ? 'All of it has a confirmed cause.'
        : `Equal but for ${count(bytes, 'byte')} (of both sides) in ${count(segments, 'region')} of ${count(files, 'file')}, each of which has a confirmed cause${evidence.masks.length > 0 ? ', and for what declared masks cover' : ''}.`,
      ...(origin === undefined ? [] : [origin]),
    ],
    reasons: [...evidence.masks, ...causes],
  };
}

function rootEffectExplained(evidence: Evidence, explained: ExplainedEvidence): Finding {
  const { rootOnly, rootOnlyBytes, labelA, labelB } = evidence;
  return {
    id: 'root-effect-explained',
    says: [
      `Between ${labelA} and ${labelB}, ${count(rootOnlyBytes, 'byte')} in ${count(rootOnly.length, 'file')} differ and vary in no control. The root changed them through causes that are confirmed, and nothing else that differs is specific to it.`,
      ...(explained.origin === undefined ? [] : [explained.origin]),
    ],
    reasons: [...explained.causes, flakeBound(evidence)],
  };
}

function equivalent(evidence: Evidence): Finding {
  return {
    id: 'equivalent',
    says: [
      `Equal in the bytes of all ${count(evidence.comparedFiles, 'file')} compared, except for what the declared masks cover.`,
    ],
    reasons: [...evidence.masks],
  };
}

function notComparable(evidence: Evidence, apart: readonly Reason[]): Finding {
  return {
    id: 'not-comparable',
    says: [
      'The two artefacts differ by design: the root cannot be judged from them.',
      `${differenceSentence(evidence)}; they are listed all the same.`,
    ],
    reasons: apart.map((reason) => `${reason.fact}: ${reason.a} against ${reason.b}. ${reason.why}`),
  };
}

function inconclusive(evidence: Evidence, reasons: readonly string[]): Finding {
  return {
    id: 'inconclusive',
    says: [`${differenceSentence(evidence)}.`, 'Whether the root is the reason cannot be said.'],
    reasons,
  };
}

function noise(evidence: Evidence): Finding {
  const k = evidence.controls.length;
  return {
    id: 'noise',
    says: [
      `The files vary from run to run with the same root: ${count(evidence.noisyPaths, 'file')}. In ${count(k, 'control')} nothing was specific to the root.`,
      'This noise can hide a smaller root effect.',
    ],
    reasons: [
      'Changed regions were compared by place in the file; those of the cross pair lie within those of the controls.',
    ],
  };
}

function rootEffect(evidence: Evidence): Finding {
  const shown = evidence.rootOnly.slice(0, 5).join(', ');
  const more = evidence.rootOnly.length > 5 ? ` and ${evidence.rootOnly.length - 5} more` : '';
  return {
    id: 'root-effect-unexplained',
    says: [
      `Between ${evidence.labelA} and ${evidence.labelB}, ${count(evidence.rootOnlyBytes, 'byte')} in ${count(evidence.rootOnly.length, 'file')} differ and vary in no control: ${shown}${more}.`,
      evidence.explained === undefined
        ? 'Cause unknown. This is not proof of tampering.'
        : `Cause unknown of ${unknownOf(evidence.explained)}. This is not proof of tampering.`,
    ],
    reasons: [
      ...(evidence.explained === undefined ? [] : residueReasons(evidence.explained)),
      flakeBound(evidence),
      'Next step: replay the build of the first differing file with one tool of the root swapped.',
    ],
  };
}

function unknownOf({ residue }: ExplainedEvidence): string {
  const bytes = residue.reduce((sum, of) => sum + of.bytes, 0);
  return `${count(bytes, 'byte')} in ${count(residue.length, 'file')}`;
}

/** With k clean runs the 95 % upper bound on the rate of a flake is about 3/k (the rule of three). */
function flakeBound(evidence: Evidence): string {
  const clean = evidence.controls.filter((control) => control.clean).length;
  const of = `${count(evidence.controls.length, 'control')}, ${clean} equal to the side it repeats`;
  const bound = 300 / clean;
  if (bound >= 100)
    return `${of}: too few to bound how often a build varies by chance (3/k, so at least 4 are needed).`;
  return `${of}: at most about ${bound.toFixed(0)} % of builds vary by chance (3/k, 95 % confidence).`;
}

function exitStatus(id: VerdictId, evidence: Evidence): 0 | 1 | 2 {
  if (evidence.troubles > 0) return 2;
  switch (id) {
    case 'identical':
      return 0;
    case 'identical-shared-ancestor':
    case 'equivalent':
    case 'noise':
      return evidence.failOn.includes(id) ? 1 : 0;
    case 'root-effect-explained':
    case 'root-effect-unexplained':
    case 'inconclusive':
    case 'not-comparable':
      return 1;
  }
}

function differing(differences: Differences): number {
  return Object.values(differences).reduce((sum: number, n: number) => sum + n, 0);
}

function differenceSentence(evidence: Evidence): string {
  const { content, metadata, type, onlyA, onlyB, package: inPackage } = evidence.differences;
  const parts = [
    content > 0 && `${count(content, 'file')} differ${content === 1 ? 's' : ''} in content`,
    metadata > 0 && `${metadata} only in metadata`,
    type > 0 && `${type} in type`,
    onlyA > 0 && `${onlyA} only in A`,
    onlyB > 0 && `${onlyB} only in B`,
    inPackage > 0 && `${inPackage} in package metadata`,
  ].filter((part) => part !== false);
  return parts.join(', ');
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
