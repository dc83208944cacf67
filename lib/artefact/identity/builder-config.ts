/** One setting of bootstrap's configuration, as `section.key` and the value as written. */
export interface Setting {
  readonly key: string;
  readonly value: string;
}

/** Lines one value may go on for. */
const LONGEST_ARRAY = 200;

/**
 * The settings in a `builder-config`: bootstrap.toml (config.toml before 1.86) as configure.py wrote it. Only what
 * that writes is read: tables, and keys with strings, numbers, booleans and arrays.
 */
export function parseBuilderConfig(text: string): Setting[] {
  const settings: Setting[] = [];
  const lines = text.split('\n');
  let section = '';
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trim();
    const table = /^\[([^[\]]+)\]$/.exec(line);
    const pair = /^([A-Za-z0-9_."'-]+)\s*=\s*(\S.*)$/.exec(line);
    if (table !== null) section = table[1] ?? '';
    if (pair === null) continue;
    let value = pair[2] ?? '';
    for (let more = 0; value.startsWith('[') && !value.endsWith(']') && more < LONGEST_ARRAY; more += 1) {
      at += 1;
      value += ` ${(lines[at] ?? '').trim()}`;
    }
    settings.push({ key: section === '' ? (pair[1] ?? '') : `${section}.${pair[1]}`, value: value.trim() });
  }
  return settings;
}
