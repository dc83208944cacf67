import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { compareSides } from './compare.js';
import type { Contents } from './containers.js';
import { type Expect, parseExpect } from './expect.js';
import {
  artefactPaths,
  BUDGET,
  CONTAINERS,
  CONTENTS,
  CORPUS,
  PAIRS,
  pairNames,
  parseSums,
  SUMS,
  sha256,
} from './folder.js';
import { readArchive, readSide, type SideFiles, sideName } from './side.js';

/** What a check found: `trouble` is wrong, `skipped` could not be looked at on this machine. */
export interface Finding {
  readonly kind: 'trouble' | 'skipped';
  readonly text: string;
}

/** Checks digests, sizes and every expect.json, without trustdiff's own readers. */
export function checkCorpus(): Finding[] {
  return [...checkSums(), ...checkBudget(), ...checkContainers(), ...pairNames().flatMap(checkPair)];
}

export function checkSums(): Finding[] {
  const sums = parseSums(readFileSync(SUMS, 'utf8'));
  const there = artefactPaths();
  const missing = [...sums.keys()].filter((path) => !there.includes(path));
  return [
    ...missing.map((path) => trouble(`${path}: missing`)),
    ...there.filter((path) => !sums.has(path)).map((path) => trouble(`${path}: not in SHA256SUMS`)),
    ...there
      .filter((path) => sums.has(path) && sums.get(path) !== sha256(readFileSync(join(CORPUS, path))))
      .map((path) => trouble(`${path}: not the digest of SHA256SUMS`)),
  ];
}

export function checkBudget(): Finding[] {
  const bytes = artefactPaths().reduce((sum, path) => sum + lstatSync(join(CORPUS, path)).size, 0);
  return bytes <= BUDGET ? [] : [trouble(`the artefacts have ${bytes} bytes together, more than ${BUDGET}`)];
}

/** Looks at one pair; archives are read with the system's tools, and left out where these are not there. */
function checkPair(name: string): Finding[] {
  const folder = join(PAIRS, name);
  const file = join(folder, 'expect.json');
  if (!existsSync(file)) return [trouble(`${name}: no expect.json`)];
  const sides: SideFiles[] = [];
  try {
    const expect = parseExpect(readFileSync(file, 'utf8'), file);
    for (const side of ['a', 'b', 'control-a']) {
      const found = sideName(folder, side);
      if (found !== undefined) sides.push(readSide(folder, found));
      else if (side !== 'control-a') return [trouble(`${name}: no side ${side}`)];
    }
    const [a, b, control] = sides;
    if (a === undefined || b === undefined) return [];
    return [
      ...checkFacts(name, expect, a, b),
      ...checkVerdict(name, expect, a, control),
      ...checkCounts(name, expect, a, b),
    ];
  } catch (error) {
    const text = `${name}: ${error instanceof Error ? error.message : String(error)}`;
    return [text.endsWith('is not installed') ? { kind: 'skipped', text } : trouble(text)];
  }
}

/** Unpacks every container sample and holds it to contents.json. */
function checkContainers(): Finding[] {
  const { trees, containers } = JSON.parse(readFileSync(CONTENTS, 'utf8')) as Contents;
  return containers.flatMap(({ file, tree, prefix }): Finding[] => {
    try {
      const { contents } = readArchive(join(CONTAINERS, file), file);
      const members = (trees[tree] ?? []).filter(({ type }) => type !== 'symlink');
      const wrong = members.filter((member) => {
        const found = contents.get(join(prefix, member.path));
        return found === undefined || sha256(found) !== member.sha256;
      });
      return wrong.map(({ path }) => trouble(`${file}: ${path} is missing or another one`));
    } catch (error) {
      const text = `${file}: ${error instanceof Error ? error.message : String(error)}`;
      return [text.endsWith('is not installed') ? { kind: 'skipped', text } : trouble(text)];
    }
  });
}

function checkFacts(name: string, expect: Expect, a: SideFiles, b: SideFiles): Finding[] {
  const facts = compareSides(a.contents, b.contents);
  const fields = [
    'identical',
    'differing',
    'onlyA',
    'onlyB',
    'firstDifference',
    'differingBytes',
    'pairedWith',
  ] as const;
  const wrong = fields.filter((field) => !isDeepStrictEqual(facts[field], expect[field]));
  const metadata = (expect.metadata ?? []).filter(({ path, field, a: left, b: right }) => {
    if (field !== 'mtime' && field !== 'mode') return true;
    return a.stored?.get(path)?.[field] !== left || b.stored?.get(path)?.[field] !== right;
  });
  return [
    ...wrong.map((field) => trouble(`${name}: ${field} is ${JSON.stringify(facts[field])}`)),
    ...metadata.map(({ path, field }) => trouble(`${name}: the ${field} of ${path} is another one`)),
  ];
}

/** What the verdict says must fit what differs. */
function checkVerdict(name: string, expect: Expect, a: SideFiles, control: SideFiles | undefined): Finding[] {
  const differs = expect.differing.length + expect.onlyA.length + expect.onlyB.length > 0;
  // Between two archives every difference of metadata counts; the times of a folder tell when it was written.
  const alarming = expect.metadata !== undefined && expect.metadata.length > 0;
  const fits = expect.verdict === 'identical' ? !differs && !alarming : differs || alarming;
  const judged = expect.verdict === 'noise' || expect.verdict === 'root-effect-unexplained';
  const noisy = control === undefined || !isDeepStrictEqual([...control.contents], [...a.contents]);
  return [
    ...(expect.verdict !== 'noise' || noisy ? [] : [trouble(`${name}: noise, but the control is as a`)]),
    ...(fits ? [] : [trouble(`${name}: the verdict ${expect.verdict} does not fit what differs`)]),
    ...(judged === (control !== undefined)
      ? []
      : [trouble(`${name}: the verdict and the control do not fit`)]),
  ];
}

/** Counts the differing bytes once more with cmp(1). */
function checkCounts(name: string, expect: Expect, a: SideFiles, b: SideFiles): Finding[] {
  const scratch = mkdtempSync(join(tmpdir(), 'corpus-check-'));
  try {
    return Object.entries(expect.differingBytes).flatMap(([path, count]): Finding[] => {
      const files = [join(scratch, 'a'), join(scratch, 'b')] as const;
      writeFileSync(files[0], a.contents.get(path) ?? '');
      writeFileSync(files[1], b.contents.get(expect.pairedWith?.[path] ?? path) ?? '');
      const done = spawnSync('cmp', ['--verbose', ...files], { encoding: 'utf8', maxBuffer: 2 ** 26 });
      if (done.error !== undefined) return [{ kind: 'skipped', text: `${name}: cmp is not installed` }];
      const lines = done.stdout.split('\n').filter((line) => line !== '');
      const first = Number(lines[0]?.trim().split(/ +/)[0]) - 1;
      if (lines.length === count && first === expect.firstDifference[path]) return [];
      return [trouble(`${name}: cmp counts ${lines.length} differing bytes from ${first} on in ${path}`)];
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function trouble(text: string): Finding {
  return { kind: 'trouble', text };
}
