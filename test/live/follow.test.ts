/** `--follow`: answers about a recording that goes on, and an end when it ends. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TopResult } from '../../src/replay/answers/top.js';
import { expectSchema } from '../commands/schemas.js';
import { until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { pyspy, startPyspy, traceName, workFolder } from '../support/pyspy.js';
import { startTarget } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

describeOnePython('a recording that goes on', (python) => {
  test('is answered about again and again, until it ends', async () => {
    const target = await startTarget(python, 'workers.py');
    const trace = traceName();
    const recorder = startPyspy(['record', '--pid', String(target.pid), '-o', trace]);
    await until('it is being recorded', () => infoNow(trace)?.samples);
    const picture = join(workFolder(), 'live.svg');
    const top = startPyspy([
      'top',
      trace,
      '--follow',
      '--json',
      '--interval',
      '0.3s',
      '--from',
      '-1s',
      '--idle',
    ]);
    const flame = startPyspy(['flame', trace, '--follow', '--interval', '0.3s', '-o', picture]);
    const results = (): TopResult[] =>
      top.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    await until('there are answers of different moments', () => {
      const ends = new Set(results().map(({ window }) => window.to_s));
      return ends.size > 2;
    });
    await until('there is a picture', () => existsSync(picture));
    const first = statSync(picture).ino;
    await until('there is another', () => statSync(picture).ino !== first);
    await target.stop();
    await recorder.exited;
    expect(await top.exited).toMatchObject({ status: 0, stderr: '' });
    expect(await flame.exited).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^All threads were idle\. .*\nwrote .*live\.svg\n$/),
    });
    for (const result of results()) expectSchema('top', result);
    const last = results().at(-1)!;
    expect(last.state).toBe('complete');
    expect(last.window.to_s - last.window.from_s).toBeCloseTo(1, 3);
    expect(results()[0]!.state).toBe('recording');
    expect(readFileSync(picture, 'utf8')).toMatch(/<\/svg>\n$/);
  });

  test('is left at Ctrl-C, and goes on', async () => {
    const target = await startTarget(python, 'workers.py');
    const trace = traceName();
    startPyspy(['record', '--pid', String(target.pid), '-o', trace]);
    await until('it is being recorded', () => infoNow(trace)?.samples);
    const top = startPyspy(['top', trace, '--follow', '--idle']);
    await until('there is a table', () => top.stdout.includes('self s'));
    top.process.kill('SIGINT');
    expect(await top.exited).toMatchObject({ status: 0 });
    expect(infoNow(trace)?.state).toBe('recording');
  });

  test('needs a file for its pictures', async () => {
    expect(await pyspy('flame', 'any.trace', '--follow', '-o', '-')).toMatchObject({ status: 2 });
    expect(await pyspy('top', 'any.trace', '--interval', '1s')).toMatchObject({ status: 2 });
  });
});
