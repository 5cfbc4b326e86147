/** Rows of threads whose thread states come and go, over simulated threads whose truth is known. */
import { expect, test } from 'vitest';
import { LeftThreads } from '../../../src/record/threads/left-threads.js';
import { ThreadTrack } from '../../../src/record/threads/thread-track.js';

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function track(id: number, osId: number | null, pythonId: bigint, name: string | null = null): ThreadTrack {
  return new ThreadTrack({
    ...{ id, osId, pythonId, name, threadState: 4096 * id, interpreter: 4096 },
    ...{ nativeId: null, clock: null, firstNs: 0 },
  });
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a thread has as many rows as it had states at one time (seed %d)',
  (seed) => {
    const left = new LeftThreads();
    const next = random(seed);
    /** Threads by their id, which others get when they have ended. */
    const alive = new Map<number, { serial: number; states: ThreadTrack[]; most: number }>();
    const owner = new Map<number, number>();
    const rows = new Map<number, Set<number>>();
    const most = new Map<number, number>();
    let ids = 0;
    let serials = 0;
    for (let step = 0; step < 20_000; step++) {
      const osId = 100 + next(12);
      const thread = alive.get(osId);
      if (thread === undefined) {
        alive.set(osId, { serial: ++serials, states: [], most: 0 });
      } else if (next(10) === 0) {
        // It ends; its states go at the next look.
        alive.delete(osId);
        for (const state of thread.states) left.add(state);
      } else if (thread.states.length > 0 && next(2) === 0) {
        left.add(thread.states.splice(next(thread.states.length), 1)[0]!);
      } else if (thread.states.length < 3) {
        left.keep(new Set(alive.keys()));
        const known = left.take(osId, 7n);
        const id = known?.id ?? ++ids;
        thread.states.push(track(id, osId, 7n, known?.name ?? `thread ${thread.serial}`));
        expect(thread.states.at(-1)!.name).toBe(`thread ${thread.serial}`);
        expect(owner.get(id) ?? thread.serial).toBe(thread.serial);
        owner.set(id, thread.serial);
        rows.set(thread.serial, (rows.get(thread.serial) ?? new Set()).add(id));
        most.set(thread.serial, Math.max(most.get(thread.serial) ?? 0, thread.states.length));
      }
      // Looks come at every change of the list.
      left.keep(new Set(alive.keys()));
    }
    for (const [serial, set] of rows) expect(set.size).toBe(most.get(serial));
    expect(serials).toBeGreaterThan(100);
  },
);

test('another pthread with the same id is another thread, and so is one without an id', () => {
  const left = new LeftThreads();
  left.add(track(1, 100, 7n));
  left.add(track(2, null, 8n));
  expect(left.take(100, 8n)).toBeUndefined();
  expect(left.take(null, 8n)).toBeUndefined();
  expect(left.take(100, 7n)?.id).toBe(1);
  expect(left.take(100, 7n)).toBeUndefined();
});
