/** Sums of a trace that grows: of its last stretch, and since the beginning. What `pyspy top --pid` shows. */
import type { TraceReader } from '../../format/reading/reader.js';
import { settlingNs } from '../../format/samples/weighed-batches.js';
import { walkRuns } from '../samples/runs.js';
import { isIdle, type SampleFilter, wantsStatus } from '../samples/sample-filter.js';
import type { WindowCounts } from '../samples/window-counts.js';
import { type Fold, RunningFold } from '../sums/fold.js';
import { type Grouping, type RowIdentity, type RowSums, sumRows } from '../sums/rows.js';
import type { Window } from '../window/window.js';

/** Stretches that are remembered, to show how each row's share changed. */
const historyLength = 60;

/** One row; times in ns. */
export interface LiveRow {
  readonly row: RowIdentity;
  readonly key: string;
  /** In the last stretch. */
  readonly self: number;
  readonly total: number;
  /** Since the beginning, or the last reset. */
  readonly selfSince: number;
  readonly totalSince: number;
}

/** What all threads together did in the last stretch, each as a share of its time: 1 is one thread all the time. */
export interface Usage {
  readonly cpu: number;
  readonly gil: number;
  readonly gilWait: number;
  readonly collecting: number;
  /** Threads that ran in it, and those that were idle all the time. */
  readonly running: number;
  readonly idle: number;
}

/** What the view shows after an update; times in ns. */
export interface LiveFigures {
  readonly by: Grouping;
  readonly metric: SampleFilter['metric'];
  /** Length of the last stretch, and of all since the beginning or the last reset. */
  readonly stretchNs: number;
  readonly sinceNs: number;
  readonly usage: Usage;
  /** Whether idle threads are left out. */
  readonly hidesIdle: boolean;
  /** Of all since the beginning or the last reset. */
  readonly counts: WindowCounts;
  readonly rows: readonly LiveRow[];
  readonly stretch: Fold;
  readonly since: Fold;
}

interface Stretch {
  readonly fromNs: number;
  readonly toNs: number;
  /** Self time by key of the rows; null until it is asked for. */
  self: Map<string, number> | null;
}

export class LiveSums {
  #filter: SampleFilter;
  #by: Grouping;
  #since: RunningFold;
  #resetNs = 0;
  /** The last is the newest. */
  readonly #stretches: Stretch[] = [];
  /** Up to where `#since` goes: what comes after it may still weigh another time than now. */
  #seenNs = 0;

  constructor(filter: SampleFilter, by: Grouping) {
    this.#filter = filter;
    this.#by = by;
    this.#since = this.#running();
  }

  /** Shows other rows, or counts other samples, from now on and also of what was. */
  show(filter: SampleFilter, by: Grouping): void {
    for (const stretch of this.#stretches) stretch.self = null;
    const isSame = filter === this.#filter && (by === 'wait') === (this.#by === 'wait');
    this.#by = by;
    if (isSame) return;
    this.#filter = filter;
    this.#since = this.#running();
    this.#seenNs = this.#resetNs;
  }

  /** Counts "since" from now on. */
  reset(): void {
    this.#resetNs = this.#stretches.at(-1)?.toNs ?? 0;
    this.#seenNs = this.#resetNs;
    this.#since = this.#running();
  }

  /**
   * Takes what the trace holds by now.
   * @param reader of the trace, opened just now
   * @param isHeld whether to count again what was there at the last update, and nothing newer
   * @returns null where there is nothing yet
   * @throws PyspyError of kind "trace" where the trace is damaged
   */
  update(reader: TraceReader, isHeld = false): LiveFigures | null {
    const newest = this.#stretches.at(-1)?.toNs ?? 0;
    const extentNs = isHeld ? newest : reader.extentNs();
    if (extentNs > newest) {
      this.#stretches.push({ fromNs: newest, toNs: extentNs, self: null });
      if (this.#stretches.length > historyLength) this.#stretches.shift();
    }
    const last = this.#stretches.at(-1);
    if (last === undefined) return null;
    const settledNs = extentNs - settlingNs(reader.recordings, this.#filter.metric === 'cpu');
    if (settledNs > this.#seenNs) {
      this.#since.add(reader, windowOf(this.#seenNs, settledNs));
      this.#seenNs = settledNs;
    }
    const sums = this.#since.copy();
    sums.add(reader, windowOf(this.#seenNs, extentNs));
    const window = windowOf(last.fromNs, last.toNs);
    const stretch = this.#fold(reader, window);
    const since = sums.fold(reader, windowOf(this.#resetNs, extentNs));
    return {
      by: this.#by,
      metric: this.#filter.metric,
      stretchNs: last.toNs - last.fromNs,
      sinceNs: extentNs - this.#resetNs,
      usage: usageOf(reader, window, this.#filter),
      hidesIdle: !this.#filter.idle,
      counts: since.counts,
      rows: this.#rows(reader, last, stretch, since),
      stretch,
      since,
    };
  }

  /** Shares of its time that a row took itself in the last stretches, the newest last. */
  history(reader: TraceReader, keys: readonly string[]): Map<string, number[]> {
    const shares = new Map<string, number[]>(keys.map((key) => [key, []]));
    for (const stretch of this.#stretches) {
      stretch.self ??= selfByKey(
        sumRows(reader, this.#fold(reader, windowOf(stretch.fromNs, stretch.toNs)), this.#by),
      );
      for (const [key, list] of shares)
        list.push((stretch.self.get(key) ?? 0) / (stretch.toNs - stretch.fromNs));
    }
    return shares;
  }

  #running(): RunningFold {
    return new RunningFold(this.#filter, { waits: this.#by === 'wait' });
  }

  #fold(reader: TraceReader, window: Window): Fold {
    const fold = this.#running();
    fold.add(reader, window);
    return fold.fold(reader, window);
  }

  #rows(reader: TraceReader, last: Stretch, stretch: Fold, since: Fold): LiveRow[] {
    const rows = new Map<string, LiveRow>();
    for (const { row, key, self, total } of sumRows(reader, since, this.#by))
      rows.set(key, { row, key, self: 0, total: 0, selfSince: self, totalSince: total });
    const now = sumRows(reader, stretch, this.#by);
    for (const { row, key, self, total } of now) {
      // Right after a reset the last stretch is older than the sums.
      const known = rows.get(key) ?? { row, key, self: 0, total: 0, selfSince: 0, totalSince: 0 };
      rows.set(key, { ...known, self, total });
    }
    last.self = selfByKey(now);
    return [...rows.values()];
  }
}

function selfByKey(rows: readonly RowSums[]): Map<string, number> {
  return new Map(rows.flatMap(({ key, self }) => (self > 0 ? [[key, self]] : [])));
}

function windowOf(fromNs: number, toNs: number): Window {
  return { fromNs, toNs, extentNs: toNs };
}

function usageOf(reader: TraceReader, window: Window, filter: SampleFilter): Usage {
  const all = {
    ...filter,
    gil: false,
    gilWait: false,
    waiting: false,
    collecting: false,
    torn: 'keep',
    idle: true,
  } as const;
  const length = window.toNs - window.fromNs;
  const sums = { cpu: 0, gil: 0, gilWait: 0, collecting: 0 };
  const seen = new Set<number>();
  const awake = new Set<number>();
  walkRuns({ reader, window, filter: { ...all, metric: 'cpu' } }, ({ ns }) => {
    sums.cpu += ns / length;
  });
  const kinds = [
    ['gil', { ...all, gil: true }],
    ['gilWait', { ...all, gilWait: true }],
    ['collecting', { ...all, collecting: true }],
  ] as const;
  walkRuns({ reader, window, filter: { ...all, metric: 'wall' } }, ({ namedThread, bits, ns }) => {
    seen.add(namedThread.thread.id);
    if (!isIdle(bits)) awake.add(namedThread.thread.id);
    for (const [kind, only] of kinds) if (wantsStatus(only, bits)) sums[kind] += ns / length;
  });
  return { ...sums, running: awake.size, idle: seen.size - awake.size };
}
