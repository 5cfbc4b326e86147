import { expect, test } from 'vitest';
import { nearestTime } from '../../src/replay/nearest-time.js';
import { createRandom } from '../format/random.js';

const batch = (weights: readonly number[]) => {
  const weightNs = Float64Array.from(weights);
  return {
    tickNs: weightNs.map((_, at) => weights.slice(0, at + 1).reduce((x, y) => x + y)),
    weightNs,
    threads: [],
  };
};

test('a tick has half of the time on either side, and the last one all of that before it', () => {
  expect([...nearestTime(batch([10, 30, 20, 40])).weightNs]).toEqual([20, 25, 30, 40]);
  expect([...nearestTime(batch([10])).weightNs]).toEqual([10]);
  expect([...nearestTime(batch([])).weightNs]).toEqual([]);
});

test('the time of one begins where that of the one before ends', () => {
  const { fromNs, toNs } = nearestTime(batch([10, 30, 20, 40]));
  expect([...fromNs]).toEqual([5, 25, 50, 80]);
  expect([...toNs]).toEqual([25, 50, 80, 120]);
});

test('missed ticks are shared by their neighbours', () => {
  expect([...nearestTime(batch([10, 10, 90, 10, 10])).weightNs]).toEqual([10, 50, 50, 10, 10]);
});

test('the share of a quick function is known better than by the time since the tick before', () => {
  const random = createRandom(5);
  const [ticks, share, runs] = [400, 0.1, 600];
  const errors = { before: 0, nearest: 0 };
  for (let run = 0; run < runs; run++) {
    const moments = Array.from({ length: ticks }, (_, at) => at + random());
    const weights = moments.map((at, place) => at - (moments[place - 1] ?? 0));
    const isInside = moments.map(() => random() < share);
    const errorOf = (of: ArrayLike<number>) => {
      const [inside, all] = isInside.reduce(
        ([part, whole], is, at) => [part + (is ? of[at]! : 0), whole + of[at]!],
        [0, 0],
      );
      return (inside / all - share) ** 2;
    };
    errors.before += errorOf(weights);
    errors.nearest += errorOf(nearestTime(batch(weights)).weightNs);
  }
  // By calculation 1 + 1/6 and 1 + 1/24 times the variance of a share of independent samples.
  expect(errors.nearest / errors.before).toBeLessThan(0.95);
  expect(errors.nearest / runs).toBeLessThan((1.2 * share * (1 - share)) / ticks);
});
