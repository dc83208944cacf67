import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare } from '../comparison/comparison.js';
import type { CompareOptions } from '../comparison/options.js';
import type { Report } from './model.js';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const PAIRS = join(ROOT, 'corpus/pairs');
export const CONTAINERS = join(ROOT, 'corpus/containers');

/** What to compare for a pair of the corpus, with its control where it has one. */
export function pairOptions(name: string): CompareOptions {
  const folder = join(PAIRS, name);
  const side = (which: string): string =>
    join(folder, readdirSync(folder).find((entry) => entry.replace(/\..*$/, '') === which) ?? '');
  const control = join(folder, 'control-a');
  const controls = existsSync(control) ? [{ of: 'a', paths: control } as const] : [];
  return { a: side('a'), b: side('b'), controls };
}

export async function reportOf(options: CompareOptions): Promise<Report> {
  return compare(options).report;
}

/** Strings that are words of the report's own language, by the field they stand in. */
const OWN_WORDS: ReadonlySet<string> = new Set([
  ...['schema', 'tool', 'kind', 'id', 'role', 'rule', 'status', 'field', 'mask', 'side', 'type', 'weight'],
  ...[
    'reason',
    'cause',
    'standing',
    'mark',
    'sign',
    'hex',
    'digest',
    'formatsA',
    'formatsB',
    'containers',
    'of',
    'settings',
  ],
]);

/** The report with every string that may come from an input, or name one, put through `change`. */
export function withStrings(report: Report, change: (text: string) => string): Report {
  const visit = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return change(value);
    if (Array.isArray(value)) return value.map((element) => visit(element, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => {
        const own =
          OWN_WORDS.has(name) &&
          (typeof child === 'string' || name === 'tool' || name === 'settings' || Array.isArray(child));
        return [name, own ? child : visit(child, name)];
      }),
    );
  };
  return visit(report, '') as Report;
}
