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
    else yield JSON.stringify(report[key], undefined, 2).replaceAll('\n', '\n  ');
  }
  yield '\n}\n';
}

function isList(key: keyof Report): key is (typeof LISTS)[number] {
  return (LISTS as readonly string[]).includes(key);
}

function* renderList(list: readonly unknown[]): Generator<string> {
  if (list.length === 0) {
    yield '[]';
    return;
  }
  for (const [i, element] of list.entries()) yield `${i === 0 ? '[' : ','}\n    ${JSON.stringify(element)}`;
  yield '\n  ]';
}
