import { compileGlob, GlobError } from '../artefact/glob.js';
import { InputError } from '../error.js';
import type { MaskReport } from '../report/model.js';
import { CAUSE_IDS } from './cause-id.js';
import { isDate, type JsonObject, MaskReader } from './mask/fields.js';
import { Matcher, type Range, TooManySteps } from './mask/matcher.js';
import { PatternError, parsePattern } from './mask/pattern.js';

export type { Range };

/**
 * A mask that the user declares: bytes that may differ, with the reason for it. It is listed in the report with the
 * bytes that it touched.
 */
export interface UserMask {
  readonly id: string;
  readonly reason: string;
  /** The glob of the files it is for; a pattern without a slash is for the file's name alone. */
  readonly path: string;
  readonly target: MaskTarget;
  /** The last day on which it holds, as `YYYY-MM-DD`. */
  readonly expires?: string | undefined;
  /** Its last day is over: it is listed, and masks nothing. */
  readonly expired: boolean;
  /** Whether it is for a file, by its path in the artefact. */
  readonly matches: (path: string) => boolean;
}

export type MaskTarget =
  /** Every match of a regular expression in the bytes (mask/pattern.ts). */
  | { readonly kind: 'pattern'; readonly pattern: string; readonly matcher: Matcher }
  | ({ readonly kind: 'range' } & Range)
  /** Every section of that name. */
  | { readonly kind: 'section'; readonly name: string };

/** A section of a content, as the reader of its format tells it. */
export interface SectionRange extends Range {
  readonly name: string;
}

/** As the schema docs/masks-1.schema.json has it. */
const FIELDS = ['id', 'reason', 'path', 'pattern', 'range', 'section', 'expires'];

const MAX_MASKS = 1000;

/** Masks of the report that no user declares; a verdict's sentence would not tell theirs from the user's. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'unpacked-metadata',
  'ignored-metadata',
  'packaging',
  'excluded',
  'explained',
  'declared',
] satisfies MaskReport['id'][]);

/**
 * Reads a file of masks (docs/masks-1.schema.json). An expired mask is no error: it is in the result, marked, so that the
 * report can list it, and the run ends as without it.
 * @param file what to call the file in errors
 * @param today `YYYY-MM-DD`, in UTC: nothing in here looks at a clock
 * @throws InputError that names the mask and the field, or the line and column where it is no JSON
 */
export function readMasks(text: string, file: string, today: string): UserMask[] {
  const reader = MaskReader.parse(text, file);
  const masks = reader.list(MAX_MASKS).map((mask, index) => readMask(reader, mask, index, today));
  const ids = new Set<string>();
  for (const [index, { id }] of masks.entries()) {
    if (ids.has(id)) reader.fail(index, 'id', `is the id of another mask, too: ${id}`);
    ids.add(id);
  }
  return masks;
}

/**
 * The bytes of one content that a mask covers, in ascending order, none overlapping. Nothing once it has expired.
 * Whether they are masked is decided by both sides: see `maskPair`.
 * @param sections those of the content, for masks that name one
 * @throws InputError where matching a pattern takes more steps than are allowed for a content of this length
 */
export function maskRanges(
  mask: UserMask,
  content: Uint8Array,
  sections: readonly SectionRange[] = [],
): readonly Range[] {
  if (mask.expired) return [];
  switch (mask.target.kind) {
    case 'pattern':
      return matched(mask, mask.target.matcher, content);
    case 'range':
      return clipped([mask.target], content.length);
    case 'section': {
      const { name } = mask.target;
      return clipped(
        sections.filter((section) => section.name === name),
        content.length,
      );
    }
  }
}

/**
 * The stretches of A and B that a mask lays beside each other, the first with the first and so on; `undefined` where it
 * covers more of them on one side than on the other, since then nothing says which belong together.
 */
export function maskPair(
  mask: UserMask,
  a: Uint8Array,
  b: Uint8Array,
  sectionsA: readonly SectionRange[] = [],
  sectionsB: readonly SectionRange[] = [],
): { readonly a: readonly Range[]; readonly b: readonly Range[] } | undefined {
  const inA = maskRanges(mask, a, sectionsA);
  const inB = maskRanges(mask, b, sectionsB);
  return inA.length === inB.length && inA.length > 0 ? { a: inA, b: inB } : undefined;
}

function readMask(reader: MaskReader, mask: JsonObject, index: number, today: string): UserMask {
  for (const field of Object.keys(mask)) {
    if (!FIELDS.includes(field))
      reader.fail(index, field, `is no field of a mask; these are: ${FIELDS.join(', ')}`);
  }
  const id = reader.text(mask, index, 'id');
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id) || id.length > 64)
    reader.fail(index, 'id', 'is not of the form `words-with-hyphens` (a-z and 0-9, at most 64)');
  if ((CAUSE_IDS as readonly string[]).includes(id)) reader.fail(index, 'id', 'is the name of a cause');
  if (BUILT_IN.has(id)) reader.fail(index, 'id', 'is the name of a mask of trustdiff itself');
  const reason = reader.text(mask, index, 'reason');
  const path = reader.text(mask, index, 'path');
  const expires = mask.expires === undefined ? undefined : reader.text(mask, index, 'expires');
  if (expires !== undefined && !isDate(expires))
    reader.fail(index, 'expires', 'is no date of the form YYYY-MM-DD');
  return {
    id,
    reason,
    path,
    target: readTarget(reader, mask, index),
    expires,
    expired: expires !== undefined && expires < today,
    matches: readPath(reader, path, index),
  };
}

function readPath(reader: MaskReader, path: string, index: number): (path: string) => boolean {
  try {
    return compileGlob(path);
  } catch (error) {
    if (!(error instanceof GlobError)) throw error;
    return reader.fail(index, 'path', error.message);
  }
}

function readTarget(reader: MaskReader, mask: JsonObject, index: number): MaskTarget {
  const given = ['pattern', 'range', 'section'].filter((field) => mask[field] !== undefined);
  if (given.length !== 1)
    reader.fail(index, given[1] ?? 'pattern', 'one of pattern, range and section is needed, and only one');
  switch (given[0]) {
    case 'range':
      return { kind: 'range', ...reader.range(mask, index, 'range') };
    case 'section':
      return { kind: 'section', name: reader.text(mask, index, 'section') };
    default: {
      const pattern = reader.text(mask, index, 'pattern');
      try {
        return { kind: 'pattern', pattern, matcher: new Matcher(parsePattern(pattern)) };
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        return reader.fail(index, 'pattern', `is no pattern (character ${error.column}): ${error.message}`);
      }
    }
  }
}

function matched(mask: UserMask, matcher: Matcher, content: Uint8Array): readonly Range[] {
  try {
    return matcher.ranges(content);
  } catch (error) {
    if (!(error instanceof TooManySteps)) throw error;
    const what = `the pattern of the mask ${mask.id} takes too many steps in a content of ${content.length} bytes`;
    throw new InputError(what, {}, 'make the pattern narrower, or its path');
  }
}

function clipped(ranges: readonly Range[], length: number): Range[] {
  const found: Range[] = [];
  let last = 0;
  for (const range of [...ranges].sort((x, y) => x.start - y.start)) {
    const start = Math.max(range.start, last);
    const end = Math.min(range.start + range.length, length);
    if (end <= start) continue;
    found.push({ start, length: end - start });
    last = end;
  }
  return found;
}
