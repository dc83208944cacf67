import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../lib/error.js';
import { compareSides } from './compare.js';
import type { Compiler } from './compiler.js';
import { type Expect, type ExplainedExpect, parseExpect } from './expect.js';
import { filesBelow, formatSums, PAIRS, SUMS } from './folder.js';
import type { Recipe, Tools } from './recipe.js';
import { readSide, type SideFiles, sideName } from './side.js';
import { Workshop } from './workshop.js';

/** Makes one pair and its expect.json anew; returns a line to print. */
export function makePair(recipe: Recipe, compiler: Compiler, tools: Tools): string {
  const folder = join(PAIRS, recipe.name);
  const missing = recipe.missing?.(tools);
  if (missing !== undefined) return `${recipe.name}: left as it is, needs ${missing}`;
  const explained = explainedOf(join(folder, 'expect.json'));
  const shop = new Workshop(compiler, folder);
  try {
    recipe.make(shop, tools);
  } finally {
    shop.close();
  }
  refuseMachinePaths(folder);
  const facts = compareSides(sideOf(folder, 'a').contents, sideOf(folder, 'b').contents);
  const expect: Expect = {
    what: recipe.what,
    made: {
      rustc: [...shop.tools].join('; '),
      commands: shop.commands,
      deterministic: recipe.deterministic ?? true,
    },
    exit: ['identical', 'equivalent', 'noise'].includes(recipe.verdict) ? 0 : 1,
    verdict: recipe.verdict,
    ...(recipe.verdictWithoutControl !== undefined && {
      verdictWithoutControl: recipe.verdictWithoutControl,
    }),
    causes: recipe.causes,
    ...facts,
    ...(recipe.metadata !== undefined && { metadata: recipe.metadata }),
    explained,
  };
  writeFileSync(join(folder, 'expect.json'), `${JSON.stringify(expect, null, 2)}\n`);
  return `${recipe.name}: ${facts.identical} identical, ${facts.differing.length} differing`;
}

/** What was judged of the pair as it was; of a new pair, what fits only one in which nothing differs. */
function explainedOf(file: string): ExplainedExpect {
  if (existsSync(file)) return parseExpect(readFileSync(file, 'utf8'), file).explained;
  return { verdict: 'identical', causes: [], suspectedBytes: 0, unexplainedBytes: 0, residue: [] };
}

/** Writes corpus/SHA256SUMS for what is there now. */
export function writeSums(): void {
  mkdirSync(PAIRS, { recursive: true });
  writeFileSync(SUMS, formatSums());
}

/** Throws where a path of the machine got into a file of the folder. */
function refuseMachinePaths(folder: string): void {
  for (const side of ['a', 'b', 'control-a']) {
    const name = sideName(folder, side);
    if (name === undefined) continue;
    for (const [path, bytes] of readSide(folder, name).contents) {
      const found = MACHINE_PATHS.find((word) => Buffer.from(bytes).includes(word));
      if (found !== undefined)
        throw new InputError(`the path ${found} got into it`, { file: folder, member: [path] });
    }
  }
}

const MACHINE_PATHS = ['/home/', '/root/', '/tmp/', process.cwd()];

function sideOf(folder: string, side: string): SideFiles {
  const name = sideName(folder, side);
  if (name === undefined)
    throw new InputError(`the recipe made no side ${side}, only ${filesBelow(folder).join(' ')}`);
  return readSide(folder, name);
}
