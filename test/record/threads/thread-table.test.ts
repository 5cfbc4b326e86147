/** The list of a process's threads, over saved memory that is changed as an interpreter changes it. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { ThreadTable } from '../../../src/record/threads/thread-table.js';
import type { ThreadTrack } from '../../../src/record/threads/thread-track.js';
import { savedNames } from '../../support/saved-process.js';
import { type Clock, World } from './changing-process.js';

const second = 1e9;

const shown = ({ pythonId, osId, name }: ThreadTrack): [number, number | null, string | null] => [
  Number(pythonId),
  osId,
  name,
];

describe.each(savedNames)('threads of CPython %s', (name) => {
  test('have the ids and names that the interpreter gave them, a row each, once', () => {
    const world = new World(name);
    const table = world.open();
    expect(table.isDue(0)).toBe(true);
    expect(table.list(5)).toBe(true);
    table.readNames(6);
    const truth = world.saved.threads;
    const told = table.threads.filter((thread) => truth.some(({ id }) => BigInt(id) === thread.pythonId));
    expect(told.map(shown)).toEqual(
      truth.map((thread) => [thread.id, world.osIds.get(BigInt(thread.id)), thread.name]),
    );
    const { threads, threadNames } = table.takeRows();
    expect(threads).toEqual(
      table.threads.map(({ id, pythonId, osId }) => ({ id, process: 7, pythonId, osId, firstNs: 5 })),
    );
    expect(threadNames).toEqual(
      table.threads.map((thread) => ({
        thread: thread.id,
        sinceNs: 5,
        name: world.interner.string(thread.name!),
      })),
    );
    table.list(2 * second);
    expect(table.takeRows()).toEqual({ threads: [], threadNames: [] });
  });
});

describe('a list of threads', () => {
  let world: World;
  let table: ThreadTable;

  beforeEach(() => {
    world = new World('3.12');
    table = world.open();
    table.list(0);
    table.readNames(0);
    table.takeRows();
    table.takeLeft();
  });

  test('is read again once a second, or when it begins with another thread', () => {
    expect([table.isDue(second - 1), table.isDue(second)]).toEqual([false, true]);
    expect(table.hasHeads(world.heads)).toBe(true);
    world.unlinkNewest();
    expect(table.hasHeads(world.heads)).toBe(false);
    table.list(1);
    expect(table.hasHeads(world.heads)).toBe(true);
  });

  test('that cannot be followed leaves all as it was', () => {
    const before = [...table.threads];
    world.write(world.list.threads[1]!.address + world.layout.thread.interpreter, 0n);
    expect(table.list(2 * second)).toBe(false);
    expect(table.threads).toEqual(before);
    expect(table.takeLeft()).toEqual([]);
  });

  test('keeps what it knows of threads that stay', () => {
    const before = [...table.threads];
    world.unlinkNewest();
    table.list(1);
    expect(table.threads).toEqual(before.slice(1));
    for (const [i, thread] of table.threads.entries()) expect(thread).toBe(before[i + 1]);
  });

  test('a state that goes and comes back is the same thread, in its row and with its name', () => {
    const first = table.threads[0]!;
    const relink = world.unlinkNewest();
    table.list(1);
    expect((first.clock as Clock).isClosed).toBe(true);
    expect(table.takeLeft()).toEqual([first.id]);
    relink();
    table.list(2);
    const again = table.threads[0]!;
    expect(again).not.toBe(first);
    expect([again.id, again.name]).toEqual([first.id, first.name]);
    expect(table.takeRows()).toEqual({ threads: [], threadNames: [] });
  });

  test('one that is back before its end was told has not left', () => {
    const relink = world.unlinkNewest();
    table.list(1);
    relink();
    table.list(2);
    expect(table.takeLeft()).toEqual([]);
  });

  test('the same state with another id of the system is another thread', () => {
    const first = table.threads[0]!;
    world.system.alive.delete(first.osId!);
    world.system.alive.add(99_999);
    world.write(world.list.threads[0]!.address + world.layout.thread.nativeId!, 99_999n, 4);
    table.list(3);
    expect(table.threads[0]!.osId).toBe(99_999);
    expect(table.takeLeft()).toEqual([first.id]);
    const { threads } = table.takeRows();
    expect(threads).toMatchObject([{ osId: 99_999, firstNs: 3 }]);
    expect(threads[0]!.id).toBeGreaterThan(5);
  });

  test('a thread that the system has no more is left out, and the list is read again at once', () => {
    const first = table.threads[0]!;
    world.system.alive.delete(first.osId!);
    table.list(10);
    expect(table.threads).not.toContain(first);
    expect([table.takeLeft(), table.isDue(10)]).toEqual([[first.id], true]);
  });

  test('so is one that was made and does not run yet', () => {
    const count = table.threads.length;
    world.write(world.list.threads[0]!.address + world.layout.thread.nativeId!, 0n, 4);
    table.list(10);
    expect(table.threads).toHaveLength(count - 1);
    expect(table.isDue(10)).toBe(true);
  });

  test('a thread whose clock finds it gone leaves at once, and its row goes to no other', () => {
    const first = table.threads[0]!;
    expect(table.updateClocks(false)).toBe(true);
    expect(table.isDue(1)).toBe(false);
    world.system.alive.delete(first.osId!);
    expect(table.updateClocks(false)).toBe(false);
    expect(table.threads).not.toContain(first);
    expect([table.takeLeft(), table.isDue(1)]).toEqual([[first.id], true]);
    expect(world.leftThreads.take(first.osId, first.pythonId)).toBeUndefined();
  });

  test('a new name counts from when it was read, and not at each tick', () => {
    const main = table.threads.find(({ name }) => name === 'MainThread')!;
    world.overwrite('MainThread', 'SeinThread');
    table.readNames(1);
    expect(main.name).toBe('MainThread');
    table.readNames(2 * second);
    expect(main.name).toBe('SeinThread');
    expect(table.takeRows().threadNames).toEqual([
      { thread: main.id, sinceNs: 2 * second, name: world.interner.string('SeinThread') },
    ]);
  });

  test('a thread that comes later brings in the CPU time that it has used; those of the beginning do not', () => {
    world.system.usedNs = 3e6;
    table.updateClocks(false);
    table.settleTimes(5e6);
    expect(table.threads.map(({ cpuNs }) => cpuNs + 0)).toEqual(table.threads.map(() => 0));
    world.system.alive.add(99_999);
    world.write(world.list.threads[0]!.address + world.layout.thread.nativeId!, 99_999n, 4);
    table.list(10e6);
    table.updateClocks(false);
    table.settleTimes(10e6);
    const used = table.threads.map(({ osId, cpuNs }) => [osId, cpuNs + 0]);
    expect(used).toEqual(table.threads.map(({ osId }) => [osId, osId === 99_999 ? 3e6 : 0]));
  });

  test('but not one that the system had at the beginning, before Python knew of it', () => {
    world.system.alive.add(99_999);
    table = world.open();
    table.list(0);
    world.system.usedNs = 3e6;
    table.updateClocks(false);
    table.settleTimes(5e6);
    world.write(world.list.threads[0]!.address + world.layout.thread.nativeId!, 99_999n, 4);
    table.list(10e6);
    table.updateClocks(false);
    table.settleTimes(10e6);
    expect(table.threads[0]).toMatchObject({ osId: 99_999, bornNs: 10e6 });
    expect(table.threads[0]!.cpuNs + 0).toBe(0);
  });

  test('a thread with states in two interpreters is told apart, and keeps its name in both', () => {
    const main = table.threads.find(({ name }) => name === 'MainThread')!;
    expect(table.shared).toEqual([]);
    world.addInterpreter(main.pythonId, main.osId!);
    table.list(1);
    const borrowed = table.threads[0]!;
    expect(table.shared).toEqual([[borrowed, main]]);
    expect(borrowed.osId).toBe(main.osId);
    table.readNames(1);
    expect(borrowed.name).toBe('MainThread');
  });

  test('closing ends all clocks; a sampler that comes after goes on in the same rows', () => {
    const before = table.threads.map((thread) => [thread.osId, thread.id]);
    const clocks = table.threads.map(({ clock }) => clock as Clock);
    table.close();
    expect(clocks.every(({ isClosed }) => isClosed)).toBe(true);
    const next = world.open();
    next.list(1);
    expect(next.threads.map((thread) => [thread.osId, thread.id])).toEqual(before);
    expect(next.takeRows().threads).toEqual([]);
  });
});

test('in a container the ids are those that the recorder sees', () => {
  const world = new World('3.12');
  const inner = [...world.system.alive];
  world.system.alive.clear();
  for (const id of inner) {
    world.system.alive.add(id + 100_000);
    world.system.inner.set(id + 100_000, id);
  }
  const table = world.open({ namespaced: true, pid: world.pid + 100_000 });
  table.list(0);
  const truth = world.saved.threads;
  const told = table.threads.filter((thread) => truth.some(({ id }) => BigInt(id) === thread.pythonId));
  expect(told.map(({ osId }) => osId)).toEqual(truth.map(({ native }) => native! + 100_000));
});
