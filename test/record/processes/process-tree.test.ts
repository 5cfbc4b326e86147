/** Processes that come and go in a simulated system: those below the root are seen once, and nothing is kept of what is gone. */
import { beforeEach, expect, test, vi } from 'vitest';
import { ProcessTree } from '../../../src/record/processes/process-tree.js';

const system = vi.hoisted(() => ({
  parents: new Map<number, number>(),
  /** Of the id that was given away last. */
  newest: 1,
}));

vi.mock(import('../../../src/platform/linux/proc.js'), async (original) => ({
  ...(await original()),
  readNewestId: () => system.newest,
  isProcess: (id: number) => system.parents.has(id),
  readStat: (pid) => {
    const parentPid = system.parents.get(pid);
    if (parentPid === undefined) return null;
    return { state: 'S', parentPid, startTicks: pid, stackStart: pid, isCopy: false };
  },
}));

vi.mock(import('../../../src/platform/linux/system.js'), async (original) => {
  const real = await original();
  return { ...real, linuxSystem: { ...real.linuxSystem, listProcesses: () => [...system.parents.keys()] } };
});

const root = 100;
function start(parent: number, count: number): number[] {
  return Array.from({ length: count }, () => {
    system.parents.set(++system.newest, parent);
    return system.newest;
  });
}
const end = (pids: readonly number[]): void => {
  for (const pid of pids) system.parents.delete(pid);
};

beforeEach(() => {
  system.parents.clear();
  system.newest = root;
  system.parents.set(root, 1).set(50, 1);
});

test('of a hundred thousand short children each is seen, and none is kept', () => {
  const tree = new ProcessTree(root);
  let most = 0;
  for (let look = 0; look < 5_000; look++) {
    const ours = start(root, 20);
    // As many of somebody else.
    const others = start(50, 20);
    expect(tree.findNew().map(({ pid }) => pid)).toEqual(ours);
    end([...ours, ...others]);
    most = Math.max(most, [...tree.processes].length);
    if (look % 50 === 49) expect(tree.prune()).toHaveLength(1_000);
  }
  expect(most).toBe(1_001);
  expect([...tree.processes].map(({ pid }) => pid)).toEqual([root]);
  expect(tree.leftOut).toBe(0);
});

test('more than ten thousand at one time are counted, and there is room again when some have ended', () => {
  const tree = new ProcessTree(root);
  const first = start(root, 9_999);
  expect(tree.findNew()).toHaveLength(9_999);
  start(root, 30);
  expect(tree.findNew()).toEqual([]);
  // Counted once, not at each look.
  expect(tree.findNew()).toEqual([]);
  expect(tree.leftOut).toBe(30);
  end(first.slice(0, 500));
  expect(tree.prune()).toHaveLength(500);
  const later = start(root, 20);
  expect(tree.findNew().map(({ pid }) => pid)).toEqual(later);
  expect(tree.leftOut).toBe(30);
});
