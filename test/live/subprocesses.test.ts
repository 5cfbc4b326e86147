/** `pyspy record --subprocesses`: children and grandchildren in one trace, each with what it did. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { isAlive, until } from '../support/conditions.js';
import { describeOnePython, describeSomePythons } from '../support/each-python.js';
import { expectFigure, expectNear, measured } from '../support/figures.js';
import { ask, pyspyWell, startPyspy, traceName, workFolder } from '../support/pyspy.js';
import { commandOf, startTarget } from '../support/targets.js';
import { infoNow } from '../support/trace-view.js';

/** CPU seconds of each process of a trace, by pid. */
async function cpuByProcess(trace: string): Promise<Map<number, number>> {
  const { rows } = await ask('top', trace, '--by', 'process', '--cpu', '--idle');
  return new Map(rows.map(({ process, self_s }) => [process!.pid, self_s]));
}

describeSomePythons('children by multiprocessing', (python) => {
  test.for(['fork', 'spawn', 'forkserver'])(
    '%s have their own time and place',
    measured(async (method: string) => {
      const trace = traceName();
      const command = await commandOf(python, 'family.py', method, '2', '1.2');
      const recorder = startPyspy(['record', '--subprocesses', '-o', trace, '--', ...command]);
      const pids = {
        main: await recorder.told<number>('main'),
        left: await recorder.told<number>('left'),
        right: await recorder.told<number>('right'),
      };
      expect(await recorder.exited).toMatchObject({ status: 0 });
      const info = await ask('info', trace);
      expect(info.state).toBe('complete');
      const parents = new Map(info.processes.map(({ pid, parent_pid }) => [pid, parent_pid]));
      expect(parents.get(pids.main)).toBeNull();
      const starter = parents.get(pids.left)!;
      expect(parents.get(pids.right)).toBe(starter);
      // The server of forkserver stands between.
      if (method === 'forkserver') expect(parents.get(starter)).toBe(pids.main);
      else expect(starter).toBe(pids.main);
      const cpu = await cpuByProcess(trace);
      // What a child did in its first moments is not seen; they last longer where all processors are busy.
      for (const [name, seconds] of [
        ['left', 2],
        ['right', 1.2],
      ] as const) {
        expectNear(`${name}, in s`, cpu.get(pids[name])!, seconds, 0.5);
        const { rows } = await ask('top', trace, '--process', String(pids[name]), '--cpu');
        const share = (what: string) => rows.find((row) => row.function === what)?.total_pct ?? 0;
        expectFigure(name, share(name), { above: 70 });
        expect(share(name === 'left' ? 'right' : 'left')).toBe(0);
      }
    }),
  );
});

describeSomePythons('a pool of processes', (python) => {
  test.for(['fork', 'spawn'])(
    '%s: each worker has the time that its jobs took',
    measured(async (method: string, { skip }: TestContext) => {
      const trace = traceName();
      const command = await commandOf(python, 'family.py', 'pool', method, '150');
      const recorder = startPyspy(['record', '-s', '-o', trace, '--', ...command]);
      const told = await recorder.told<Record<string, number> | null>('used');
      if (told === null) return skip('this root has no semaphores (/dev/shm), and so no pools');
      const used = new Map(Object.entries(told).map(([pid, s]) => [Number(pid), s]));
      expect(await recorder.exited).toMatchObject({ status: 0 });
      expect(used.size).toBe(3);
      for (const [pid, seconds] of used) {
        const { rows } = await ask('top', trace, '--process', String(pid), '--cpu');
        const seen = rows.find((row) => row.function === 'job')?.total_s ?? 0;
        expectFigure(`jobs of ${pid}`, seen, { above: seconds * 0.7 - 0.1, below: seconds * 1.15 + 0.1 });
      }
    }),
  );
});

/** A process that may have ended by itself. */
function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {}
}

describeOnePython('descendants', (python) => {
  test('of a shell are found, whatever runs between, and through exec', async () => {
    const folder = workFolder();
    const trace = traceName();
    const family = await commandOf(python, 'family.py', 'fork', '0.8', '0.5');
    const talk = await commandOf(python, 'talk.py');
    const script = join(folder, 'both.sh');
    writeFileSync(script, `true\n${family.join(' ')} &\nsleep 0.2\nexec ${talk.join(' ')}\n`);
    const recorder = startPyspy(['record', '-s', '-o', trace, '--', 'sh', script]);
    const ready = await recorder.told<number>('ready');
    const left = await recorder.told<number>('left');
    await until('both are recorded, and the first is over', () => {
      const seen = infoNow(trace)?.processes.map(({ pid }) => pid) ?? [];
      return seen.includes(ready) && seen.includes(left) && !isAlive(left);
    });
    recorder.tell('exit 7');
    expect((await recorder.exited).status).toBe(7);
    const info = await ask('info', trace);
    expect(info.state).toBe('complete');
    const commands = info.processes.map(({ command }) => command.join(' '));
    expect(commands.filter((command) => command.includes('family.py'))).toHaveLength(3);
    expect(commands.filter((command) => command.includes('talk.py'))).toHaveLength(1);
    expect(commands.some((command) => /^sleep|^sh /.test(command))).toBe(false);
  });

  test(
    'that come and go by the dozen share their time rightly',
    measured(async () => {
      const trace = traceName();
      const command = await commandOf(python, 'family.py', 'brief', '40', '0.1');
      await pyspyWell('record', '-s', '-o', trace, '--', ...command);
      const info = await ask('info', trace);
      const parent = info.processes[0]!.pid;
      const children = info.processes.filter(({ parent_pid }) => parent_pid === parent);
      expectFigure('children', children.length, { above: 30 });
      const { rows } = await ask('top', trace, '--cpu', '--process', 'family.py');
      expectFigure('brief', rows.find((row) => row.function === 'brief')?.total_pct, { above: 80 });
      const cpu = await cpuByProcess(trace);
      for (const { pid } of children) expectFigure(`${pid}, in s`, cpu.get(pid) ?? 0, { below: 0.25 });
    }),
  );

  test(
    'that come and go by the hundred, four at a time, are nearly all seen, each with its time',
    measured(async () => {
      const trace = traceName();
      const command = await commandOf(python, 'family.py', 'storm', '250', '0.06');
      const recorder = startPyspy(['record', '-s', '-o', trace, '--', ...command]);
      const used = new Map(
        Object.entries(await recorder.told<Record<string, number>>('used')).map(([pid, s]) => [
          Number(pid),
          s,
        ]),
      );
      expect(await recorder.exited).toMatchObject({ status: 0 });
      const cpu = await cpuByProcess(trace);
      const seen = [...used.keys()].filter((pid) => cpu.has(pid));
      expect(used.size).toBe(250);
      expectFigure('seen', seen.length, { above: 225 });
      const sum = (pids: Iterable<number>, of: Map<number, number>): number =>
        [...pids].reduce((total, pid) => total + of.get(pid)!, 0);
      // What one did before it was found is missing, and in its last moments.
      const all = sum(seen, used);
      expectFigure('their time', sum(seen, cpu), { above: 0.5 * all, below: 1.05 * all });
      const { rows } = await ask('top', trace, '--cpu', '--process', 'family.py');
      expectFigure('brief', rows.find((row) => row.function === 'brief')?.total_pct, { above: 80 });
    }),
  );

  test(
    '500 processes with 2,000 threads are followed at 20 Hz',
    measured(async () => {
      const command = await commandOf(python, 'family.py', 'crowd', '500', '4');
      const trace = traceName();
      const recorder = startPyspy(['record', '-s', '-r', '20', '-o', trace, '--', ...command]);
      const root = await recorder.told<number>('ready');
      await until('all are there', () => (infoNow(trace)?.processes.length ?? 0) >= 500, 60_000);
      const before = infoNow(trace)!;
      const after = await until('ten more seconds are recorded', () => {
        const info = infoNow(trace);
        return info !== null && info.duration_s > before.duration_s + 10 ? info : null;
      });
      for (const { pid } of after.processes) if (pid !== root) killQuietly(pid);
      killQuietly(root);
      await recorder.exited;
      const ticks = after.ticks - before.ticks;
      const missed = after.missed - before.missed;
      expectFigure('missed', missed / (ticks + missed), { below: 0.05 });
      expectFigure('samples', after.samples - before.samples, { above: ticks * 1900 });
      expectFigure('errors', after.errors / after.samples, { below: 0.01 });
    }),
  );

  test('are followed from a process that runs already, until the last one ends', async () => {
    const target = await startTarget(python, 'workers.py');
    const trace = traceName();
    const recorder = startPyspy(['record', '-s', '--pid', String(target.pid), '-o', trace]);
    await until('it is being recorded', () => infoNow(trace)?.samples);
    await target.stop();
    expect(await recorder.exited).toMatchObject({ status: 0 });
    expect((await recorder.exited).stderr).toMatch(/the program ended/);
  });
});
