/** Help: three ways in first, examples last, and between them lines that fit and options that tell their defaults. */
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli.js';
import { runCli } from './run-cli.js';

const program = createProgram();
const commands = program.commands.map((command) => command.name()).filter((name) => name !== 'complete');

test.each(commands)('%s', async (name) => {
  const { stdout, status } = await runCli(name, '--help');
  expect(status).toBe(0);
  // What a completion is for is shown by how it is installed.
  expect(stdout).toMatch(name === 'completion' ? /To install it, once:\n/ : /\nExamples:\n {2}pyspy /);
});

test('begins with what needs no command', async () => {
  const { stdout } = await runCli('--help');
  const [pid, program, flame] = stdout.split('\n').slice(0, 3);
  expect(pid).toMatch(/^Usage: pyspy --pid PID /);
  expect(program).toMatch(/^ {7}pyspy -- python program\.py /);
  expect(flame).toMatch(/^ {7}pyspy --flame out\.svg --pid PID /);
});

test.each(['', ...commands])('fits 80 columns: %s', async (name) => {
  const { stdout } = await runCli(...(name === '' ? [] : [name]), '--help');
  expect(stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
});

/** These have none: without them, something else is meant. */
const withoutDefault = ['--pid', '--all', '--at'];

test.each(commands)('%s: every option that takes a value tells its default', (name) => {
  const help = program.createHelp();
  const command = program.commands.find((each) => each.name() === name)!;
  const silent = help
    .visibleOptions(command)
    .filter(({ required, mandatory, long }) => required && !mandatory && !withoutDefault.includes(long!))
    .filter((option) => !/\bdefault: /.test(help.optionDescription(option)));
  expect(silent.map(({ flags }) => flags)).toEqual([]);
});

test('diff has its many options in groups', async () => {
  const { stdout } = await runCli('diff', '--help');
  const headings = stdout.split('\n').filter((line) => /^[A-Z].*:$/.test(line));
  expect(headings).toEqual([
    'Arguments:',
    'What is compared:',
    'What counts, and the exit status:',
    'What is shown:',
    'Time window:',
    'Which samples count:',
    'Which stacks count, and as what:',
    'Options:',
    'Examples:',
  ]);
  const [, longest] = [...stdout.split(/\n(?=[A-Z].*:\n)/)]
    .map((part) => part.split('\n  -').length - 1)
    .sort((a, b) => a - b)
    .reverse();
  expect(longest).toBeLessThanOrEqual(8);
});
