import type { ExperimentReport } from './experiment-model.js';
import type { Report } from './model.js';

/** Lists whose elements stand on a line each, so that two reports can be compared by line. */
const LISTS = [
  'pairs',
  'onlyA',
  'onlyB',
  'excluded',
  'troubles',
] as const satisfies readonly (keyof Report)[];

/**
 * The report as JSON, in pieces: a report of 50,000 pairs never stands in memory as one string. The same report
 * always gives the same bytes. Names that are not UTF-8 carry lone surrogates, which JSON escapes as `\udcXX`.
 */
export function* renderJson(report: Report): Generator<string> {
  yield* renderObject(report, (key) => (isList(key) ? renderList(report[key]) : undefined));
  yield '\n';
}

/** The report of an experiment as JSON; the reports of its stages in it as `renderJson` writes them. */
export function* renderExperimentJson(report: ExperimentReport): Generator<string> {
  yield* renderObject(report, (key) => (key === 'comparisons' ? renderComparisons(report) : undefined));
  yield '\n';
}

function* renderComparisons({ comparisons }: ExperimentReport): Generator<string> {
  for (const [i, comparison] of comparisons.entries()) {
    yield i === 0 ? '[' : ', ';
    const { report } = comparison;
    yield* renderObject(comparison, (key) =>
      key === 'report'
        ? renderObject(report, (inner) => (isList(inner) ? renderList(report[inner]) : undefined))
        : undefined,
    );
  }
  yield ']';
}

/** An object with a key a line; `long` gives what is too long to stand in memory. */
function* renderObject<T extends object>(
  object: T,
  long: (key: keyof T) => Generator<string> | undefined,
): Generator<string> {
  const keys = (Object.keys(object) as (keyof T & string)[]).filter((key) => object[key] !== undefined);
  for (const [i, key] of keys.entries()) {
    yield `${i === 0 ? '{' : ','}\n  ${JSON.stringify(key)}: `;
    yield* long(key) ?? [json(object[key], 2).replaceAll('\n', '\n  ')];
  }
  yield '\n}';
}

/** As in name.ts, less what JSON escapes by itself. */
const UNSAFE =
  /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/** JSON of which no terminal acts on any part: JSON itself only escapes what stands below the space. */
export function json(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(UNSAFE, (char) =>
    [...Array(char.length).keys()]
      .map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function isList(key: string): key is (typeof LISTS)[number] {
  return (LISTS as readonly string[]).includes(key);
}

function* renderList(list: readonly unknown[]): Generator<string> {
  if (list.length === 0) {
    yield '[]';
    return;
  }
  for (const [i, element] of list.entries()) yield `${i === 0 ? '[' : ','}\n    ${json(element)}`;
  yield '\n  ]';
}
