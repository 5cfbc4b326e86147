/** The picture of `diff --flame`: what of a comparison goes into a differential flame graph. */
import { basename } from 'node:path';
import type { TraceReader } from '../../format/reading/reader.js';
import { type FunctionFinding, renderDiffFlame } from '../../render/picture/diff-flame.js';
import {
  describeRate,
  describeThreshold,
  signed,
  verdictWords,
} from '../../render/report/comparison-words.js';
import { describeCommand, describeWindow } from '../../render/text/heading.js';
import type { DiffResult, DiffSide, DiffTest } from '../../replay/diff/diff-result.js';
import { scaleFactors } from '../../replay/diff/diff-scale.js';
import { buildDiffTree } from '../../replay/diff/diff-tree.js';
import type { Judged } from '../../replay/diff/verdict.js';

/** @returns SVG text */
export function drawDifference(
  { judged, result }: { readonly judged: Judged; readonly result: DiffResult },
  { a, b }: { readonly a: readonly TraceReader[]; readonly b: readonly TraceReader[] },
  { inverted, filters }: { readonly inverted: boolean; readonly filters: readonly string[] },
): string {
  const factor = factorOf(judged);
  const sideOf = (readers: readonly TraceReader[], side: DiffSide, whole: number) => ({
    label:
      readers.length > 1
        ? `${readers.length} runs, ${basename(readers[0]!.path)} … ${basename(readers.at(-1)!.path)}`
        : `${readers[0]!.path} ${describeWindow(side.window)}`,
    command: describeCommand({ path: readers[0]!.path, processes: readers[0]!.processes() }),
    seconds: side.total_s,
    secondsOfWhole: side.total_s / whole,
    samples: side.samples,
  });
  return renderDiffFlame(buildDiffTree(judged.comparison, { inverted, factor }), {
    title: `${basename(a[0]!.path)} → ${basename(b[0]!.path)}`,
    a: sideOf(a, result.a, 1),
    b: sideOf(b, result.b, factor),
    findings: findingsOf(judged, result.q_limit),
    notes: [
      ...wordsOf(result),
      ...[[...filters, ...(inverted ? ['inverted: callers under callees'] : [])].join(' · ')].filter(Boolean),
    ],
    inverted,
  });
}

/** What B's time is of A's, by the measure of the comparison. */
function factorOf(judged: Judged): number {
  const { a, b } = scaleFactors(judged);
  const { sums } = judged;
  const [wholeA, wholeB] = [a * sums.a.selected, b * sums.b.selected];
  return wholeA > 0 && wholeB > 0 ? wholeB / wholeA : 1;
}

/** What the tests say of each function, itself and with what it calls: the whole function, wherever it is in the picture. */
function findingsOf({ tests, family }: Judged, limit: number): Map<number, FunctionFinding> {
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

function wordsOf(result: DiffResult): string[] {
  const runs = ({ runs }: DiffSide): string =>
    `${runs.length} at ${[...new Set(runs.map(describeRate))].join(', ')}`;
  return [
    `${result.verdict}: ${result.reasons.join('; ')}`,
    `compared: ${result.basis_reason}`,
    `runs: A ${runs(result.a)}, B ${runs(result.b)} · threshold ${describeThreshold(result)} · more than 0 is slower in B`,
  ];
}
