/** `dump --tasks`: tasks of asyncio, with what they wait for, as the program has arranged them. */
import { expect, test } from 'vitest';
import type { DumpTask } from '../../src/format/dump-result.js';
import { expectArrangedTasks, functionsOf } from '../support/arranged-tasks.js';
import { describeEachPython, describeEachPythonAtOnce, describeOnePython } from '../support/each-python.js';
import { expectFigure, expectNear, measured } from '../support/figures.js';
import { ask, pyspy, pyspyWell, startPyspy, traceName } from '../support/pyspy.js';
import { freeThreadedMinors, supportedMinors } from '../support/pythons.js';
import { scoped } from '../support/scope.js';
import { commandOf, startTarget } from '../support/targets.js';

const withTasks = [
  ...supportedMinors.filter((minor) => Number(minor.split('.')[1]) >= 7),
  ...freeThreadedMinors,
];

async function dumpTasks(pid: number): Promise<readonly DumpTask[]> {
  const { processes } = await ask('dump', '--pid', String(pid), '--tasks');
  expect(processes[0]!.tasks_cut).toBe(false);
  return processes[0]!.tasks!;
}

describeEachPythonAtOnce(
  'tasks of asyncio',
  (python) => {
    for (const kind of ['c', 'python'])
      test(
        `made in ${kind}`,
        scoped(async () => {
          const target = await startTarget(python, 'tasks.py', kind);
          const tasks = await dumpTasks(target.pid);
          expectArrangedTasks(tasks, { minor: python.minor, kind, pid: target.pid });
        }),
      );
  },
  withTasks,
);

describeEachPython(
  'top --by task',
  (python) => {
    test(
      'gives each task its time, also where tasks come and go by the hundred',
      measured(async () => {
        const trace = traceName();
        const command = await commandOf(python, 'task_shares.py', '2.5');
        const recorder = startPyspy(['record', '-r', '1000', '-o', trace, '--', ...command]);
        const used = await recorder.told<Record<string, number>>('used');
        expect(await recorder.exited).toMatchObject({ status: 0 });
        const { rows, total_s } = await ask('top', trace, '--by', 'task', '--cpu');
        const seen = new Map(rows.map(({ task, self_pct }) => [task, self_pct]));
        const sum = Object.values(used).reduce((a, b) => a + b);
        const expected: Record<string, number> =
          python.minor === '3.7'
            ? { 'work()': used.heavy! + used.light!, 'plain()': used['plain()']! }
            : used;
        // What the interpreter did before and between is in no task, or in main's.
        const share = sum / total_s;
        for (const [task, seconds] of Object.entries(expected))
          expectNear(task, seen.get(task) ?? 0, (100 * share * seconds) / sum, 10);
        for (const task of seen.keys()) expect([...Object.keys(expected), 'main()', null]).toContain(task);
        // They are no frames.
        const functions = await ask('top', trace, '--cpu');
        expect(functions.rows.map((row) => row.function)).not.toContain('heavy');
        expectFigure('burn', functions.rows.find((row) => row.function === 'burn')?.total_pct, { above: 80 });
        const { stdout } = await pyspyWell('export', trace, '--format', 'folded', '-o', '-');
        expect(stdout).not.toMatch(/(^|;)(heavy|light|plain\(\))(;| )/m);
      }),
    );
  },
  withTasks,
);

describeEachPython(
  'a task whose coroutine is not outermost',
  (python) => {
    test(
      'below a generator, in a thread, and an eager one: each has its time',
      measured(async () => {
        const trace = traceName();
        const command = await commandOf(python, 'task_nested.py', '0.7');
        const recorder = startPyspy(['record', '-r', '500', '-o', trace, '--', ...command]);
        const used = await recorder.told<Record<string, number>>('used');
        expect(await recorder.exited).toMatchObject({ status: 0 });
        const { rows } = await ask('top', trace, '--by', 'task', '--cpu');
        // 3.7 has no names: a task goes by what it runs.
        const seen = new Map(rows.map(({ task, self_s }) => [task?.replace('()', '') ?? null, self_s]));
        expect(Object.keys(used)).toHaveLength(
          Number(python.minor.split('.')[1]!.replace('t', '')) >= 12 ? 3 : 2,
        );
        for (const [kind, seconds] of Object.entries(used)) {
          expectFigure(kind, seen.get(kind), { above: 0.7 * seconds, below: 1.25 * seconds });
        }
      }),
    );
  },
  withTasks,
);

describeEachPythonAtOnce(
  'a forked worker does not run the task of its parent',
  (python) => {
    const named = (name: string): string => (python.minor === '3.7' ? `${name}()` : name);

    for (const kind of ['c', 'python'])
      test(
        `made in ${kind}: dump`,
        scoped(async () => {
          const target = await startTarget(python, 'task_fork.py', kind, 'stay');
          for (const part of ['inherited', 'own']) {
            const child = await target.told<number>(part);
            const tasks = await dumpTasks(child);
            const states = Object.fromEntries(tasks.map((task) => [functionsOf(task).at(-1), task.state]));
            // 3.14 and later forget the parent's tasks that were made in C.
            expect({ parental: 'inherited', ...states }).toEqual({
              parental: 'inherited',
              ...(part === 'own' ? { own: 'running' } : {}),
            });
            const { stdout } = await pyspyWell('dump', '--pid', String(child), '--tasks');
            expect(/ran in the process that this one was forked from/.test(stdout)).toBe(
              'parental' in states,
            );
            target.tell('');
          }
        }),
      );

    test(
      'record',
      measured(async () => {
        const trace = traceName();
        const command = await commandOf(python, 'task_fork.py', 'c', '0.6');
        const recorder = startPyspy(['record', '-s', '-r', '500', '-o', trace, '--', ...command]);
        const parent = await recorder.told<number>('ready');
        const child = await recorder.told<number>('own');
        expect(await recorder.exited).toMatchObject({ status: 0 });
        const secondsOf = async (pid: number): Promise<Map<string | null | undefined, number>> => {
          const { rows } = await ask('top', trace, '--by', 'task', '--cpu', '--process', String(pid));
          return new Map(rows.map(({ task, self_s }) => [task, self_s]));
        };
        const [ofParent, ofChild] = [await secondsOf(parent), await secondsOf(child)];
        expectFigure('parental', ofParent.get(named('parental')), { above: 0.4 });
        expect(ofChild.get(named('parental')) ?? 0).toBe(0);
        expectFigure('own', ofChild.get(named('own')), { above: 0.4 });
        expectFigure('in no task', ofChild.get(null), { above: 0.4 });
      }),
    );
  },
  withTasks,
);

describeOnePython('dump --tasks', (python) => {
  test('says it in words, and where there are none', async () => {
    const target = await startTarget(python, 'tasks.py', 'c');
    const { stdout } = await pyspyWell('dump', '--pid', String(target.pid), '--tasks');
    expect(stdout).toMatch(/^Task join \(waits for Task chain\)\n {4}joiner \(.*tasks\.py:\d+\)$/m);
    expect(stdout).toMatch(new RegExp(`^Task busy \\(running on thread ${target.pid}\\)\\n {4}hog `, 'm'));
    expect(stdout).toMatch(/^Task late \(ready\)\n {4}outer /m);
    const other = await startTarget(python, 'talk.py');
    const without = await pyspyWell('dump', '--pid', String(other.pid), '--tasks');
    expect(without.stdout).toMatch(/\n\n\(asyncio is not in use\)\n$/);
    expect(await pyspy('dump', 'run.trace', '--at', '1s', '--tasks')).toMatchObject({ status: 2 });
  });
});
