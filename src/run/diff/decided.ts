/** What is compared with what, and what that comes to: the one place where a verdict is reached, for text, picture and page. */
import type { PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { DiffResult, Measure } from '../../replay/diff/diff-result.js';
import { describeDifference } from '../../replay/diff/diff-rows.js';
import { defaultThreshold, type Threshold } from '../../replay/diff/judgement.js';
import { type Judged, judgeComparison } from '../../replay/diff/verdict.js';
import type { ChosenBasis } from '../../replay/diff/whole-run.js';
import { resolveWindow } from '../../replay/window/window.js';
import type { ChosenSamples } from '../replay/chosen-samples.js';
import { withTraces } from '../replay/open-traces.js';
import { compareSides } from './comparison.js';
import { type EndOptions, endOf } from './end.js';

/** One side: its traces, and the window of each, as resolveWindow takes it. */
export interface AskedSide {
  readonly files: readonly string[];
  readonly window: readonly [
    from: string | undefined,
    to: string | undefined,
    options: { readonly from: string; readonly to: string },
  ];
}

/** What a verdict is about. */
export interface AskedComparison {
  readonly a: AskedSide;
  readonly b: AskedSide;
  readonly samples: ChosenSamples;
  /** What is compared; null where that is left to what suits them. */
  readonly basis: ChosenBasis | null;
  /** Units of work that each run of A and of B did; null where they are not told. */
  readonly work: readonly [number, number] | null;
  /** Null for the usual one. */
  readonly threshold: Threshold | null;
  /** Which functions are tested; null for all. */
  readonly only: RegExp | null;
  /** Whether what should not be compared is compared all the same. */
  readonly force: boolean;
}

export interface Sides {
  readonly a: readonly TraceReader[];
  readonly b: readonly TraceReader[];
  readonly files: readonly string[];
}

/** What a comparison came to, and how the command ends because of it. */
export interface Decided {
  readonly judged: Judged;
  readonly result: DiffResult;
  readonly failure: PyspyError | null;
}

/**
 * Opens both sides, hands them to `action` and closes them again.
 * @throws PyspyError of kind "trace" where one cannot be read
 */
export async function withSides<T>(
  { a, b }: Pick<AskedComparison, 'a' | 'b'>,
  action: (sides: Sides) => Promise<T> | T,
): Promise<T> {
  const files = [...a.files, ...b.files];
  return withTraces(files, (readers) =>
    action({ a: readers.slice(0, a.files.length), b: readers.slice(a.files.length), files }),
  );
}

/**
 * Compares both sides.
 * @param shown by which measure rows are listed, and which; null for all
 * @throws PyspyError of kind "usage" where a window is none, "trace" where a trace is damaged
 */
export function decide(
  { a, b }: Sides,
  asked: AskedComparison & Omit<EndOptions, 'only'>,
  shown: { readonly measure: Measure; readonly rows: RegExp | null },
): Decided {
  const { comparison, chosen } = compareSides(
    a.map((reader) => ({ reader, window: resolveWindow(reader, ...asked.a.window) })),
    b.map((reader) => ({ reader, window: resolveWindow(reader, ...asked.b.window) })),
    asked.basis,
    asked.samples.filter,
  );
  const { work, only, force } = asked;
  const threshold = asked.threshold ?? defaultThreshold;
  const judged = judgeComparison(comparison, { chosen, work, threshold, only, force });
  const result = describeDifference(judged, { measure: shown.measure, limit: null, filter: shown.rows });
  return { judged, result, failure: endOf(result, asked) };
}
