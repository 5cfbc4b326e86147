/** What the operating system says of the thread that samples, and of everything that pyspy starts. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { ask, startPyspy, traceName } from '../support/pyspy.js';
import { commandOf } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

const policies = { normal: 0, fifo: 1 } as const;

/** Scheduling policy and real-time priority of each thread of a process: fields 41 and 40 of proc_pid_stat(5). */
function scheduling(pid: number): { policy: number; priority: number }[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { policy: Number(fields[38]), priority: Number(fields[37]) };
  });
}

const isRoot = process.getuid?.() === 0;

describeOnePython('the thread that samples', (python) => {
  const record = async (...options: string[]) => {
    const trace = traceName();
    const command = await commandOf(python, 'talk.py');
    const recorder = startPyspy(['record', '-o', trace, ...options, '--', ...command]);
    const pid = await recorder.told<number>('ready');
    await until('it is being recorded', () => infoNow(trace)?.samples);
    const threads = scheduling(recorder.process.pid!);
    const ofTarget = scheduling(pid);
    recorder.tell('exit 0');
    const { status, stderr } = await recorder.exited;
    expect(status, stderr).toBe(0);
    const { recordings } = await ask('info', trace);
    return { threads, ofTarget, stderr, said: recordings[0]!.scheduling };
  };

  test('is real-time where that is allowed, at the lowest level; no other thread is, and not the command', async () => {
    const { threads, ofTarget, stderr, said } = await record();
    const raised = threads.filter(({ policy }) => policy !== policies.normal);
    if (isRoot && said !== 'refused') {
      expect(raised).toEqual([{ policy: policies.fifo, priority: 1 }]);
      expect(['real-time', 'given-up']).toContain(said);
    } else {
      expect(raised).toEqual([]);
      expect(said).toBe('refused');
    }
    expect(stderr).toMatch(said === 'real-time' ? /at a real-time priority/ : /without a real-time priority/);
    for (const { policy } of ofTarget) expect(policy).toBe(policies.normal);
  });

  test.each([[['--no-realtime']], [['--rate', 'max']], [['--rate', '5000']]])(
    'is as others with %s',
    async (options) => {
      const { threads, ofTarget, said } = await record(...options);
      expect(said).toBe('normal');
      for (const { policy } of [...threads, ...ofTarget]) expect(policy).toBe(policies.normal);
    },
  );
});
