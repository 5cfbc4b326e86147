/** What a comparison says: `diff --json`, see schema/diff.schema.json. Renderers of all kinds are made from it. */
import type { TraceState } from '../../format/reading/trace-state.js';
import type { MatchEvidence } from '../names/function-match.js';
import type { Quality } from '../samples/quality.js';
import type { Metric } from '../samples/sample-filter.js';
import type { WindowFigures } from '../window/window.js';
import type { Obstacle } from './comparability.js';
import type { VarianceSource } from './difference.js';
import type { EffectVerdict } from './judgement.js';

export const measures = ['total', 'self'] as const;
export type Measure = (typeof measures)[number];

/** What a function's time is divided by: the time of the samples, wall time, or units of work. */
export const bases = ['share', 'wall', 'cpu'] as const;
export type Basis = (typeof bases)[number];

export type Verdict = EffectVerdict | 'not-comparable';
/** `not-tested`: too rare for the family, or always there. */
export type RowVerdict = EffectVerdict | 'not-tested' | 'not-comparable';

/** One recording, or a window of one. */
export interface DiffRun extends Quality {
  file: string;
  state: TraceState;
  command: string[];
  python: string | null;
  host: string;
  /** When its time zero was, in UTC. */
  /** Null where it is not known. */
  started: string | null;
  rate_hz: number;
  window: WindowFigures;
  /** Wall time in the window for which there are samples. */
  observed_s: number;
  samples: number;
  /** What the run's shares are of. */
  total_s: number;
}

/** One side of the comparison: with several runs, lists of all of them and sums. */
export interface DiffSide extends DiffRun {
  runs: DiffRun[];
  /** Units of work done in each run; null where none were given. */
  work: number | null;
}

/** What was found out about one function, itself or in total; in percent of the scale. */
export interface DiffTest {
  a_pct: number;
  b_pct: number;
  delta_pct: number;
  ci_pct: [number, number];
  threshold_pct: number;
  mde_pct: number;
  /** Of any change. */
  p: number;
  q_any: number;
  /** Of a change beyond the threshold. */
  q: number;
  permutation_p: number | null;
  degrees: number;
  effective_a: number | null;
  effective_b: number | null;
  block_s: number;
  verdict: EffectVerdict;
}

export interface DiffRow {
  function: string;
  /** Relative to where packages, the standard library or the program are installed; B's where it has the function. */
  file: string;
  /** First line, where it is known, else 0. */
  line: number;
  /** By the measure, in percent of the scale; the change is in points of percent. */
  a_pct: number;
  b_pct: number;
  delta_pct: number;
  a_self_pct: number;
  b_self_pct: number;
  a_total_pct: number;
  b_total_pct: number;
  /** "new" where only B has the function, "gone" where only A has. */
  presence: 'both' | 'new' | 'gone';
  matched: MatchEvidence;
  /** A's file where it is called otherwise. */
  a_file: string | null;
  /** By the measure; null where that was not tested. */
  ci_pct: [number, number] | null;
  q: number | null;
  mde_pct: number | null;
  /** The worse of self and total. */
  verdict: RowVerdict;
  self: DiffTest | null;
  total: DiffTest | null;
}

export interface DiffResult {
  verdict: Verdict;
  /** Why that is the verdict. */
  reasons: string[];
  /** What stands in the way of a comparison; with --force there is a verdict all the same. */
  obstacles: Obstacle[];
  forced: boolean;
  /** What to keep in mind. */
  notes: string[];
  /** What samples weigh. */
  metric: Metric;
  basis: Basis;
  /** Why that is compared, as one clause. */
  basis_reason: string;
  /** What seconds are divided by; "share" where they are not. */
  per: 'share' | 'second' | 'run' | 'work';
  /** The time that stayed the same, by which shares are measured; null where seconds are compared. */
  common: {
    /** False where shares do not show what stayed the same: then they are of the side's own time. */
    is_clear: boolean;
    functions: number;
    /** How much of A's time that is. */
    of_a_pct: number;
    /** What B's own shares were multiplied with. */
    b_factor: number;
  } | null;
  measure: Measure;
  /** What percentages are of. */
  scale: { unit: string; one_hundred_pct: number };
  threshold: { points: number; of_a_pct: number };
  /** Rate of false discoveries accepted; 1 - confidence of the intervals. */
  q_limit: number;
  variance: VarianceSource;
  family: { rule: string; functions: number; tests: number };
  counts: { regression: number; improvement: number; pass: number; inconclusive: number };
  a: DiffSide;
  b: DiffSide;
  /** All selected samples; null where that is 100 % by definition. */
  whole: DiffTest | null;
  rows: DiffRow[];
  /** How many rows there are without the limit, and how many of them were tested. */
  rows_total: number;
  rows_tested: number;
}

export function isTested({ self, total }: DiffRow): boolean {
  return self !== null || total !== null;
}
