/** Targets that end, change and stand still while they are read: whatever is said of them is true, and the end is clean. */
import { expect, test } from 'vitest';
import { status } from '../../src/format/vocabulary.js';
import { processStatus, until } from '../support/conditions.js';
import { describeSomePythons } from '../support/each-python.js';
import { ask, dumpThreads, pyspy, startPyspy, traceName } from '../support/pyspy.js';
import { startTarget } from '../support/targets.js';
import { infoNow, readSamples } from '../support/trace-view.js';

const marked = status.torn | status.failed;

/** Every good stack is one thread's own: frames of one number only, in their order. @returns how many there are */
function expectTrueStacks(trace: string): number {
  let seen = 0;
  for (const { flags, functions } of readSamples(trace)) {
    if (flags & marked) continue;
    const own = functions.filter((name) => /_\d+$/.test(name));
    if (own.length === 0) continue;
    seen++;
    expect(new Set(own.map((name) => name.replace(/^.*_/, ''))).size, own.join()).toBe(1);
    const parts = own.map((name) => name.replace(/_\d+$/, ''));
    expect(['inner', 'middle', 'outer'].slice(3 - parts.length), own.join()).toEqual(parts);
    expect(functions.slice(functions.indexOf(own.at(-1)!) + 1), functions.join()).toContain('run');
  }
  return seen;
}

describeSomePythons('a target', (python) => {
  test('whose threads end while they are read, and that is then killed', async () => {
    const target = await startTarget(python, 'hasty.py');
    const trace = traceName();
    const recorder = startPyspy(['record', '--pid', String(target.pid), '--rate', '1000', '-o', trace]);
    await until(
      'some of its threads were met',
      () => infoNow(trace)?.samples && expectTrueStacks(trace) > 10,
    );
    target.kill('SIGKILL');
    expect(await recorder.exited).toMatchObject({ status: 0, stdout: '' });
    expect(await ask('info', trace)).toMatchObject({
      state: 'complete',
      recordings: [{ end_reason: 'target-exited' }],
    });
    expectTrueStacks(trace);
  });

  test('that replaces itself again and again', async () => {
    const target = await startTarget(python, 'hasty.py', '12');
    const trace = traceName();
    const recorder = startPyspy(['record', '--pid', String(target.pid), '--rate', '1000', '-o', trace]);
    await until('it is being recorded', () => infoNow(trace)?.samples);
    target.tell('go');
    expect(await target.exited).toMatchObject({ status: 0, stderr: '' });
    expect(await recorder.exited).toMatchObject({ status: 0, stdout: '' });
    const info = await ask('info', trace);
    expect(info).toMatchObject({ state: 'complete', recordings: [{ end_reason: 'target-exited' }] });
    expect(info.processes.map(({ pid }) => pid)).toEqual([target.pid]);
    expect(info.processes[0]!.replaced!.length).toBeGreaterThan(0);
    expectTrueStacks(trace);
  });

  test('that is stopped is dumped all the same', async () => {
    const target = await startTarget(python, 'share.py');
    target.kill('SIGSTOP');
    await until('it is stopped', () => processStatus(target.pid, 'State')?.startsWith('T'));
    const threads = await dumpThreads(target.pid);
    const main = threads.find(({ os_thread_id }) => os_thread_id === target.pid)!;
    expect(main).toMatchObject({ status: 'idle', torn: false, failed: false });
    expect(main.frames.map((frame) => frame.function)).toContain('main');
  });

  test('that is killed while it is dumped is dumped or said to have ended', async () => {
    const outcomes = await Promise.all(
      [0, 40, 80, 120, 160, 200].map(async (delayMs) => {
        const target = await startTarget(python, 'hasty.py');
        const dump = pyspy('dump', '--pid', String(target.pid));
        // Not a wait for a condition: the deaths are spread over the life of the command.
        setTimeout(() => target.kill('SIGKILL'), delayMs);
        return dump;
      }),
    );
    for (const { status: code, stdout, stderr } of outcomes)
      if (code === 0) expect(stdout).toContain('Thread ');
      else {
        expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
        expect(stderr).toMatch(/^pyspy: .*process \d+.*\nhint: .+\n$/);
      }
  });
});
