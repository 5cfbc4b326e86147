/** The picture of `diff --flame`: what of a comparison goes into a differential flame graph. */
import { basename } from 'node:path';
import type { TraceReader } from '../format/reader.js';
import { renderDiffFlame } from '../render/diff-flame.js';
import type { DiffResult, DiffSide } from '../replay/diff-result.js';
import { buildDiffTree } from '../replay/diff-tree.js';
import type { Judged } from '../replay/verdict.js';
import { describeCommand, describeWindow } from './heading.js';

/** @returns SVG text */
export function drawDifference(
  { judged, result }: { readonly judged: Judged; readonly result: DiffResult },
  { a, b }: { readonly a: readonly TraceReader[]; readonly b: readonly TraceReader[] },
  { inverted, filters }: { readonly inverted: boolean; readonly filters: readonly string[] },
): string {
  const sideOf = (readers: readonly TraceReader[], side: DiffSide) => ({
    label:
      readers.length > 1
        ? `${readers.length} runs, ${readers.map(({ path }) => path).join(', ')}`
        : `${readers[0]!.path} ${describeWindow(side.window)}`,
    command: describeCommand(readers[0]!),
    seconds: side.total_s,
    samples: side.samples,
  });
  return renderDiffFlame(buildDiffTree(judged.comparison, { inverted }), {
    title: `${basename(a[0]!.path)} → ${basename(b[0]!.path)}`,
    a: sideOf(a, result.a),
    b: sideOf(b, result.b),
    notes: [...filters, ...(inverted ? ['inverted: callers under callees'] : [])],
    inverted,
  });
}
