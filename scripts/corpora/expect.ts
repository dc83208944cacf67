import { CAUSE_IDS } from '../../lib/cause/cause-id.js';
import { InputError } from '../../lib/error.js';
import { VERDICTS as ALL_VERDICTS, type VerdictId } from '../../lib/verdict/verdict.js';

/** What `corpus/pairs/<name>/expect.json` says: the known answer of one pair. */
export interface Expect {
  /** One sentence: how B was made differently from A. */
  readonly what: string;
  readonly made: Made;
  /** Exit status of a plain comparison (with the control, where there is one). */
  readonly exit: 0 | 1;
  /** The verdict that file contents and aligned ranges alone allow. */
  readonly verdict: Verdict;
  /** The verdict when `control-a/` is not given; only where there is a control. */
  readonly verdictWithoutControl?: Verdict;
  /** The true causes, by their ids; empty where nothing differs, and where no id names it. */
  readonly causes: readonly string[];
  /** Files with equal content, by the pairing of `pairedWith`. */
  readonly identical: number;
  /** Paths on side A of the files that differ. Paths are as stored, without a leading `./`. */
  readonly differing: readonly string[];
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  /** Offset of the first byte that differs, or the shorter length where one file starts with the other. */
  readonly firstDifference: Readonly<Record<string, number>>;
  /** Offsets at which the bytes differ; only files of equal size. */
  readonly differingBytes: Readonly<Record<string, number>>;
  /** Path on side A to path on side B, where the two are not the same. */
  readonly pairedWith?: Readonly<Record<string, string>>;
  /** Metadata of members whose content is equal, where a container stores it and it differs. */
  readonly metadata?: readonly MetadataDifference[];
  /** What has to come out once differences are explained. Judged by hand, and kept when a pair is made anew. */
  readonly explained: ExplainedExpect;
}

/**
 * What an explanation owes to the known answer. That it finds more, or leaves fewer bytes over, is no fault; that it
 * explains one of the places in `residue` away is the worst one.
 */
export interface ExplainedExpect {
  readonly verdict: VerdictId;
  /** The verdict when `control-a/` is not given; only where there is a control. */
  readonly verdictWithoutControl?: VerdictId;
  /** The causes that have to be found, with the best standing each has to have somewhere. */
  readonly causes: readonly CauseExpect[];
  /** Bytes of both sides, at most. Their sum with `unexplainedBytes` is what counts as residue. */
  readonly suspectedBytes: number;
  /** Bytes of both sides, at most; 0 where the cause is harmless and can be proved. */
  readonly unexplainedBytes: number;
  /** Places that must be left in doubt, whatever else is explained: `file › member › section › function`, `*` for hashes. */
  readonly residue: readonly string[];
  /** Why bytes of a harmless cause are left, or a true cause is not found. */
  readonly weak?: string;
}

export interface CauseExpect {
  readonly cause: string;
  readonly standing: 'confirmed' | 'derived' | 'suspected' | 'unexplained';
}

export interface Made {
  /** `rustc --version` of the compiler; where more tools ran that matter, their versions joined by `; `. */
  readonly rustc: string;
  readonly commands: readonly string[];
  /** Whether the same compiler makes the same bytes again. */
  readonly deterministic: boolean;
}

export interface MetadataDifference {
  readonly path: string;
  readonly field: 'mtime' | 'mode' | 'uid' | 'gid';
  readonly a: number;
  readonly b: number;
}

export const VERDICTS = [
  'identical',
  'equivalent',
  'not-comparable',
  'inconclusive',
  'noise',
  'root-effect-unexplained',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** `text` as an `Expect`; throws an `InputError` that names the first field of the wrong form. */
export function parseExpect(text: string, file: string): Expect {
  const value: unknown = JSON.parse(text);
  const wrong = wrongField(value);
  if (wrong !== undefined)
    throw new InputError(`the field ${wrong} is missing or of the wrong form`, { file });
  return value as Expect;
}

function wrongField(value: unknown): string | undefined {
  if (!isRecord(value)) return '(root)';
  for (const [field, fits] of Object.entries(FIELDS)) if (!fits(value[field])) return field;
  return Object.keys(value).find((field) => !(field in FIELDS));
}

function fieldsFit(value: Record<string, unknown>, fields: Readonly<Record<string, Check>>): boolean {
  const known = Object.keys(value).every((field) => field in fields);
  return known && Object.entries(fields).every(([field, fits]) => fits(value[field]));
}

type Check = (value: unknown) => boolean;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text: Check = (value) => typeof value === 'string' && value !== '';
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const verdict: Check = (value) => VERDICTS.some((known) => known === value);
const listOf =
  (fits: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(fits);
const recordOf =
  (fits: Check): Check =>
  (value) =>
    isRecord(value) && Object.values(value).every(fits);
const optional =
  (fits: Check): Check =>
  (value) =>
    value === undefined || fits(value);

const STANDINGS: readonly unknown[] = ['confirmed', 'derived', 'suspected', 'unexplained'];
const REASONS: readonly unknown[] = [...CAUSE_IDS, 'derived', 'unexplained'];
const anyVerdict: Check = (value) => ALL_VERDICTS.some((known) => known === value);

const EXPLAINED_FIELDS = {
  verdict: anyVerdict,
  verdictWithoutControl: optional(anyVerdict),
  causes: listOf(
    (value) => isRecord(value) && REASONS.includes(value.cause) && STANDINGS.includes(value.standing),
  ),
  suspectedBytes: count,
  unexplainedBytes: count,
  residue: listOf(text),
  weak: optional(text),
} satisfies Record<keyof ExplainedExpect, Check>;

const FIELDS = {
  what: text,
  made: (value) =>
    isRecord(value) &&
    text(value.rustc) &&
    listOf(text)(value.commands) &&
    typeof value.deterministic === 'boolean',
  exit: (value) => value === 0 || value === 1,
  verdict,
  verdictWithoutControl: optional(verdict),
  causes: listOf(text),
  identical: count,
  differing: listOf(text),
  onlyA: listOf(text),
  onlyB: listOf(text),
  firstDifference: recordOf(count),
  differingBytes: recordOf(count),
  pairedWith: optional(recordOf(text)),
  metadata: optional(
    listOf(
      (value) => isRecord(value) && text(value.path) && text(value.field) && count(value.a) && count(value.b),
    ),
  ),
  explained: (value) => isRecord(value) && fieldsFit(value, EXPLAINED_FIELDS),
} satisfies Record<keyof Expect, Check>;
