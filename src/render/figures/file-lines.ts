/** Time of a source file's lines, whichever of its functions they are in: as `heat` has it. */
import { originNames } from '../drawing/page-data.js';
import { findOutermost, type LineTime, type MergedCalls, totalsOf } from './call-sums.js';
import type { Recording } from './recording.js';

export interface FileLine extends LineTime {
  /** Indexes of the functions that ran there. */
  readonly functions: readonly number[];
}

/**
 * The lines of a file that have time, from the first on. Where a line calls itself, it counts once.
 * @param calls merged by line
 * @param selfs of its nodes, in µs
 * @param file as functions of the page have it
 */
export function sumFileLines(
  { functions, frameFunction, frameLine }: Recording,
  calls: MergedCalls,
  selfs: Float64Array,
  file: string,
): FileLine[] {
  const elsewhere = 0;
  const labelOf = new Map<number, number>();
  const lines: { line: number; selfUs: number; totalUs: number; functions: Set<number> }[] = [];
  const labels = calls.frames.map((frame) => {
    if (frame < 0 || functions[frameFunction[frame]!]!.file !== file) return elsewhere;
    const line = frameLine[frame]!;
    let label = labelOf.get(line);
    if (label === undefined) {
      label = lines.push({ line, selfUs: 0, totalUs: 0, functions: new Set() });
      labelOf.set(line, label);
    }
    return label;
  });
  const isOutermost = findOutermost(calls.parents, labels, lines.length + 1);
  const native = originNames.indexOf('native code');
  const own = Float64Array.from(selfs);
  const totals = totalsOf(calls.parents, selfs);
  // Native code has no lines: it counts for the line that called it.
  for (let node = own.length - 1; node > 0; node--) {
    const parent = calls.parents[node]!;
    if (functions[frameFunction[calls.frames[node]!]!]!.origin === native)
      own[parent] = own[parent]! + own[node]!;
  }
  for (let node = 1; node < totals.length; node++) {
    if (labels[node] === elsewhere || !(totals[node]! > 0)) continue;
    const sums = lines[labels[node]! - 1]!;
    sums.selfUs += own[node]!;
    if (isOutermost[node] === 1) sums.totalUs += totals[node]!;
    sums.functions.add(frameFunction[calls.frames[node]!]!);
  }
  return lines
    .filter(({ totalUs }) => totalUs > 0)
    .map((sums) => ({ ...sums, functions: [...sums.functions] }))
    .sort((a, b) => a.line - b.line);
}
