/** `pyspy completion SHELL`: a script for the shell, which then asks pyspy itself what can come next. */
import { Argument, type Command, type Option } from 'commander';
import { print } from '../run/output/stdout.js';
import { hasRecorder } from '../run/processes/recorder.js';

/** Told to the shell where a file is expected. */
const files = ':files';

/** What each shell reads, as `pyspy completion` prints it. */
export const completionScripts = {
  bash: `_pyspy() {
  local IFS=$'\\n' line
  COMPREPLY=()
  for line in $(pyspy complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
    if [ "$line" = ${files} ]; then compopt -o default; return; fi
    COMPREPLY+=("\${line%%$'\\t'*}")
  done
}
complete -F _pyspy pyspy
`,
  zsh: `#compdef pyspy
_pyspy() {
  local line; local -a found
  for line in "\${(@f)$(pyspy complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == ${files} ]]; then _files; return; fi
    [[ -n $line ]] && found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe pyspy found
}
# Found in fpath, this file is the function when it is first called; sourced, it is not.
if [[ $funcstack[1] == _pyspy ]]; then _pyspy "$@"; else compdef _pyspy pyspy; fi
`,
  fish: `function __pyspy_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  set -e before[1]
  for line in (pyspy complete -- $before "$current" 2>/dev/null)
    if test "$line" = ${files}
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c pyspy -f -a '(__pyspy_complete)'
`,
};

/** Tells which command options without one are meant for. */
type ShortFor = (words: readonly string[]) => string;

export function registerCompletion(program: Command, shortFor: ShortFor): void {
  program
    .command('completion')
    .description('print a script that completes commands, options, pids and files in a shell')
    .addArgument(new Argument('<shell>', 'shell to complete in').choices(Object.keys(completionScripts)))
    .addHelpText(
      'after',
      `
To install it, once:
  bash:  mkdir -p ~/.local/share/bash-completion/completions
         pyspy completion bash >\\
           ~/.local/share/bash-completion/completions/pyspy
  zsh:   pyspy completion zsh > "\${fpath[1]}/_pyspy"
  fish:  pyspy completion fish > ~/.config/fish/completions/pyspy.fish`,
    )
    .action((shell: keyof typeof completionScripts) => print(completionScripts[shell]));
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: string[]) => {
      for (const line of await candidates(program, words, shortFor)) await print(`${line}\n`);
    });
}

/**
 * What can stand in the place of the last word, each with a tab and a few words about it behind it.
 * @param words after "pyspy", the last as far as it is typed
 */
async function candidates(program: Command, words: readonly string[], shortFor: ShortFor): Promise<string[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  // What follows "--" is the user's own command.
  if (before.includes('--')) return [files];
  const name = before[0]?.startsWith('-') ? shortFor(before) : before.find((word) => !word.startsWith('-'));
  const command = program.commands.find((each) => each.name() === name);
  const asked = optionOf(command ?? program, before.at(-1));
  if (asked !== undefined && (asked.required || asked.optional)) return valuesOf(asked, current);
  const options = (command ?? program).options.filter(({ hidden }) => !hidden);
  if (current.startsWith('-'))
    return matching(
      options.map(({ long, short, description }) => [long ?? short ?? '', description]),
      current,
    );
  if (command !== undefined) {
    const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
    return choices.length > 0
      ? matching(
          choices.map((choice) => [choice, '']),
          current,
        )
      : [files];
  }
  const shown = program.createHelp().visibleCommands(program);
  return matching(
    shown.map((each) => [each.name(), each.description()]),
    current,
  );
}

function optionOf(command: Command, word: string | undefined): Option | undefined {
  return command.options.find(({ long, short }) => word !== undefined && (word === long || word === short));
}

async function valuesOf(option: Option, current: string): Promise<string[]> {
  if (option.argChoices)
    return matching(
      option.argChoices.map((choice) => [choice, '']),
      current,
    );
  if (option.long !== '--pid') return [files];
  if (!hasRecorder()) return [];
  const { listReadable } = await import('../run/processes/find-process.js');
  return matching(
    listReadable().map(({ pid, command }) => [String(pid), command.join(' ')]),
    current,
  );
}

/** One line each: names and commands may hold anything. */
function matching(all: readonly (readonly [string, string])[], current: string): string[] {
  return all
    .filter(([value]) => value.startsWith(current))
    .map(([value, description]) => `${value}\t${description.replace(/\p{Cc}+/gu, ' ').slice(0, 100)}`);
}
