/** Where the time went: one row for each function, line, file, module, thread, process or task of asyncio. */
import { compareText } from '../../compare-text.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { TraceState } from '../../format/reading/trace-state.js';
import { OwnCode } from '../names/own-code.js';
import { describeQuality, type Quality } from '../samples/quality.js';
import type { Metric, SampleFilter } from '../samples/sample-filter.js';
import { foldWindow } from '../sums/fold.js';
import { calledLibraryNs, outsideNs } from '../sums/own-time.js';
import { type Grouping, matchesRow, type RowIdentity, type RowSums, sumRows } from '../sums/rows.js';
import { percent, seconds } from '../window/figure.js';
import { type Window, type WindowFigures, windowFigures } from '../window/window.js';

export const sortings = ['self', 'total'] as const;
export type Sorting = (typeof sortings)[number];

export interface TopOptions {
  readonly by: Grouping;
  readonly sort: Sorting;
  /** Rows to keep; null for all. */
  readonly limit: number | null;
  /** Keeps rows whose function, file, module, thread or process matches; percentages stay those of the whole. */
  readonly filter: RegExp | null;
  /** Whether sums that the trace has may be used; not where it is left out. */
  readonly rollups?: boolean;
}

export interface TopRow extends RowIdentity {
  self_s: number;
  total_s: number;
  self_pct: number;
  total_pct: number;
  self_samples: number;
  total_samples: number;
}

/** `top --json`, see schema/top.schema.json. */
export interface TopResult extends Quality {
  state: TraceState;
  window: WindowFigures;
  by: Grouping;
  metric: Metric;
  samples: number;
  total_s: number;
  /** Time in libraries that one's own code called, which --mine counts for the caller; null with it. */
  library_s: number | null;
  /** With --mine, time of stacks without a line of one's own; else null. */
  outside_s: number | null;
  rows: TopRow[];
  /** How many rows there are without the limit. */
  rows_total: number;
}

/**
 * Sums up a window.
 * @throws PyspyError as foldWindow does
 */
export function summarize(
  reader: TraceReader,
  window: Window,
  filter: SampleFilter,
  options: TopOptions,
): TopResult {
  const fold = foldWindow(reader, window, filter, {
    rollups: options.rollups ?? false,
    waits: options.by === 'wait',
  });
  const { sort } = options;
  const isMine = filter.stacks?.mine != null;
  const sums = sumRows(reader, fold, options.by);
  const weight = (item: RowSums) => item[sort];
  const other = (item: RowSums) => item[sort === 'self' ? 'total' : 'self'];
  const rows = sums
    .filter(({ row }) => options.filter === null || matchesRow(row, options.filter))
    .sort((a, b) => weight(b) - weight(a) || other(b) - other(a) || compareText(a.key, b.key));
  return {
    state: reader.state(),
    window: windowFigures(window),
    by: options.by,
    metric: fold.metric,
    samples: fold.samples,
    total_s: seconds(fold.ns),
    library_s: isMine
      ? null
      : seconds(calledLibraryNs(fold, new OwnCode(reader.processes(), { folders: [] }))),
    outside_s: isMine ? seconds(outsideNs(fold)) : null,
    ...describeQuality(reader, window, fold.counts),
    rows_total: rows.length,
    rows: rows.slice(0, options.limit ?? rows.length).map((item) => ({
      ...item.row,
      self_s: seconds(item.self),
      total_s: seconds(item.total),
      self_pct: percent(item.self, fold.ns),
      total_pct: percent(item.total, fold.ns),
      self_samples: item.selfSamples,
      total_samples: item.totalSamples,
    })),
  };
}
