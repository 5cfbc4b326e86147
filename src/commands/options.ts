/** Options that several commands share, and how their values are read. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type FilterOptions, tornChoices } from '../replay/filter.js';

export interface WindowOptions {
  readonly from?: string;
  readonly to?: string;
}

/** An option whose default may stand in the environment: PYSPY_MAX_SIZE for --max-size. */
export function optionWithDefault(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.env(`PYSPY_${option.long!.slice(2).toUpperCase().replaceAll('-', '_')}`);
}

/** Adds options under a heading of their own in --help; those that follow stand where they stood before. */
export function addGroup(command: Command, heading: string, add: (command: Command) => void): Command {
  const before = command.optionsGroup();
  add(command.optionsGroup(heading));
  return command.optionsGroup(before === '' ? 'Options:' : before);
}

/** --from and --to. */
export function addWindowOptions(command: Command, addMore: (command: Command) => void = () => {}): Command {
  return addGroup(command, 'Time window:', (group) => {
    group
      .option(
        '--from <time>',
        'begin here: 10s, 1m30s, 00:01:30, -10s (from the end), 50%, T14:03:22, a mark (default: beginning)',
      )
      .option('--to <time>', 'end just before here; same forms (default: end)');
    addMore(group);
  });
}

/** --thread, --process, --gil, --gil-wait, --gc, --torn, --idle and --cpu. */
export function addFilterOptions(command: Command): Command {
  return addGroup(command, 'Which samples count:', (group) =>
    group
      .option('--thread <regex>', 'only threads whose name at that time matches (default: all)')
      .option(
        '--process <which>',
        'only processes with this pid, or whose command matches this regex (default: all)',
      )
      .option('--gil', 'only samples that held the GIL')
      .option('--gil-wait', 'only samples that waited for the GIL')
      .option('--gc', 'only samples in garbage collection')
      .addOption(
        new Option(
          '--torn <which>',
          'torn samples, whose stack is not certain in part: with them, without, or alone (default: keep)',
        ).choices(tornChoices),
      )
      .option('--idle', 'idle threads too')
      .option('--cpu', 'weigh by CPU time instead of wall time'),
  );
}

/** --focus, --exclude, --hide-importlib and --collapse-recursion. */
export function addStackFilterOptions(command: Command): Command {
  return addGroup(command, 'Which stacks count, and as what:', (group) =>
    group
      .option('--focus <regex>', 'only stacks on which a function or file matches (default: all)')
      .option('--exclude <regex>', 'no stacks on which a function or file matches (default: none)')
      .option('--hide-importlib', "no frames of Python's import machinery; their time is their caller's")
      .option('--collapse-recursion', 'one frame for a function that calls itself'),
  );
}

/** Puts examples behind a command's help. */
export function addExamples(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
}

/** --json. */
export function addJsonOption(command: Command): Command {
  return command.addOption(new Option('--json', 'print JSON, as described in schema/'));
}

/** The filters in force, in words for a heading; empty when there are none. */
export function describeFilter(options: FilterOptions): string[] {
  return [
    ...(options.thread === undefined ? [] : [`threads matching /${options.thread}/`]),
    ...(options.process === undefined
      ? []
      : [
          /^\d+$/.test(options.process)
            ? `process ${options.process}`
            : `processes matching /${options.process}/`,
        ]),
    ...(options.gil ? ['holding the GIL'] : []),
    ...(options.gilWait ? ['waiting for the GIL'] : []),
    ...(options.gc ? ['in garbage collection'] : []),
    ...(options.torn === 'omit' ? ['without torn samples'] : []),
    ...(options.torn === 'only' ? ['torn samples only'] : []),
    ...(options.idle ? ['idle threads included'] : []),
    ...(options.focus === undefined ? [] : [`stacks through /${options.focus}/`]),
    ...(options.exclude === undefined ? [] : [`no stacks through /${options.exclude}/`]),
    ...(options.hideImportlib ? ['importlib hidden'] : []),
    ...(options.collapseRecursion ? ['recursion collapsed'] : []),
  ];
}

/** A whole number of at least 0, from an option's text. @throws InvalidArgumentError, a usage error */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

/** A process id, decimal or hexadecimal. @throws InvalidArgumentError, a usage error */
export function parsePid(text: string): number {
  const pid = Number(text);
  if (!/^(\d+|0x[0-9a-f]+)$/i.test(text) || pid < 1 || pid > 2 ** 31)
    throw new InvalidArgumentError('It must be a process id.');
  return pid;
}
