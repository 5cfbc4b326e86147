/** What a drawing of a comparison says of its sides and functions. */
import type { FunctionFinding } from '../../render/picture/diff-frames.js';
import { verdictWords } from '../../render/report/comparison-words.js';
import { signed } from '../../render/words/text-numbers.js';
import type { DiffTest } from '../../replay/diff/diff-result.js';
import { scaleFactors } from '../../replay/diff/diff-scale.js';
import type { Judged } from '../../replay/diff/verdict.js';

/** What B's time is of A's, by the measure of the comparison. */
export function factorOf(judged: Judged): number {
  const { a, b } = scaleFactors(judged);
  const { sums } = judged;
  const [wholeA, wholeB] = [a * sums.a.selected, b * sums.b.selected];
  return wholeA > 0 && wholeB > 0 ? wholeB / wholeA : 1;
}

/** What the tests say of each function, itself and with what it calls: the whole function, wherever it is in the picture. */
export function findingsOf({ tests, family }: Judged, limit: number): Map<number, FunctionFinding> {
  const found = new Map<number, FunctionFinding>();
  for (const [index, { self, total }] of tests) {
    const parts = [
      ...(total === null ? [] : [describeTest('total', total, limit)]),
      ...(self === null ? [] : [describeTest('self', self, limit)]),
    ];
    const isProven =
      (family?.isClear ?? false) && [self, total].some((test) => test !== null && test.q_any < limit);
    found.set(index, { isProven, text: parts.join('\n') });
  }
  return found;
}

function describeTest(
  what: string,
  { delta_pct, ci_pct, q_any, mde_pct, verdict }: DiffTest,
  limit: number,
): string {
  const [low, high] = ci_pct;
  const sure = q_any < limit ? '' : ', may be chance';
  return (
    `${what}: ${verdictWords[verdict]}, ${signed(delta_pct)} points ` +
    `(95 % interval ${signed(low)} to ${signed(high)}, smallest detectable change ${mde_pct.toFixed(1)})${sure}`
  );
}
