import test from 'ava';
import { withCommandFirst } from './command-word.js';

const CASES: readonly (readonly [string, string])[] = [
  ['A B', 'compare A B'],
  ['-q dA root', 'compare -q dA root'],
  ['A inspect -q', 'compare A inspect -q'],
  ['--exclude x root B', 'root --exclude x B'],
  ['--exclude inspect A B', 'compare --exclude inspect A B'],
  ['--exclude=inspect A B', 'compare --exclude=inspect A B'],
  ['--a x --b root', '--a x --b root'],
  ['-q inspect X', 'inspect -q X'],
  ['-- root X', 'compare -- root X'],
  ['root --json inspect X', 'root inspect --json X'],
  ['root', 'root'],
  ['root X', 'root X'],
  ['--help', '--help'],
  ['A B --help', 'A B --help'],
  ['compare root inspect', 'compare root inspect'],
];

for (const [given, first] of CASES)
  test(`a word is a subcommand only where it comes first: ${given}`, (t) => {
    t.is(withCommandFirst(given.split(' ')).join(' '), first);
  });
