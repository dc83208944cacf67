import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { arFixture } from '../../lib/artefact/container/ar-fixture.js';
import { relocatable } from '../../lib/explain/elf/image-fixture.js';

/** Two sides of one artefact, all of whose differences must be accounted for together. */
export interface Subject {
  readonly name: string;
  readonly files: readonly FilePair[];
}

export interface FilePair {
  readonly pathA: string;
  readonly pathB: string;
  readonly a: Buffer;
  readonly b: Buffer;
}

/** cargo's hash in a file's name. */
const HASH = /-[0-9a-f]{16}(?=\.)/;

/**
 * Every pair of the corpus whose sides are folders: the files that both have. What lies in compressed archives is
 * reached by others of the corpus in the same form.
 */
export function corpusSubjects(pairs: string): Subject[] {
  const subjects: Subject[] = [];
  for (const name of readdirSync(pairs).sort()) {
    const [a, b] = [join(pairs, name, 'a'), join(pairs, name, 'b')];
    if (!existsSync(a)) continue;
    const ofA = filesIn(a);
    const ofB = existsSync(b) ? filesIn(b) : ofA;
    const byName = new Map(ofB.map((path) => [path.replace(HASH, ''), path]));
    const files: FilePair[] = [];
    for (const path of ofA) {
      const other = byName.get(path.replace(HASH, ''));
      byName.delete(path.replace(HASH, ''));
      const root = ofB === ofA ? a : b;
      if (other !== undefined) files.push(filePair(join(a, path), path, join(root, other), other));
    }
    // Metadata beside a library has no counterpart; alone it can be changed all the same.
    for (const path of byName.values()) files.push(filePair(join(b, path), path, join(b, path), path));
    if (files.length > 0) subjects.push({ name, files });
  }
  return subjects;
}

/** Two files from anywhere. */
export function fileSubject(a: string, b: string): Subject {
  return { name: basename(a), files: [filePair(a, basename(a), b, basename(b))] };
}

/** The same subject with no difference: what is planted then stands alone. */
export function alone({ name, files }: Subject): Subject {
  const same = files.map((file) => ({ ...file, pathB: file.pathA, b: file.a }));
  return { name: `${name}, alone`, files: same };
}

/** The same subject with texts beside it, equal on both sides: alone, in an archive, and as constants of an object. */
export function withTexts({ name, files }: Subject): Subject {
  return { name, files: [...files, ...TEXTS] };
}

const LINES = [
  'this line is long enough to be written over by any text that is planted here\n',
  'another line that says nothing in particular, and is as long as that before it\n',
  'a third line, with which a text can stand in three places of one and the same file\n',
];

const TEXTS: readonly FilePair[] = [
  textFile('share/install', LINES.join('')),
  textFile('share/settings', [...LINES].reverse().join('# \n')),
  textFile(
    'share/texts.a',
    arFixture(LINES.map((content, i) => ({ name: `text${i}.txt`, content: `${content}${LINES[0]}` }))),
  ),
  textFile(
    'lib/texts.o',
    relocatable({
      constants: LINES.map((line, i) => ({
        name: `a_symbol_with_a_long_name_${i}`,
        bytes: [Buffer.from(line).toString('hex')],
        section: ['.rodata.texts', '.rodata', '.data.texts'][i] ?? '.rodata',
      })),
      sections: [{ name: '.comment', content: Buffer.from(`\0${LINES[0]}\0`) }],
    }),
  ),
];

function textFile(path: string, content: string | Buffer): FilePair {
  const bytes = Buffer.from(content);
  return { pathA: path, pathB: path, a: bytes, b: bytes };
}

function filePair(a: string, pathA: string, b: string, pathB: string): FilePair {
  return { pathA, pathB, a: readFileSync(a), b: readFileSync(b) };
}

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(root, path)).isFile() && statSync(join(root, path)).size > 0)
    .sort();
}
