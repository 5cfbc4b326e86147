/** The manual page, made of what the commands say of themselves. */
import type { Command } from 'commander';
import { type ErrorKind, exitStatus } from '../../errors.js';

const meanings: Readonly<Record<ErrorKind, string>> = {
  regression: 'diff --gate found a regression.',
  usage: 'Wrong usage: an unknown option, a value that does not parse, a file that exists already.',
  notComparable: 'diff was given recordings that cannot be compared.',
  inconclusive: 'diff --require-power had too little data to tell.',
  target:
    'The process cannot be read: there is none, no permission, not a Python, an unsupported version or system.',
  trace: 'The trace cannot be read, or verify found a problem.',
  refused: 'push: the server does not take what was sent.',
  internal: 'Internal error.',
  output: 'Output could not be written to its end.',
  unsent: 'push: the server was away or busy, and may take it later.',
  installation:
    'This installation does not run on this Node: too old a version, or modules built for another.',
  interrupted: 'The user stopped work that had not yet written anything.',
};

const environment: readonly (readonly [string, string])[] = [
  [
    'PYSPY_RATE, PYSPY_DURATION, PYSPY_SUBPROCESSES, PYSPY_KEEP, PYSPY_MAX_SIZE, PYSPY_LIMIT',
    'Defaults of the options of these names.',
  ],
  ['PYSPY_DEBUG', 'If set, an error is followed by where in the code it was thrown.'],
  ['OTEL_SERVICE_NAME', 'Name of the service, for push.'],
  ['PYSPY_PUSH_BEARER, PYSPY_PUSH_BASIC', 'Credentials for push: a token; USER:PASSWORD.'],
  ['POD_NAME, POD_NAMESPACE, NODE_NAME', 'Labels that push adds.'],
  ['NO_COLOR', 'If set, no colour.'],
];

/**
 * Makes a manual page (man(7)).
 * @param program with its commands
 */
export function manualPage(program: Command): string {
  const help = program.createHelp();
  const lines = [
    `.TH PYSPY 1 "" "pyspy ${roff(program.version() ?? '')}" "User Commands"`,
    '.SH NAME',
    'pyspy \\- a sampling profiler for Python programs that records first and answers questions later',
    '.SH SYNOPSIS',
    '.nf',
    ...help
      .visibleCommands(program)
      .filter((command) => command.name() !== 'help')
      .flatMap((command) =>
        help
          .commandUsage(command)
          .split('\n')
          .map((line) => roff(line.trim())),
      ),
    '.fi',
    '.SH DESCRIPTION',
    roff(program.description()),
    'Programs are read, never paused or changed.',
    '.SH COMMANDS',
  ];
  for (const command of help.visibleCommands(program)) {
    if (command.name() === 'help') continue;
    lines.push(`.SS ${roff(command.name())}`, `${roff(sentence(command.description()))}`);
    for (const argument of help.visibleArguments(command))
      lines.push('.TP', `.I ${roff(argument.name())}`, roff(sentence(help.argumentDescription(argument))));
    for (const option of help.visibleOptions(command))
      lines.push('.TP', `.B ${roff(option.flags)}`, roff(sentence(help.optionDescription(option))));
  }
  lines.push('.SH EXIT STATUS', '.TP', '.B 0', 'Fine. A command that pyspy started gives its own status.');
  const kinds = Object.entries(exitStatus) as [ErrorKind, number][];
  for (const [kind, status] of kinds) lines.push('.TP', `.B ${status}`, roff(meanings[kind]));
  lines.push('.SH ENVIRONMENT');
  for (const [names, text] of environment) lines.push('.TP', `.B ${roff(names)}`, roff(text));
  return `${lines.join('\n')}\n`;
}

/** Text as roff takes it: no escapes, no requests, and hyphens that can be copied. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/\s+/g, ' ')
    .replace(/^([.'])/, '\\&$1')
    .replace(
      /[^\x20-\x7e]/gu,
      (sign) => `\\[u${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

function sentence(text: string): string {
  return text === '' ? '' : `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
