import { spawnSync } from 'node:child_process';
import test from 'ava';
import { completionScript } from './completion.js';
import { SHELLS } from './completion-arguments.js';
import { COMPARE_FLAGS, INSPECT_FLAGS, ROOT_FLAGS } from './flag.js';

for (const shell of SHELLS) {
  test(`the script for ${shell} has every option`, (t) => {
    const script = completionScript(shell);
    for (const { names } of [...COMPARE_FLAGS, ...INSPECT_FLAGS, ...Object.values(ROOT_FLAGS).flat()]) {
      for (const name of names) {
        const spelled = name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
        t.true(script.includes(shell === 'fish' ? spelled : name), name);
      }
    }
  });
}

const hasBash = spawnSync('bash', ['-c', 'complete -p >/dev/null 2>&1; type compgen']).status === 0;
const bashTest = hasBash ? test : test.skip;

/** What bash offers for a command line that ends with the last word; nothing means file names. */
function offered(...words: readonly string[]): string[] {
  const script = `${completionScript('bash')}
cd /
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _trustdiff; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync('bash', ['--norc', '-c', script, 'bash', 'trustdiff', ...words], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((word) => word !== '');
}

bashTest('in bash a command is completed', (t) => {
  t.deepEqual(offered('comp'), ['compare', 'completion']);
  t.deepEqual(offered('ins'), ['inspect']);
});

bashTest('in bash file names are left to the shell wherever an artefact or a file may stand', (t) => {
  t.deepEqual(offered('compare', ''), []);
  t.deepEqual(offered('build-a', 'build-'), []);
  t.deepEqual(offered('inspect', ''), []);
  for (const option of ['-a', '-b', '--control', '--output', '-o', '--tmpdir']) {
    t.deepEqual(offered('A', 'B', option, ''), [], option);
  }
});

bashTest('in bash options are completed with and without the word compare', (t) => {
  t.deepEqual(offered('A', 'B', '--ig'), ['--ignore-metadata']);
  t.deepEqual(offered('compare', 'A', '--label-'), ['--label-a', '--label-b']);
  t.deepEqual(offered('inspect', '--mem'), ['--members']);
  t.deepEqual(offered('inspect', '--contr'), []);
});

bashTest('in bash the values of an option are completed, also after an equals sign', (t) => {
  t.deepEqual(offered('A', 'B', '--digest', ''), ['blake3', 'sha256']);
  t.deepEqual(offered('A', 'B', '--digest', '=', 's'), ['sha256']);
  t.deepEqual(offered('A', 'B', '--control-of', ''), ['a', 'b']);
  t.deepEqual(offered('completion', ''), [...SHELLS]);
});

bashTest('in bash the commands of root and their options are completed', (t) => {
  t.deepEqual(offered('root', ''), ['inspect', 'verify', 'plan']);
  t.deepEqual(offered('root', 'verify', '--check'), ['--checksums']);
  t.deepEqual(offered('root', 'plan', '--ro'), ['--roots']);
  t.deepEqual(offered('root', 'inspect', '--mem'), []);
  t.deepEqual(offered('root', 'inspect', ''), []);
  t.deepEqual(offered('root', 'verify', '--keyring', ''), []);
});
