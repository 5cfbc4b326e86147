/** The picture of `diff --flame`: what of a comparison goes into a differential flame graph. */
import { basename } from 'node:path';
import type { TraceReader } from '../../format/reading/reader.js';
import { renderDiffFlame } from '../../render/picture/diff-flame.js';
import { describeRate, describeThreshold } from '../../render/report/comparison-words.js';
import { describeCommand, describeWindow } from '../../render/text/heading.js';
import type { DiffResult, DiffSide } from '../../replay/diff/diff-result.js';
import { buildDiffTree } from '../../replay/diff/diff-tree.js';
import type { Judged } from '../../replay/diff/verdict.js';
import { factorOf, findingsOf } from './findings.js';

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

function wordsOf(result: DiffResult): string[] {
  const runs = ({ runs }: DiffSide): string =>
    `${runs.length} at ${[...new Set(runs.map(describeRate))].join(', ')}`;
  return [
    `${result.verdict}: ${result.reasons.join('; ')}`,
    `compared: ${result.basis_reason}`,
    `runs: A ${runs(result.a)}, B ${runs(result.b)} · threshold ${describeThreshold(result)} · more than 0 is slower in B`,
  ];
}
