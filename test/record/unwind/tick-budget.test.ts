/** How much work the threads of one process make in a tick, and that a tick that takes long ends with the recording. */
import { afterEach, expect, test, vi } from 'vitest';
import { currentPlatform } from '../../../src/platform/index.js';
import { Interner } from '../../../src/record/code/interner.js';
import { ProcessSampler } from '../../../src/record/sampling/process-sampler.js';
import { rehearsalLayout, Stage } from '../../../src/record/sampling/rehearsal.js';
import { encodeImage, placeImage } from '../../../src/record/sampling/rehearsal-image.js';
import { alone } from '../../../src/record/threads/sampled-process.js';
import { TickBudget } from '../../../src/record/unwind/tick-budget.js';
import { usualLimits } from '../../../src/record/unwind/walk-limits.js';
import { loadSaved } from '../../support/saved-process.js';

afterEach(() => vi.restoreAllMocks());

test('only in a tick that takes long is it asked whether the recording is over, every some thousand frames', () => {
  const budget = new TickBudget(usualLimits);
  const looks = (): number => {
    let count = 0;
    budget.begin();
    for (let thread = 0; thread < 1000; thread++) {
      budget.work += each;
      if (budget.isLookDue()) count++;
    }
    return count;
  };
  let each = 200;
  expect(looks()).toBe(0);
  each = 300;
  const heavy = looks();
  expect(heavy).toBeGreaterThan(15);
  expect(heavy).toBeLessThanOrEqual(20);
  // The next tick begins anew.
  each = 200;
  expect(looks()).toBe(0);
});

test('a tick that takes long ends within itself once the recording is over, and then says nothing of any thread', () => {
  const { process: saved, pages } = loadSaved(rehearsalLayout);
  const image = placeImage(encodeImage(pages, saved.runtime));
  const looks = vi.spyOn(TickBudget.prototype, 'isLookDue');
  const threadsSeen = (isOver: boolean): number => {
    const sampler = new ProcessSampler({
      ...{
        target: new Stage(image).target,
        processId: 1,
        platform: currentPlatform(),
        interner: new Interner(),
      },
      ...alone(),
      isOver: () => isOver,
    });
    const seen = new Set<number>();
    const sink = {
      sample: (thread: number) => seen.add(thread),
      leave: (thread: number) => seen.delete(thread),
    };
    looks.mockReset().mockReturnValueOnce(false).mockReturnValue(true);
    expect(sampler.tick(0, sink)).toBe('sampled');
    sampler.close();
    return seen.size;
  };
  expect(threadsSeen(false)).toBeGreaterThan(2);
  expect(looks.mock.calls.length).toBeGreaterThan(2);
  expect(threadsSeen(true)).toBe(0);
  expect(looks).toHaveBeenCalledTimes(2);
});
