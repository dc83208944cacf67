import { type CompletionArguments, SHELLS, type Shell } from './completion-arguments.js';
import { COMPARE_FLAGS, EXPLAIN_FLAGS, type Flag, INSPECT_FLAGS, REBUILD_FLAGS, ROOT_FLAGS } from './flag.js';
import { StandardOutput } from './writer.js';

/** Runs `completion` and gives the exit status. */
export async function runCompletion(argv: CompletionArguments): Promise<number> {
  await new StandardOutput().write(completionScript(argv.shell ?? shellOf(process.env.SHELL)));
  return 0;
}

/**
 * The script that completes trustdiff's command line. It holds every option, so that no key press waits for node;
 * yargs's own script offers commands where an artefact stands, and no option where `compare` is left out.
 */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell]();
}

function shellOf(path = ''): Shell {
  return SHELLS.find((shell) => path.endsWith(`/${shell}`)) ?? 'bash';
}

const SCRIPTS = { bash, zsh, fish } as const satisfies Record<Shell, () => string>;

const COMMANDS = {
  compare: COMPARE_FLAGS,
  explain: EXPLAIN_FLAGS,
  inspect: INSPECT_FLAGS,
  rebuild: REBUILD_FLAGS,
} as const;
const ROOT_NAMES = Object.keys(ROOT_FLAGS);
const COMMAND_NAMES = [...Object.keys(COMMANDS), 'root', 'completion'] as readonly string[];

/** `compare` may be left out, so that its options are those of the program. */
const OTHER_COMMANDS = Object.entries(COMMANDS).filter(([name]) => name !== 'compare');

function spellings({ names, negation }: Flag): readonly string[] {
  return negation === undefined ? names : [...names, negation];
}

/** For bash 3.2 and later. An empty answer leaves file names to readline (`-o default`), which quotes them rightly. */
function bash(): string {
  const words = (flags: readonly Flag[]): string => flags.flatMap(spellings).join(' ');
  const values = bashValues();
  return `# bash completion for trustdiff; put into ~/.bashrc: source <(trustdiff completion bash)
_trustdiff() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words='' IFS=$' \\t\\n'
  COMPREPLY=()
  if [ "$current" = = ]; then current=
  elif [ "$previous" = = ]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  case \${COMP_WORDS[1]}/$previous in
${values.join('\n')}
  esac
  if [ -z "$words" ]; then
    case \${COMP_WORDS[1]} in
      completion) words='${SHELLS.join(' ')}' ;;
${OTHER_COMMANDS.map(([name, flags]) => `      ${name}) case $current in -*) words='${words(flags)}' ;; esac ;;`).join('\n')}
      root)
        if [ "$COMP_CWORD" = 2 ]; then words='${ROOT_NAMES.join(' ')}'; else
          case \${COMP_WORDS[2]} in
${Object.entries(ROOT_FLAGS)
  .map(([name, flags]) => `            ${name}) case $current in -*) words='${words(flags)}' ;; esac ;;`)
  .join('\n')}
          esac
        fi ;;
      *) case $current in -*) words='${words(COMPARE_FLAGS)}' ;; esac ;;
    esac
    if [ "$COMP_CWORD" = 1 ] && [ -z "$words" ]; then words='${COMMAND_NAMES.join(' ')}'; fi
  fi
  [ -n "$words" ] || return 0
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  # A command and a file may begin alike.
  if [ "$COMP_CWORD" = 1 ] && [ \${#COMPREPLY[@]} -gt 0 ]; then
    case $current in
      -*) ;;
      *) IFS=$'\\n'; COMPREPLY+=($(compgen -f -X '.*' -- "$current")); compopt -o filenames 2>/dev/null ;;
    esac
  fi
  return 0
}
complete -o bashdefault -o default -F _trustdiff trustdiff
`;
}

/** What follows an option: the same in all commands but for those that stand first. */
function bashValues(): string[] {
  const everywhere = new Map<string, string>();
  const ofOne: string[] = [];
  const roots = Object.values(ROOT_FLAGS).map((flags) => ['root', flags] as const);
  for (const [command, flags] of [...Object.entries(COMMANDS), ...roots])
    for (const { names, value, choices } of flags) {
      if (value === 'none') continue;
      const answer =
        value === 'choice'
          ? `words='${choices.join(' ')}' ;;`
          : value === 'text'
            ? 'compopt +o default 2>/dev/null; return ;;'
            : 'return ;;';
      const pattern = (before: string): string => names.map((name) => `${before}/${name}`).join('|');
      const key = names[0] ?? '';
      const known = everywhere.get(key);
      if (known === undefined) everywhere.set(key, `${pattern('*')}) ${answer}`);
      else if (known !== `${pattern('*')}) ${answer}`) ofOne.push(`${pattern(command)}) ${answer}`);
    }
  return [...ofOne, ...everywhere.values()].map((row) => `    ${row}`);
}

function zsh(): string {
  const roots = Object.entries(ROOT_FLAGS).map(([name, flags]) => [`root_${name}`, flags] as const);
  const functions = [...Object.entries(COMMANDS), ...roots].map(
    ([command, flags]) => `_trustdiff_${command}() {
  _arguments -s \\
${flags
  .flatMap(zshSpecs)
  .map((spec) => `    ${spec} \\`)
  .join('\n')}
    '*:artefact:_files'
}`,
  );
  return `#compdef trustdiff
# zsh completion for trustdiff; put into ~/.zshrc, after compinit: source <(trustdiff completion zsh)
${functions.join('\n')}
_trustdiff() {
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _alternative 'commands:command:(${COMMAND_NAMES.join(' ')})' 'files:artefact:_files'
    return
  fi
  case $words[2] in
    completion) shift words; (( CURRENT-- )); _arguments '1:shell:(${SHELLS.join(' ')})' ;;
${Object.keys(COMMANDS)
  .map((name) => `    ${name}) shift words; (( CURRENT-- )); _trustdiff_${name} ;;`)
  .join('\n')}
    root)
      if (( CURRENT == 3 )); then _values command ${ROOT_NAMES.join(' ')}; return; fi
      case $words[3] in
${ROOT_NAMES.map((name) => `        ${name}) shift 2 words; (( CURRENT -= 2 )); _trustdiff_root_${name} ;;`).join('\n')}
      esac ;;
    *) _trustdiff_compare ;;
  esac
}
compdef _trustdiff trustdiff
`;
}

function zshSpecs(flag: Flag): string[] {
  const { value, choices, describe, repeatable } = flag;
  const text = describe.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''");
  const action = {
    none: '',
    choice: `:value:(${choices.join(' ')})`,
    file: ':file:_files',
    folder: ':folder:_files -/',
    text: ':value:',
  }[value];
  return spellings(flag).map((name) => `'${repeatable ? '*' : ''}${name}[${text}]${action}'`);
}

function fish(): string {
  const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const others = COMMAND_NAMES.filter((name) => name !== 'compare').join(' ');
  // `root inspect` is another command than `inspect`.
  const conditions: readonly (readonly [string, readonly Flag[]])[] = [
    ...Object.entries(COMMANDS).map(
      ([command, flags]) =>
        [
          command === 'compare'
            ? `not __fish_seen_subcommand_from ${others}`
            : `__fish_seen_subcommand_from ${command}; and not __fish_seen_subcommand_from root`,
          flags,
        ] as const,
    ),
    ...Object.entries(ROOT_FLAGS).map(
      ([name, flags]) =>
        [`__fish_seen_subcommand_from root; and __fish_seen_subcommand_from ${name}`, flags] as const,
    ),
  ];
  const lines = conditions.flatMap(([when, flags]) => {
    return flags.flatMap((flag) =>
      spellings(flag).map((name) => {
        const option = name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
        const { value, choices } = flag;
        const argument = {
          none: '',
          choice: ` -x -a ${quoted(choices.join(' '))}`,
          file: ' -r -F',
          folder: " -x -a '(__fish_complete_directories)'",
          text: ' -x',
        }[value];
        return `complete -c trustdiff -n ${quoted(when)} ${option}${argument} -d ${quoted(flag.describe)}`;
      }),
    );
  });
  return `# fish completion for trustdiff; put into ~/.config/fish/config.fish: trustdiff completion fish | source
complete -c trustdiff -n __fish_use_subcommand -a ${quoted(COMMAND_NAMES.join(' '))}
complete -c trustdiff -n '__fish_seen_subcommand_from root; and not __fish_seen_subcommand_from ${ROOT_NAMES.join(' ')}' -f -a ${quoted(ROOT_NAMES.join(' '))}
complete -c trustdiff -n '__fish_seen_subcommand_from completion' -f -a ${quoted(SHELLS.join(' '))}
${lines.join('\n')}
`;
}
