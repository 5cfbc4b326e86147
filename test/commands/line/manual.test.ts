/** The manual page has every command and option, and nothing that roff would take for its own. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createProgram } from '../../../src/cli.js';
import { manualPage } from '../../../src/commands/line/manual.js';
import { exitStatus } from '../../../src/errors.js';

const program = createProgram();
const page = manualPage(program);
const hasGroff = spawnSync('groff', ['--version']).status === 0;

test('every command, option and exit status is in it', () => {
  const plain = page.replaceAll('\\-', '-');
  for (const command of program.commands) {
    const { name, hidden } = { name: command.name(), hidden: command.name() === 'complete' };
    expect(plain.includes(`.SS ${name}\n`), name).toBe(!hidden);
    if (!hidden)
      for (const { flags } of command.options.filter((option) => !option.hidden))
        expect(plain, name).toContain(`.B ${flags}\n`);
  }
  for (const status of Object.values(exitStatus)) expect(plain).toContain(`.B ${status}\n`);
});

test('lines that begin like a request are one', () => {
  for (const line of page.split('\n'))
    if (/^[.']/.test(line)) expect(line).toMatch(/^\.(?:TH|SH|SS|TP|B|I|nf|fi)(?: |$)/);
  expect(page.replace(/\\(?:[-e&]|\[u[0-9A-F]{4,6}\])/g, '')).not.toContain('\\');
});

test.skipIf(!hasGroff)('groff has nothing to complain about (needs groff)', () => {
  const { status, stdout, stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8'], {
    input: page,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  // Bold is a letter over itself.
  expect(stdout.replace(/.\x08/g, '')).toContain('--subprocesses');
});
