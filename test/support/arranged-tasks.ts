/** What test/targets/tasks.py arranges, against what is read of it. */
import { expect } from 'vitest';
import type { DumpTask } from '../../src/format/dump-result.js';
import { markedLines } from './targets.js';

const lines = markedLines('tasks.py');

/** Names of a task's functions, without their classes, innermost first. */
export const functionsOf = ({ frames }: DumpTask): string[] =>
  frames.map(({ function: name }) => name.slice(name.lastIndexOf('.') + 1));

/** @param kind whether tasks are made in C, or in Python */
export function expectArrangedTasks(
  tasks: readonly DumpTask[],
  { minor, kind, pid }: { minor: string; kind: string; pid: number },
): void {
  // From 3.8 on they have names; else they are told by what they run.
  const hasNames = minor !== '3.7';
  const find = (name: string, outermost: string): DumpTask => {
    const found = tasks.filter((task) =>
      hasNames ? task.name === name : functionsOf(task).at(-1) === outermost,
    );
    expect(found.length, `${name} in ${JSON.stringify(tasks)}`).toBeGreaterThan(0);
    return found[0]!;
  };
  const expectTask = (
    name: string,
    [state, waitsFor]: [string, string | null],
    functions: string[],
    marked: string[],
  ): void => {
    const task = find(name, functions.at(-1)!);
    expect(functionsOf(task)).toEqual(functions);
    expect(task.state).toBe(state);
    if (hasNames || !waitsFor?.startsWith('Task')) expect(task.waits_for).toBe(waitsFor);
    for (const mark of marked) {
      const at = functions.indexOf(mark === 'gate' ? '__await__' : mark);
      expect(task.frames[at]!.line, `${name}: ${mark}`).toBe(lines.get(mark));
    }
  };
  expect(tasks).toHaveLength(11);
  expect(tasks.filter(({ truncated, state }) => truncated || state === 'unknown')).toEqual([]);
  // A future or task made in Python has an __await__ in Python.
  const byPython = kind === 'python' ? ['__await__'] : [];
  expectTask('join', ['waiting', 'Task chain'], [...byPython, 'joiner'], ['joiner']);
  expectTask('gate', ['waiting', 'Future'], ['__await__', 'gated'], ['gate', 'gated']);
  const iterate = ['wait', 'numbers', 'iterating'];
  expectTask('iterate', ['waiting', 'Future'], iterate, ['numbers', 'iterating']);
  expectTask('gather', ['waiting', '_GatheringFuture'], ['gathering'], ['gathering']);
  expectTask('sleep', ['waiting', 'Future'], ['sleep'], []);
  expectTask('busy', ['running', null], ['hog', 'busy'], ['hog', 'busy']);
  expect(find('busy', 'busy').os_thread_id).toBe(pid);
  // 3.13.0 calls a task that was given no name "None", if a factory made it.
  const unnamed = tasks.some(({ name }) => name === 'None') ? 'None' : 'Task-1';
  const first = tasks.find((task) => functionsOf(task).at(-1) === 'main');
  expect(first).toMatchObject({ state: 'waiting', name: hasNames ? unnamed : null });
  expect(first!.waits_for).toBe(hasNames ? 'Task busy' : 'Task');
  expect(functionsOf(first!)).toEqual([...byPython, 'main']);
  expect(first!.frames.at(-1)!.line).toBe(lines.get('main'));
  const chains = tasks.filter((task) => functionsOf(task).at(-1) === 'outer');
  expect(chains.map(functionsOf).sort()).toEqual([['outer'], ['wait', 'inner', 'middle', 'outer']]);
  const [late, chain] = ['ready', 'waiting'].map((state) => chains.find((task) => task.state === state));
  expect(late?.waits_for).toBeNull();
  expect(chain?.waits_for).toBe('Future');
  expect(chain?.frames.map(({ line }) => line).slice(1)).toEqual(
    ['inner', 'middle', 'outer'].map((mark) => lines.get(mark)),
  );
  if (hasNames) expect([late?.name, chain?.name]).toEqual(['late', 'chain']);
}
