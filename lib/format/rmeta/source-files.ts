import { littleEndian } from './leb128.js';
import { type CrateRoot, readText } from './root.js';

/** A compiler crate has some hundreds of files. */
const MOST_FILES = 20_000;
/** Bytes of one name. */
const LONGEST_NAME = 4096;
/** Tags in front of a name: what kind of file it is, whether its path was remapped, whether the first one is kept. */
const MOST_TAGS = 4;

/**
 * Names of the files that a crate was compiled from, as its own source map has them: no file of another crate is in it.
 * An entry starts with its name, behind a few tags that changed from release to release. Names that are no paths
 * (`<anon>`) may be left out.
 */
export function sourceFileNames(bytes: Buffer, { sourceMap }: CrateRoot): string[] {
  const names: string[] = [];
  const { position, width } = sourceMap;
  const count = Math.min(sourceMap.count, MOST_FILES);
  for (let k = 0; k < count; k++) {
    const at = littleEndian(bytes, position + k * width, width);
    const name = at > 0 && at < position ? nameAt(bytes, at) : undefined;
    if (name !== undefined) names.push(name);
  }
  return names;
}

function nameAt(bytes: Buffer, entry: number): string | undefined {
  for (let tags = 1; tags <= MOST_TAGS; tags++) {
    if ((bytes[entry + tags - 1] ?? 0xff) > 1) return undefined;
    const text = readText(bytes, entry + tags);
    if (text === undefined || text.length < 2 || text.length > LONGEST_NAME) continue;
    return bytes.toString('utf8', text.offset, text.offset + text.length);
  }
  return undefined;
}
