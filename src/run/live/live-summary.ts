/** What a live view has seen, as `top` tells it of a recording: of a stretch, and of all. */
import type { TraceReader } from '../../format/reading/reader.js';
import { type Sorting, summarize, type TopResult } from '../../replay/answers/top.js';
import type { SampleFilter } from '../../replay/samples/sample-filter.js';
import type { Grouping } from '../../replay/sums/rows.js';

export interface LiveSummary {
  readonly filter: SampleFilter;
  /** The filters in force, in words. */
  readonly words: readonly string[];
  readonly by: Grouping;
  readonly sort: Sorting;
  readonly rowFilter: RegExp | null;
  /** Rows of a table. */
  readonly limit: number;
}

/** @returns null while there are no samples in this stretch of the time line */
export function sumStretch(
  reader: TraceReader,
  { fromNs, toNs }: { readonly fromNs: number; readonly toNs: number },
  { filter, by, sort, rowFilter, limit }: LiveSummary,
): TopResult | null {
  const { done: isEmpty } = reader.weighed(fromNs, toNs, { cpu: false }).next();
  if (isEmpty) return null;
  const window = { fromNs, toNs, extentNs: reader.extentNs() };
  return summarize(reader, window, filter, { by, sort, limit, filter: rowFilter });
}

/** Of all that the trace holds still. */
export function sumAll(reader: TraceReader, options: LiveSummary): TopResult | null {
  return sumStretch(reader, { fromNs: reader.keptFromNs(), toNs: reader.extentNs() }, options);
}
