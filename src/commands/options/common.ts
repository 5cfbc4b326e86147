/** Options that several commands share, and how their values are read. */
import { type Command, InvalidArgumentError, Option } from 'commander';

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

/** Puts examples behind a command's help. */
export function addExamples(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
}

/** Lists formats in a command's help. @param heading what stands above them @param aboutOf what is said of each */
export function addFormatList<Name extends string>(
  command: Command,
  heading: string,
  names: readonly Name[],
  aboutOf: (name: Name) => string,
): Command {
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${aboutOf(name)}`);
  return command.addHelpText('after', `\n${heading}:\n${lines.join('\n')}`);
}

/** --json. */
export function addJsonOption(command: Command): Command {
  return command.addOption(new Option('--json', 'print JSON, as described in schema/'));
}

/** A whole number of at least 0, from an option's text. @throws InvalidArgumentError, a usage error */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

/** A share of 0 to 100 %, from an option's text. @throws InvalidArgumentError, a usage error */
export function parsePercent(text: string): number {
  const value = Number(text.replace(/ ?%$/, ''));
  if (!/^[\d.]/.test(text) || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError('It must be a number from 0 to 100.');
  return value;
}

/** A process id, decimal or hexadecimal. @throws InvalidArgumentError, a usage error */
export function parsePid(text: string): number {
  const pid = Number(text);
  if (!/^(\d+|0x[0-9a-f]+)$/i.test(text) || pid < 1 || pid > 2 ** 31)
    throw new InvalidArgumentError('It must be a process id.');
  return pid;
}
