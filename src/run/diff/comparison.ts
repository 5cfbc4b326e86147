/** Folds both sides of `diff` by the measure that was asked for, or by the one that suits them. */

import { knowsCpu } from '../../replay/diff/comparability.js';
import { type Comparison, compareWindows, type RunWindow } from '../../replay/diff/diff.js';
import {
  areTimed,
  type ChosenBasis,
  chooseBasis,
  sharesOfTimed,
  sharesWithoutCpu,
} from '../../replay/diff/whole-run.js';
import type { SampleFilter } from '../../replay/samples/sample-filter.js';

/** @param asked null where neither --metric nor --work says what to compare */
export function compareSides(
  a: readonly RunWindow[],
  b: readonly RunWindow[],
  asked: ChosenBasis | null,
  filter: SampleFilter,
): { comparison: Comparison; chosen: ChosenBasis } {
  const compare = ({ basis }: ChosenBasis): Comparison =>
    compareWindows(a, b, basis === 'cpu' ? { ...filter, metric: 'cpu' } : filter);
  const chosen = asked ?? chooseBasis(a, b, filter.idle);
  const comparison = compare(chosen);
  const runs = [...comparison.a, ...comparison.b];
  if (!chosen.isPerRun) return { comparison, chosen };
  if (!runs.every(knowsCpu)) return { comparison: compare(sharesWithoutCpu), chosen: sharesWithoutCpu };
  return { comparison, chosen: areTimed(runs) ? sharesOfTimed : chosen };
}
