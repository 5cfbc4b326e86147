/** Where traces that are merged lie on one time line. */
import type { TraceReader } from '../reading/reader.js';

export const alignments = ['utc', 'zero'] as const;
export type Alignment = (typeof alignments)[number];

/** Times are moved by whole steps of the longest unit that batches have, so that nothing is rounded, in ns. */
const stepNs = 100_000;

/**
 * How far each trace is moved, in ns.
 * @param alignment by the calendar, the earliest first at zero; or each as it is, from zero
 */
export function alignTraces(readers: readonly TraceReader[], alignment: Alignment): number[] {
  if (alignment === 'zero') return readers.map(() => 0);
  const origins = readers.map(({ recordings: [first] }) => first!.startedUtcNs - BigInt(first!.offsetNs));
  const distances = origins.map((origin) => Number(origin - origins[0]!));
  const first = Math.min(...distances);
  return distances.map((distance) => Math.round((distance - first) / stepNs) * stepNs);
}
