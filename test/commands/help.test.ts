/** Every command's help ends with examples. */
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli.js';
import { runCli } from './run-cli.js';

const commands = createProgram()
  .commands.map((command) => command.name())
  .filter((name) => name !== 'complete');

test.each(commands)('%s', async (name) => {
  const { stdout, status } = await runCli(name, '--help');
  expect(status).toBe(0);
  // What a completion is for is shown by how it is installed.
  expect(stdout).toMatch(name === 'completion' ? /To install it, once:\n/ : /\nExamples:\n {2}pyspy /);
});
