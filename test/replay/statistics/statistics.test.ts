/** The statistics behind the verdict of diff, against published values and cases that can be worked out by hand. */
import { describe, expect, test } from 'vitest';
import {
  digamma,
  inverseTrigamma,
  quantileOfT,
  tailOfF,
  tailOfT,
  trigamma,
} from '../../../src/replay/statistics/distributions.js';
import { adjustForMany, permutationTest } from '../../../src/replay/statistics/multiple-tests.js';
import { poolVariances } from '../../../src/replay/statistics/pooled-variance.js';
import {
  type BinnedRun,
  blockLength,
  estimateByBlocks,
  estimateByRuns,
  ratioOf,
} from '../../../src/replay/statistics/ratio-estimate.js';
import { createRandom } from '../../format/random.js';

describe("Student's t", () => {
  test.each([
    [0.025, 1, 12.706204736432095],
    [0.025, 2, 4.302652729749464],
    [0.025, 5, 2.570581836614739],
    [0.05, 10, 1.8124611228107335],
    [0.025, 30, 2.0422724563012373],
    [0.005, 20, 2.845339709776814],
    [0.05, 120, 1.6576508993552355],
    [0.025, Infinity, 1.959963984540054],
  ])('is exceeded with probability %f at %f degrees of freedom by %f', (tail, degrees, t) => {
    // With a million degrees for infinity the last digits differ.
    const digits = Number.isFinite(degrees) ? 8 : 5;
    expect(quantileOfT(tail, degrees)).toBeCloseTo(t, digits);
    expect(quantileOfT(1 - tail, degrees)).toBeCloseTo(-t, digits);
    expect(tailOfT(t, degrees)).toBeCloseTo(tail, digits);
  });

  test('has a closed form with one, two and three degrees of freedom', () => {
    for (const t of [-40, -2.5, -0.3, 0, 0.01, 1, 3, 1e4]) {
      expect(tailOfT(t, 1)).toBeCloseTo(0.5 - Math.atan(t) / Math.PI, 12);
      expect(tailOfT(t, 2)).toBeCloseTo(0.5 - t / (2 * Math.sqrt(2 + t * t)), 12);
      const root = t / Math.sqrt(3);
      expect(tailOfT(t, 3)).toBeCloseTo(0.5 - (Math.atan(root) + root / (1 + (t * t) / 3)) / Math.PI, 12);
    }
  });

  test('keeps its digits far out, and takes extremes', () => {
    // 2 degrees: 1/2 (1 - t / sqrt(2 + t²)) is 1/(2 t²) to the first order.
    expect(tailOfT(1e6, 2) * 2e12).toBeCloseTo(1, 6);
    expect(tailOfT(Infinity, 5)).toBe(0);
    expect(tailOfT(-Infinity, 5)).toBe(1);
    expect(tailOfT(Number.NaN, 5)).toBeNaN();
    expect(tailOfT(3, 1e300)).toBeCloseTo(0.0013498980316, 6);
  });
});

test('F and the derivatives of the gamma function have their published values', () => {
  for (const degrees of [1, 4, 17]) expect(tailOfF(1, degrees, degrees)).toBeCloseTo(0.5, 12);
  // t² with n degrees of freedom is F with 1 and n.
  expect(tailOfF(2.570581836614739 ** 2, 1, 5)).toBeCloseTo(0.05, 9);
  expect(tailOfF(0, 3, 3)).toBe(1);
  expect(tailOfF(Infinity, 3, 3)).toBe(0);
  expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 12);
  expect(digamma(0.5)).toBeCloseTo(-1.9635100260214235, 12);
  expect(trigamma(1)).toBeCloseTo(Math.PI ** 2 / 6, 12);
  for (const x of [0.3, 1, 7, 40]) expect(inverseTrigamma(trigamma(x))).toBeCloseTo(x, 8);
});

describe('many tests', () => {
  test('are adjusted after Benjamini and Hochberg', () => {
    expect(adjustForMany([])).toEqual([]);
    expect(adjustForMany([0.04])).toEqual([0.04]);
    // By hand: 0.01·4/1, 0.02·4/2, 0.03·4/3, 0.5·4/4, and none greater than a later one.
    const close = (values: number[]) => values.map((value) => Math.round(value * 1e9) / 1e9);
    expect(close(adjustForMany([0.5, 0.01, 0.03, 0.02]))).toEqual([0.5, 0.04, 0.04, 0.04]);
    expect(adjustForMany([1, 1, 1])).toEqual([1, 1, 1]);
  });

  test('by permutation count all divisions of the runs', () => {
    expect(permutationTest([1, 2, 3, 4], [5, 6, 7, 8])).toBeCloseTo(1 / 70, 12);
    expect(permutationTest([5, 6, 7, 8], [1, 2, 3, 4])).toBe(1);
    expect(permutationTest([1, 2, 3], [4, 5, 6])).toBeCloseTo(1 / 20, 12);
    expect(permutationTest([1, 1], [1, 1])).toBe(1);
    expect(permutationTest(Array(30).fill(1), Array(30).fill(2))).toBeNull();
    expect(permutationTest([], [1])).toBeNull();
  });
});

describe('a ratio over blocks', () => {
  const run = (part: number[], whole = part.map(() => 1)): BinnedRun => ({
    part: Float64Array.from(part),
    whole: Float64Array.from(whole),
  });

  test('has the variance of its residuals', () => {
    const one = run([1, 0, 1, 0], [2, 2, 2, 2]);
    expect(ratioOf([one])).toBe(0.25);
    // Residuals ±½; 4/3 · 4 · ¼ / 8².
    expect(estimateByBlocks([one], 1)).toEqual({ ratio: 0.25, variance: 4 / 3 / 64, degrees: 3 });
    expect(estimateByBlocks([one], 2)).toEqual({ ratio: 0.25, variance: 0, degrees: 1 });
    expect(estimateByBlocks([one, one], 1)).toMatchObject({ ratio: 0.25, degrees: 6 });
    expect(estimateByRuns([run([1]), run([3])])).toEqual({ ratio: 2, variance: 1, degrees: 1 });
    expect(estimateByBlocks([run([], [])], 1)).toEqual({ ratio: 0, variance: 0, degrees: 0 });
  });

  test('is taken over blocks as long as samples stay alike, an eighth of the run at most', () => {
    const random = createRandom(5);
    const noise = run(Array.from({ length: 800 }, () => random()));
    expect(blockLength([noise])).toBeGreaterThanOrEqual(8);
    expect(blockLength([noise])).toBeLessThan(16);
    const levels = Array.from({ length: 8 }, () => random());
    const slow = run(Array.from({ length: 800 }, (_, at) => levels[Math.floor(at / 100)]!));
    expect(blockLength([slow])).toBe(100);
    expect(blockLength([run([1, 1, 1, 1])])).toBe(1);
    expect(blockLength([run([])])).toBe(1);
  });
});

describe('the variance between few runs', () => {
  const pair = (between: number, within = 1) => ({ between, betweenDegrees: 6, within });

  test('borrows from other functions what runs show inside', () => {
    const pairs = [0.6, 0.9, 1, 1.1, 1.5].map((between) => pair(between));
    for (const { variance, degrees } of poolVariances(pairs)) {
      expect(variance).toBeGreaterThan(0.8);
      expect(variance).toBeLessThan(1.3);
      expect(degrees).toBe(36);
    }
  });

  test('stands alone where a function differs from the others, or there are none', () => {
    const pairs = [1, 1, 1, 1, 1, 1, 1, 40].map((between) => pair(between));
    expect(poolVariances(pairs)[7]).toEqual({ variance: 40, degrees: 6 });
    expect(poolVariances([pair(3)])).toEqual([{ variance: 3, degrees: 6 }]);
    expect(poolVariances([pair(0, 0), pair(1, 0)])).toMatchObject([{ variance: 0 }, { variance: 1 }]);
  });
});
