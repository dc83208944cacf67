import type { MaskableField } from '../pair/metadata.js';
import { causeSentence, reasonTitle } from '../report/cause-sentence.js';
import type { CausesReport } from '../report/explanation.js';
import type { MaskReport, SideTrouble } from '../report/model.js';
import { counted } from '../report/quantity.js';
import type { Reason } from '../verdict/comparable.js';
import type { Differences, Evidence, ExplainedEvidence, ResidueEvidence } from '../verdict/verdict.js';

import type { Control } from './control.js';
import type { Described } from './describe.js';
import type { Explained } from './explain.js';
import type { Match, MatchedPair } from './match.js';
import { bytesOutsideNoise, type Noise } from './noise.js';
import type { ResolvedOptions } from './options.js';
import { isGivenAway } from './packaging.js';
import { Packers } from './packer.js';
import { explainedOutside, residueOf, type Unexplained, unexplainedMetadata } from './residue.js';
import type { Side } from './side.js';
import { isDifferent, packageDifferences } from './summary.js';
import { isAllMasked } from './user-masks.js';

interface Findings {
  readonly a: Side;
  readonly b: Side;
  readonly match: Match;
  readonly described: Described;
  /** Undefined where nothing was explained. */
  readonly explained: Explained | undefined;
  readonly controls: readonly Control[];
  /** What varies on each side, over all its controls. */
  readonly noise: SideNoise;
  readonly masks: readonly MaskReport[];
  readonly reasons: readonly Reason[];
  readonly troubles: readonly SideTrouble[];
  readonly options: ResolvedOptions;
}

export interface SideNoise {
  readonly a: Noise;
  readonly b: Noise;
}

/** Boils a comparison down to what the verdict may rest on. */
export function gatherEvidence(findings: Findings): Evidence {
  const { a, b, match, explained, described, controls, masks, reasons, troubles, options } = findings;
  const pairs = explained?.pairs ?? described.pairs;
  const files = pairs.filter(({ report, a }) => report.role === 'content' && a.metadata.type === 'file');
  const left = rootOnly(findings, pairs);
  return {
    labelA: a.label,
    labelB: b.label,
    sharedAncestor: options.sharedAncestor,
    comparedFiles: files.length,
    comparedBytes: files.reduce((sum, pair) => sum + pair.a.size, 0),
    differences: differencesOf(pairs, match),
    masks: masks
      .filter(counts)
      .map(
        ({ id, mask, reason, members, bytes }) =>
          `${mask ?? id}: ${counted(members, 'member')}${bytes === undefined ? '' : `, ${counted(bytes, 'byte')}`}; ${reason.replace(/\.$/, '')}.`,
      ),
    maskedMembers: masks.filter(counts).reduce((sum, mask) => sum + mask.members, 0),
    troubles: troubles.length,
    reasons,
    controls: controls.map(({ of, clean, report }) => ({
      of,
      usable: report.usable,
      why: report.why,
      clean,
    })),
    noisyPaths: left.noisy,
    rootOnly: left.paths,
    rootOnlyBytes: left.bytes,
    explained: explained === undefined ? undefined : explainedEvidence(explained, left.residue, pairs),
    failOn: options.failOn,
  };
}

function explainedEvidence(
  { settled }: Explained,
  residue: readonly ResidueEvidence[],
  pairs: readonly MatchedPair[],
): ExplainedEvidence {
  const { causes, accounts, origin } = settled.causes;
  const stands = causes.filter(({ standing }) => standing === 'confirmed' || standing === 'derived');
  const byHeader = pairs.reduce(
    (sum, { report }) => sum + (report.metadata ?? []).filter(isHeaderField).length,
    0,
  );
  return {
    residue,
    causes: [
      ...stands.map(causeSentence),
      ...(byHeader > 0
        ? [
            `archive-metadata: ${counted(byHeader, 'field')} of archive headers (mtime, owner), value by value.`,
          ]
        : []),
    ],
    files: pairs.filter(({ report }) => report.explanation !== undefined).length,
    bytes: accounts.confirmed + accounts.derived,
    segments: stands.reduce((sum, { segments }) => sum + segments, 0),
    origin,
  };
}

function isHeaderField({
  field,
  mask,
}: {
  readonly field: string;
  readonly mask?: string | undefined;
}): boolean {
  return mask === undefined && (field === 'mtime' || field === 'owner');
}

/** The masks that an `equivalent` by explanation rests on: one a cause that stands. */
export function causeMasks({ causes }: CausesReport, pairs: readonly MatchedPair[]): MaskReport[] {
  const fields: Partial<Record<MaskableField, number>> = {};
  let members = 0;
  for (const { report } of pairs) {
    const covered = (report.metadata ?? []).filter(isHeaderField);
    if (covered.length > 0) members += 1;
    for (const { field } of covered)
      fields[field as MaskableField] = (fields[field as MaskableField] ?? 0) + 1;
  }
  const cause = 'archive-metadata';
  const headers: MaskReport[] =
    members > 0
      ? [{ id: 'explained', cause, reason: `${reasonTitle(cause)}.`, members, bytes: 0, fields }]
      : [];
  const shown = causes.flatMap((of): MaskReport[] =>
    of.standing === 'confirmed' || of.standing === 'derived'
      ? [
          {
            id: 'explained',
            cause: of.cause,
            reason: causeSentence(of),
            members: of.files,
            bytes: of.bytesA + of.bytesB,
          },
        ]
      : [],
  );
  return [...headers, ...shown];
}

/** What was never the artefact's own takes nothing away from it: owner and times of files on a disk. */
function counts({ id, members }: MaskReport): boolean {
  return id !== 'unpacked-metadata' && members > 0;
}

function differencesOf(pairs: readonly MatchedPair[], match: Match): Differences {
  const content = pairs.filter((pair) => pair.report.role === 'content' && !isMaskedWhole(pair));
  const count = (status: string): number => content.filter(({ report }) => report.status === status).length;
  const left = (list: Match['onlyA']): number =>
    list.filter(({ role, mask }) => role === 'content' && mask === undefined).length;
  return {
    content: count('content'),
    metadata: count('metadata'),
    type: count('type'),
    onlyA: left(match.onlyA),
    onlyB: left(match.onlyB),
    package:
      packageDifferences(match) -
      pairs.filter((pair) => pair.report.role === 'package' && isMaskedWhole(pair)).length,
  };
}

/** The user's masks cover all that differs in its content, and nothing else of it differs. */
function isMaskedWhole({ report }: MatchedPair): boolean {
  return (
    report.status === 'content' &&
    report.explanation !== undefined &&
    isAllMasked(report.explanation) &&
    (report.metadata ?? []).every(({ mask }) => mask !== undefined)
  );
}

interface RootOnly {
  readonly paths: string[];
  readonly bytes: number;
  readonly noisy: number;
  readonly residue: ResidueEvidence[];
}

/** What differs in the cross pair and varies in no control; without controls, all that differs. */
function rootOnly(findings: Findings, pairs: readonly MatchedPair[]): RootOnly {
  const { match, noise } = findings;
  const paths: string[] = [];
  const residue: ResidueEvidence[] = [];
  let bytes = 0;
  let noisy = 0;
  const packers = new Packers(pairs);
  for (const pair of pairs) {
    if (!isDifferent(pair.report) || isMaskedWhole(pair)) continue;
    const outside = outsideNoise(pair, findings, packers);
    if (outside === undefined) {
      noisy += 1;
      continue;
    }
    paths.push(pair.report.path);
    bytes += outside.bytes;
    if (outside.residue !== undefined) residue.push({ path: pair.report.path, ...outside.residue });
  }
  for (const [side, list] of [
    ['a', match.onlyA],
    ['b', match.onlyB],
  ] as const) {
    for (const member of list) {
      if (member.mask !== undefined) continue;
      if (noise[side].hasUnpaired(member.path)) {
        noisy += 1;
        continue;
      }
      paths.push(member.path);
      bytes += member.member.size;
      residue.push({
        path: member.path,
        places: [`only in ${side.toUpperCase()}`],
        bytes: member.member.size,
      });
    }
  }
  residue.sort((x, y) => y.bytes - x.bytes);
  return { paths: paths.sort(), bytes, noisy, residue };
}

interface Outside {
  /** 0 where only metadata or type differ so. */
  readonly bytes: number;
  /** Undefined where all of it has a confirmed cause. */
  readonly residue: Unexplained | undefined;
}

/** What of a pair no control shows as varying; undefined where everything that differs varies in a control too. */
function outsideNoise(pair: MatchedPair, findings: Findings, packers: Packers): Outside | undefined {
  const { report } = pair;
  const { noise, explained } = findings;
  // What became a link, or ceased to be one, holds more than a control can vouch for.
  if (report.status === 'type') return { bytes: 0, residue: { places: ['its type'], bytes: 0 } };
  const unheard = (report.metadata ?? []).filter(
    (difference) =>
      difference.mask === undefined &&
      !noise.a.hasMetadata(pair.a.path, difference.field, difference.b) &&
      !noise.b.hasMetadata(pair.b.path, difference.field, difference.a),
  );
  const content = report.status === 'content' ? contentOutsideNoise(pair, findings) : undefined;
  if (unheard.length === 0 && content === undefined) return undefined;
  const fields =
    explained === undefined
      ? unheard
      : unexplainedMetadata(
          unheard,
          explained.settled.claims,
          packers.explain(pair) && !isGivenAway(findings.a, pair.a) && !isGivenAway(findings.b, pair.b),
        );
  const residue =
    fields.length === 0 && content?.residue === undefined
      ? undefined
      : {
          places: [...fields.map(({ field }) => field), ...(content?.residue?.places ?? [])],
          bytes: content?.residue?.bytes ?? 0,
        };
  return { bytes: content?.bytes ?? 0, residue };
}

function contentOutsideNoise(
  pair: MatchedPair,
  { described, explained, noise }: Findings,
): Outside | undefined {
  const { a, b } = pair;
  const whole = Math.max(a.size, b.size, 1);
  const nothingShown: Outside = { bytes: whole, residue: { places: ['all of it'], bytes: whole } };
  const spansA = noise.a.spansOf(a.path);
  const spansB = noise.b.spansOf(b.path);
  const row = explained?.rows.get(pair);
  if (explained !== undefined) {
    if (row === undefined) return nothingShown;
    const { regions } = row.outcome.explanation;
    if (regions === undefined) {
      const { confirmed, derived, suspected, unexplained } = row.file.accounts;
      const bytes = Math.max(1, confirmed + derived + suspected + unexplained);
      return { bytes, residue: residueOf(row, explained.settled.claims) };
    }
    return explainedOutside(row, regions, spansA, spansB, explained.settled.claims);
  }
  const regions = described.regions.get(pair);
  if (regions === undefined) return nothingShown;
  const bytes = bytesOutsideNoise(regions, spansA, spansB) ?? whole;
  return bytes === 0 ? undefined : { bytes, residue: { places: [], bytes } };
}
