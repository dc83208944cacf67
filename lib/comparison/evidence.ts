import type { MaskReport, SideTrouble } from '../report/model.js';
import { counted } from '../report/quantity.js';
import type { Reason } from '../verdict/comparable.js';
import type { Differences, Evidence } from '../verdict/verdict.js';
import type { Control } from './control.js';
import type { Described } from './describe.js';
import type { Match, MatchedPair } from './match.js';
import { bytesOutsideNoise, type Noise } from './noise.js';
import type { ResolvedOptions } from './options.js';
import type { Side } from './side.js';
import { isDifferent, packageDifferences } from './summary.js';

interface Findings {
  readonly a: Side;
  readonly b: Side;
  readonly match: Match;
  readonly described: Described;
  readonly controls: readonly Control[];
  /** What varies on each side, over all its controls. */
  readonly noise: SideNoise;
  readonly masks: readonly MaskReport[];
  readonly reasons: readonly Reason[];
  readonly troubles: readonly SideTrouble[];
  readonly options: ResolvedOptions;
}

interface SideNoise {
  readonly a: Noise;
  readonly b: Noise;
}

/** Boils a comparison down to what the verdict may rest on. */
export function gatherEvidence(findings: Findings): Evidence {
  const { a, b, match, described, controls, noise, masks, reasons, troubles, options } = findings;
  const files = described.pairs.filter(
    ({ report, a }) => report.role === 'content' && a.metadata.type === 'file',
  );
  const left = rootOnly(described, match, noise);
  return {
    labelA: a.label,
    labelB: b.label,
    comparedFiles: files.length,
    comparedBytes: files.reduce((sum, pair) => sum + pair.a.size, 0),
    differences: differencesOf(described, match),
    masks: masks
      .filter(counts)
      .map(({ id, reason, members }) => `${id}: ${counted(members, 'member')}; ${reason}.`),
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
    failOn: options.failOn,
  };
}

/** What was never the artefact's own takes nothing away from it: owner and times of files on a disk. */
function counts({ id }: MaskReport): boolean {
  return id !== 'unpacked-metadata';
}

function differencesOf(described: Described, match: Match): Differences {
  const content = described.pairs.filter(({ report }) => report.role === 'content');
  const count = (status: string): number => content.filter(({ report }) => report.status === status).length;
  const left = (list: Match['onlyA']): number =>
    list.filter(({ role, mask }) => role === 'content' && mask === undefined).length;
  return {
    content: count('content'),
    metadata: count('metadata'),
    type: count('type'),
    onlyA: left(match.onlyA),
    onlyB: left(match.onlyB),
    package: packageDifferences(match),
  };
}

/** What differs in the cross pair and varies in no control. */
function rootOnly(
  described: Described,
  match: Match,
  noise: SideNoise,
): { paths: string[]; bytes: number; noisy: number } {
  const paths: string[] = [];
  let bytes = 0;
  let noisy = 0;
  for (const pair of described.pairs) {
    if (!isDifferent(pair.report)) continue;
    const outside = outsideNoise(pair, described, noise);
    if (outside === undefined) {
      noisy += 1;
    } else {
      paths.push(pair.report.path);
      bytes += outside;
    }
  }
  for (const [side, list] of [
    ['a', match.onlyA],
    ['b', match.onlyB],
  ] as const) {
    for (const member of list) {
      if (member.mask !== undefined) continue;
      if (noise[side].hasUnpaired(member.path)) {
        noisy += 1;
      } else {
        paths.push(member.path);
        bytes += member.member.size;
      }
    }
  }
  return { paths: paths.sort(), bytes, noisy };
}

/**
 * Bytes of a pair that no control shows as varying: 0 where only metadata or type differ so, undefined where
 * everything that differs varies in a control too.
 */
function outsideNoise(pair: MatchedPair, described: Described, noise: SideNoise): number | undefined {
  const { report, a, b } = pair;
  // What became a link, or ceased to be one, holds more than a control can vouch for.
  if (report.status === 'type') return 0;
  const unheard = (report.metadata ?? []).some(
    (difference) =>
      difference.mask === undefined &&
      !noise.a.hasMetadata(a.path, difference.field, difference.b) &&
      !noise.b.hasMetadata(b.path, difference.field, difference.a),
  );
  const bytes = report.status === 'content' ? contentOutsideNoise(pair, described, noise) : 0;
  return bytes === 0 && !unheard ? undefined : bytes;
}

function contentOutsideNoise(pair: MatchedPair, described: Described, noise: SideNoise): number {
  const { a, b } = pair;
  const whole = Math.max(a.size, b.size, 1);
  const regions = described.regions.get(pair);
  if (regions === undefined) return whole;
  return bytesOutsideNoise(regions, noise.a.spansOf(a.path), noise.b.spansOf(b.path)) ?? whole;
}
