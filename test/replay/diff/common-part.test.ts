/** What stayed the same between two sides, where shares alone are known. */
import { describe, expect, test } from 'vitest';
import { findCommonPart } from '../../../src/replay/diff/common-part.js';
import type { Hypothesis } from '../../../src/replay/diff/difference.js';
import { createRandom } from '../../format/random.js';

const bins = 200;

/** Functions with these shares of the work, of which each takes `factor` times as long in B; noise is of each bin. */
function own(
  functions: readonly { share: number; factor: number }[],
  seed: number,
  noise = 0.2,
): Hypothesis[] {
  const random = createRandom(seed);
  const side = (factors: readonly number[]) => {
    const runs = [0, 1, 2, 3].map(() => {
      const parts = functions.map(({ share }, at) =>
        Float64Array.from({ length: bins }, () => share * factors[at]! * (1 + noise * (random() - 0.5))),
      );
      const whole = Float64Array.from({ length: bins }, (_, bin) =>
        parts.reduce((sum, part) => sum + part[bin]!, 0),
      );
      return parts.map((part) => ({ part, whole }));
    });
    return functions.map((_, at) => runs.map((run) => run[at]!));
  };
  const a = side(functions.map(() => 1));
  const b = side(functions.map(({ factor }) => factor));
  const samples = { shares: [], count: 0 };
  return functions.map((_, at) => ({ a: a[at]!, b: b[at]!, samplesA: samples, samplesB: samples }));
}

const alike = (count: number, factor = 1) => Array.from({ length: count }, () => ({ share: 0.1, factor }));

describe('the part that stayed the same', () => {
  test.each([
    ['one of four', [{ share: 0.3, factor: 1.5 }, ...alike(3)]],
    ['one that has most of the time', [{ share: 4, factor: 1.5 }, ...alike(6)]],
    ['one that got faster', [{ share: 0.5, factor: 0.3 }, ...alike(6)]],
    [
      'two of seven, in both directions',
      [{ share: 0.2, factor: 2 }, { share: 0.2, factor: 0.5 }, ...alike(5)],
    ],
    ['two of eight, by the same factor', [...alike(2, 1.4), ...alike(6)]],
  ])('does not have what changed: %s', (_, functions) => {
    for (let seed = 1; seed <= 20; seed++) {
      const { members, isClear } = findCommonPart(own(functions, seed), 'runs');
      expect(isClear).toBe(true);
      for (const at of members) expect(functions[at]!.factor).toBe(1);
      expect(members.length).toBeGreaterThan(0);
    }
  });

  test.each([
    ['one of two', [{ share: 0.3, factor: 1.5 }, ...alike(1)]],
    ['one of three', [{ share: 0.3, factor: 1.5 }, ...alike(2)]],
    ['half of them, by the same factor', [...alike(4, 1.4), ...alike(4)]],
    ['most of them, by the same factor', [...alike(5, 1.4), ...alike(3)]],
  ])('is not known where others agree nearly as well: %s', (_, functions) => {
    for (let seed = 1; seed <= 20; seed++)
      expect(findCommonPart(own(functions, seed), 'runs').isClear).toBe(false);
  });

  test('is most of what there is where nothing changed, and nothing of nothing', () => {
    let members = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const common = findCommonPart(own(alike(10), seed), 'runs');
      expect(common.isClear).toBe(true);
      members += common.members.length;
    }
    expect(members / 400).toBeGreaterThan(0.6);
    expect(findCommonPart([], 'runs')).toMatchObject({ members: [], isClear: false });
  });

  test('has neither what is new nor what is gone', () => {
    const functions = [{ share: 0.1, factor: 0 }, ...alike(5)];
    const { members, isClear } = findCommonPart(own(functions, 3), 'runs');
    expect(isClear).toBe(true);
    expect(members).not.toContain(0);
  });
});
