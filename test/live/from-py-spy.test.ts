/** Each command that docs/from-py-spy.md gives for one of py-spy works. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeOnePython } from '../support/each-python.js';
import { pyspyWell, startPyspy, workFolder } from '../support/pyspy.js';
import { commandOf, startTarget } from '../support/targets.js';

const page = readFileSync(fileURLToPath(new URL('../../docs/from-py-spy.md', import.meta.url)), 'utf8');

/** What stands in the first or second column of the page's tables, but for what is refused. */
const commands = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .flatMap((line) => line.split('|').slice(1, 3))
  .flatMap((cell) => /^`pyspy ([^…]*)`$/.exec(cell.trim())?.[1] ?? []);

describeOnePython('a command for those who know py-spy', (python) => {
  test('all of them, in their order', async () => {
    expect(commands.length).toBeGreaterThan(20);
    const target = await startTarget(python, 'share.py');
    const program = await commandOf(python, 'share.py', '1.5', '0', '0');
    const folder = workFolder();
    await pyspyWell('record', '-o', join(folder, 'run.trace'), '--', ...program);
    for (const command of commands) {
      const args = command
        .split(' ')
        .flatMap((word, at, all) => (word === 'python' ? program : all[at - 1] === 'python' ? [] : [word]))
        .map((word) => word.replace(/^PID$/, String(target.pid)));
      const outcome = await startPyspy(args, { cwd: folder }).exited;
      expect(outcome, `pyspy ${command}`).toMatchObject({ status: 0 });
    }
    // Some thirty commands, each for a second or more.
  }, 240_000);
});
