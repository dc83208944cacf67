import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { ALL_KINDS, type Campaign, mutate, type Trial } from './mutating/campaign.js';
import { type CompressedCampaign, type CompressedTrial, mutateCompressed } from './mutating/compressed.js';
import { corpusSubjects, fileSubject } from './mutating/subject.js';
import { mutateTar } from './mutating/tar.js';
import { TEXT_KINDS } from './mutating/text.js';

/** `scripts/mutate`: exit status 0, 1 where a change was taken for equivalent, 2 on trouble. */
const args = yargs(hideBin(process.argv))
  .scriptName('scripts/mutate')
  .usage(
    '$0 [options] [A B]\n\nPlants small changes at random places of real artefacts, each alone (a file against itself ' +
      'with the change) and beside a harmless difference (a pair of the corpus, the change in one side), and looks ' +
      'whether it is seen: at least one changed byte must end unexplained or only suspected that did not without ' +
      'the change. In a quarter of them checksums are made right again. Kinds called same-… write one text into several ' +
      'places of both sides, and then another one into all of these places of one side.\n\nThree outcomes are told apart from a miss: ' +
      'restored, where the change makes the two sides equal where they differed; and two that are exempt: time, user ' +
      'and group in the header of an archive member count as explained where those of another member differ too, and ' +
      'the same records of a symbol or relocation table in another order are just that, where nothing goes by the ' +
      'order. No byte is exempt because ' +
      'nothing reads it.',
  )
  .option('seed', { type: 'number', default: 1, describe: 'where the mutations start' })
  .option('count', { type: 'number', default: 1000, describe: 'mutations' })
  .option('only', {
    type: 'string',
    describe: `kinds, with commas between: ${ALL_KINDS.join(', ')}`,
  })
  .option('text', {
    type: 'string',
    describe: `kinds of text that are planted in several places, with commas between: ${TEXT_KINDS.join(', ')}`,
  })
  .option('pair', { type: 'string', describe: 'pairs of the corpus, with commas between; default: all' })
  .option('index', { type: 'number', describe: 'only this one of the mutations, caught or not' })
  .option('compressed', {
    type: 'boolean',
    describe:
      'plant in compressed files of one content instead: headers, extra fields, frames, padding, streams',
  })
  .option('archives', {
    type: 'boolean',
    describe: 'plant in tar archives and .debs instead: modes, owners, links, names, contents, pax records',
  })
  .option('corpus', { type: 'string', describe: 'the folder of the pairs' })
  .check(({ count, seed, only, text, _ }) => {
    for (const kind of only?.split(',') ?? [])
      if (!ALL_KINDS.includes(kind)) throw new Error(`there is no kind of change named ${kind}`);
    for (const kind of text?.split(',') ?? [])
      if (!TEXT_KINDS.includes(kind)) throw new Error(`there is no kind of text named ${kind}`);
    if (!(count > 0)) throw new Error('--count must be a number above 0');
    if (!Number.isInteger(seed)) throw new Error('--seed must be a whole number');
    if (_.length !== 0 && _.length !== 2) throw new Error('give two files, or none');
    return true;
  })
  .strictOptions()
  .version(false)
  .fail((message, error) => {
    console.error(`${message ?? error?.message}\nSee scripts/mutate --help.`);
    process.exit(2);
  })
  .parseSync();

try {
  const { seed, count, index } = args;
  const only = args.only?.split(',');
  const texts = args.text?.split(',');
  if (args.archives === true || args.compressed === true)
    for (const name of ['only', 'text', 'pair', 'index'] as const)
      if (args[name] !== undefined)
        throw new Error(
          `--${name} chooses among files of the corpus, and not with --archives or --compressed`,
        );
  if (args.archives === true) printOthers('archives', await mutateTar({ seed, count }));
  else if (args.compressed === true)
    printOthers('compressed', await mutateCompressed(corpusRoot(), { seed, count }));
  else
    print(
      mutate(subjects(), { seed, count, only, texts, index, onTrial: (trial) => console.log(textOf(trial)) }),
    );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

type OtherTrial = Pick<CompressedTrial, 'index' | 'kind' | 'subject' | 'outcome'>;

function subjects() {
  const [a, b] = args._.map(String);
  if (a !== undefined && b !== undefined) return [fileSubject(a, b)];
  const root = corpusRoot();
  const wanted = args.pair?.split(',');
  const all = corpusSubjects(root).filter(({ name }) => wanted === undefined || wanted.includes(name));
  if (all.length === 0) throw new Error(`there is no pair named ${args.pair}`);
  return all;
}

function corpusRoot(): string {
  return args.corpus ?? join(dirname(fileURLToPath(import.meta.url)), '../../corpus/pairs');
}

function printOthers(
  what: 'archives' | 'compressed',
  { planted, trials }: Pick<CompressedCampaign, 'planted'> & { readonly trials: readonly OtherTrial[] },
): void {
  for (const { index, kind, subject, outcome } of trials)
    console.log(`${outcome} --${what} --seed ${args.seed}, change ${index}: ${kind} in ${subject}`);
  const of = (outcome: string, kind?: string): number =>
    trials.filter((trial) => trial.outcome === outcome && (kind ?? trial.kind) === trial.kind).length;
  let all = 0;
  for (const [kind, count] of [...planted].sort()) {
    const rest = of('exempt', kind) > 0 ? `, ${of('exempt', kind)} exempt` : '';
    console.log(
      `${kind.padEnd(28)} ${String(count).padStart(7)} planted, ${of('missed', kind)} missed${rest}`,
    );
    all += count;
  }
  console.log(`${'all'.padEnd(28)} ${String(all).padStart(7)} planted, ${of('missed')} missed`);
  if (of('missed') > 0) process.exitCode = 1;
}

function print({ kinds }: Campaign): void {
  let [planted, missed] = [0, 0];
  for (const [kind, tally] of [...kinds].sort()) {
    const others = (['restored', 'exempt'] as const).filter((outcome) => tally[outcome] > 0);
    const rest = others.map((outcome) => `, ${tally[outcome]} ${outcome}`).join('');
    console.log(
      `${kind.padEnd(28)} ${String(tally.planted).padStart(7)} planted, ${tally.missed} missed${rest}`,
    );
    planted += tally.planted;
    missed += tally.missed;
  }
  console.log(`${'all'.padEnd(28)} ${String(planted).padStart(7)} planted, ${missed} missed`);
  if (missed > 0) process.exitCode = 1;
}

function textOf({
  outcome,
  seed,
  index,
  kind,
  subject,
  path,
  side,
  repaired,
  edits,
  owners,
  residue,
}: Trial): string {
  const where = `--seed ${seed} --index ${index}: ${kind} in ${path} of side ${side} (${subject})${repaired ? ', repaired' : ''}`;
  const what = edits.map(({ offset, before, after }) => `  at ${offset}: ${before} → ${after}`);
  const open = `  without an explanation: ${residue[0]} bytes before, ${residue[1]} with the change`;
  return [`${outcome} ${where}`, open, ...what, ...owners.map((owner) => `  taken for: ${owner}`)].join('\n');
}
