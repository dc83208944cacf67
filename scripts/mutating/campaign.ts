import { Random } from '../fuzzing/random.js';
import { plantConsistently } from './consistent.js';
import { CONSISTENT_KINDS, type ConsistentKind } from './consistent-kinds.js';
import { applyEdits, changes, placesOf, type ToldEdit, told } from './edit.js';
import { Judge, type Judgement } from './judge.js';
import { KINDS, REORDERING } from './kind.js';
import { repair } from './repair.js';
import { siteOf } from './site.js';
import { alone, type FilePair, type Subject } from './subject.js';

export interface CampaignOptions {
  readonly seed: number;
  /** Mutations. */
  readonly count: number;
  /** Names of kinds; all of them unless given. */
  readonly only?: readonly string[] | undefined;
  /** Names of the kinds of text that are planted consistently; all of them unless given. */
  readonly texts?: readonly string[] | undefined;
  /** Only this one of them, to see it again. */
  readonly index?: number | undefined;
  /** Milliseconds after which no more are planted. */
  readonly time?: number | undefined;
  /** Told of each that was missed, as soon as it is. */
  readonly onTrial?: ((trial: Trial) => void) | undefined;
}

/** One planted change, with all that is needed to plant it again. */
export interface Trial extends Judgement {
  readonly seed: number;
  readonly index: number;
  readonly kind: string;
  readonly subject: string;
  readonly path: string;
  readonly side: 'a' | 'b';
  /** Whether checksums were set right afterwards. */
  readonly repaired: boolean;
  readonly edits: readonly ToldEdit[];
}

export interface Tally {
  planted: number;
  missed: number;
  restored: number;
  exempt: number;
}

export interface Campaign {
  readonly kinds: ReadonlyMap<string, Tally>;
  readonly trials: readonly Trial[];
}

/** Seeds of neighbouring mutations must not give neighbouring numbers. */
const SPREAD = 0x9e3779b1;
/** How often another place or kind is tried where one has nothing to change. */
const TRIES = 40;
/** Names of all kinds. */
export const ALL_KINDS: readonly string[] = [...Object.keys(KINDS), ...Object.keys(CONSISTENT_KINDS)];

/** Plants changes in the subjects, each alone and beside what differs anyway, and keeps those that were missed. */
export function mutate(subjects: readonly Subject[], options: CampaignOptions): Campaign {
  const kinds = new Map<string, Tally>();
  const trials: Trial[] = [];
  const judges = new Map<string, Judge>();
  const start = Date.now();
  for (let index = 0; index < options.count; index += 1) {
    if (options.index !== undefined && index !== options.index) continue;
    if (options.time !== undefined && Date.now() - start > options.time) break;
    const trial = plant(subjects, judges, options, index);
    if (trial === undefined) continue;
    const tally = kinds.get(trial.kind) ?? { planted: 0, missed: 0, restored: 0, exempt: 0 };
    kinds.set(trial.kind, tally);
    tally.planted += 1;
    if (trial.outcome !== 'caught') tally[trial.outcome] += 1;
    if (trial.outcome === 'caught' && options.index === undefined) continue;
    trials.push(trial);
    options.onTrial?.(trial);
  }
  return { kinds, trials };
}

function plant(
  subjects: readonly Subject[],
  judges: Map<string, Judge>,
  { seed, only, texts }: CampaignOptions,
  index: number,
): Trial | undefined {
  const random = new Random(Math.imul(seed + 1, SPREAD) ^ Math.imul(index + 1, 0x85ebca6b));
  const names = only ?? ALL_KINDS;
  for (let i = 0; i < TRIES; i += 1) {
    const of = subjects[random.below(subjects.length)];
    const kind = names[random.below(names.length)] ?? '';
    if (of === undefined) return undefined;
    const subject = random.below(2) === 0 ? alone(of) : of;
    const consistent = consistentKind(kind);
    if (consistent !== undefined) {
      const planted = plantConsistently(consistent, subject, random, texts);
      if (planted === undefined) continue;
      return { ...planted, seed, index, kind };
    }
    const file = random.below(subject.files.length);
    const side = random.below(4) === 0 ? 'a' : 'b';
    const repaired = random.below(4) === 0;
    const pair = subject.files[file] as FilePair;
    const content = pair[side];
    const edits = (KINDS[kind]?.(siteOf(content), random) ?? []).filter(
      ({ offset, length }) => offset >= 0 && offset + length <= content.length,
    );
    if (!changes(content, edits)) continue;
    const changed = applyEdits(content, edits);
    const places = placesOf(edits);
    const mended = repaired ? repair(changed) : changed;
    // Where the repair took the change back, it stays as it was planted.
    const stands = places.every(([at, length]) =>
      changed.subarray(at, at + length).equals(mended.subarray(at, at + length)),
    );
    let judge = judges.get(subject.name);
    if (judge === undefined) {
      judge = new Judge(subject);
      judges.set(subject.name, judge);
    }
    const judgement = judge.judge({
      side,
      files: [{ file, content: stands ? mended : changed, places }],
      reorders: REORDERING.has(kind),
    });
    return {
      ...judgement,
      seed,
      index,
      kind,
      subject: subject.name,
      path: side === 'a' ? pair.pathA : pair.pathB,
      side,
      repaired: repaired && stands,
      edits: edits.map((edit) => told(content, edit)),
    };
  }
  return undefined;
}

function consistentKind(name: string): ConsistentKind | undefined {
  const kinds: Readonly<Record<string, ConsistentKind>> = CONSISTENT_KINDS;
  return kinds[name];
}
