/** What the percentages of a comparison are of, and what they are measured by. */

import { percent } from '../window/figure.js';
import type { DiffResult } from './diff-result.js';
import { unitsOf } from './family.js';
import type { Judged } from './verdict.js';

/** What a ns is of 100 % on each side. */
export function scaleFactors({ sums, family, options }: Judged): { a: number; b: number } {
  const inverse = (whole: number) => (whole > 0 ? 1 / whole : 0);
  const units = unitsOf(options);
  if (family === null || (options.chosen.basis === 'share' && units === null))
    return { a: inverse(sums.a.selected), b: (family?.common?.factor ?? 1) * inverse(sums.b.selected) };
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const { observedNs, percentOf } = family;
  if (units === null) return { a: inverse(sum(observedNs.a)), b: inverse(sum(observedNs.b)) };
  const [unitsA, unitsB] = units;
  return {
    a: inverse(percentOf * unitsA * observedNs.a.length),
    b: inverse(percentOf * unitsB * observedNs.b.length),
  };
}

export function describeScale({ comparison, family, options }: Judged): DiffResult['scale'] {
  const time = comparison.filter.metric === 'cpu' ? 'CPU time' : 'time';
  if (unitsOf(options) !== null)
    return {
      unit: `${time} of A per ${options.chosen.isPerRun ? 'run' : 'unit of work'}, in seconds`,
      one_hundred_pct: Number(((family?.percentOf ?? 0) / 1e9).toPrecision(6)),
    };
  if (options.chosen.basis === 'share') {
    const isMeasured = family?.common?.isClear ?? false;
    return { unit: isMeasured ? `A's ${time}` : `the side's own ${time}`, one_hundred_pct: 1 };
  }
  return { unit: `${time} per second of wall time`, one_hundred_pct: 1 };
}

export function describeDivisor({ chosen, work }: Judged['options']): DiffResult['per'] {
  if (chosen.isPerRun) return 'run';
  return work !== null ? 'work' : chosen.basis === 'share' ? 'share' : 'second';
}

export function describeCommon(family: Judged['family']): DiffResult['common'] {
  const common = family?.common ?? null;
  if (common === null) return null;
  const { functions, isClear, shareA, factor } = common;
  if (!isClear) return { is_clear: false, functions: 0, of_a_pct: 100, b_factor: 1 };
  return {
    is_clear: true,
    functions,
    of_a_pct: percent(shareA, 1),
    b_factor: Number(factor.toPrecision(6)),
  };
}
