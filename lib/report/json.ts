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
  const keys = Object.keys(report) as (keyof Report)[];
  for (const [i, key] of keys.entries()) {
    yield `${i === 0 ? '{' : ','}\n  ${JSON.stringify(key)}: `;
    if (isList(key)) yield* renderList(report[key]);
    else yield json(report[key], 2).replaceAll('\n', '\n  ');
  }
  yield '\n}\n';
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

function isList(key: keyof Report): key is (typeof LISTS)[number] {
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
