/** What the sampling loop is begun with. */
import type { SamplerChoice } from '../../format/recording-info.js';
import type { Platform } from '../../platform/platform.js';
import type { GatheredSegment } from '../batch/gathered-batch.js';
import type { Arrivals } from '../processes/arrivals.js';
import type { Target } from '../target/target.js';

export interface RecorderOptions {
  readonly target: Target;
  /**
   * Where more processes come from while it records (record --subprocesses), and who is to know of those that are lost;
   * null for a recording of one process, which is over when that is.
   */
  readonly arrivals: Arrivals | null;
  readonly rateHz: number;
  /** Share of one CPU that this process may take: the rate is lowered to keep to it; null for no limit. */
  readonly budgetShare: number | null;
  readonly durationNs: number | null;
  /** Whether to ask for real time. */
  readonly realtime: boolean;
  /** Whether stacks get native frames. */
  readonly native: boolean;
  /** How stacks of running threads are to be taken. */
  readonly sampler: SamplerChoice;
  readonly platform: Platform;
  readonly control: Int32Array;
  readonly gauges: Float64Array;
  /** Takes a segment; the arrays of its batch are given away. */
  readonly send: (segment: GatheredSegment) => void;
}
