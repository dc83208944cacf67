/** One paragraph of a control file: fields by lower-case name. */
export type Paragraph = ReadonlyMap<string, string>;

/** Lines that are read at most; the Packages file of a whole archive has more, no control file does. */
const MOST_LINES = 100_000;

/**
 * The paragraphs of a control file (deb-control(5), dsc(5)): `Field: value`, continued on lines that start with a space
 * or tab. Lines of a value are kept apart by newlines. Comments (`#`) are left out.
 */
export function parseControl(text: string): Paragraph[] {
  const paragraphs: Map<string, string>[] = [];
  let fields = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.split(/\r?\n/, MOST_LINES)) {
    const field = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line);
    if (line.startsWith('#')) continue;
    if (/^[ \t]*$/.test(line)) {
      if (fields.size > 0) paragraphs.push(fields);
      fields = new Map();
      last = undefined;
    } else if (/^[ \t]/.test(line)) {
      if (last !== undefined) fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`);
    } else if (field !== null) {
      last = (field[1] ?? '').toLowerCase();
      fields.set(last, (field[2] ?? '').trim());
    }
  }
  if (fields.size > 0) paragraphs.push(fields);
  return paragraphs;
}

/** One package of a relation field. */
export interface Relation {
  readonly name: string;
  /** `(>= 1.62.0)`; empty where any version will do. */
  readonly version: string;
  /** As written. */
  readonly text: string;
}

/**
 * The packages that a relation field (deb-src-control(5)) asks for in an ordinary build, alternatives each. What
 * only a build profile asks for (`<pkg.rustc.dlstage0>`) is left out; what all but some profiles ask for is not.
 */
export function relations(field: string): Relation[] {
  return field
    .replace(/\s+/g, ' ')
    .split(/[,|]/)
    .flatMap((part) => {
      const text = part.trim();
      const match = /^([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\s*(\([^)]*\))?/.exec(text);
      return match === null || !inOrdinaryBuild(text)
        ? []
        : [{ name: match[1] ?? '', version: match[2] ?? '', text }];
    });
}

/** `(<= 1.85) <!a !b> <c>`: alternatives of profiles that are all (not) to be active. An ordinary build has none. */
function inOrdinaryBuild(text: string): boolean {
  const restrictions = [...text.replace(/\([^)]*\)/g, '').matchAll(/<([^>]*)>/g)].map(([, terms = '']) =>
    terms.trim().split(/\s+/),
  );
  return (
    restrictions.length === 0 || restrictions.some((terms) => terms.every((term) => term.startsWith('!')))
  );
}
