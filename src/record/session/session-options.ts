/** What a recording is begun with, and what it ends with. */
import type { Worker } from 'node:worker_threads';
import type { PyspyError } from '../../errors.js';
import type { SamplerChoice, SamplerKind, Scheduling } from '../../format/recording-info.js';
import type { RetentionLimits } from '../../format/writing/retention.js';
import type { SamplerUse } from '../interrupts/interrupt-source.js';
import type { ProcessWatch } from '../processes/process-watch.js';
import type { EndReason } from '../sampling/thread-messages.js';
import type { Target } from '../target/target.js';
import type { Progress } from './progress.js';

export interface SessionOptions {
  /** Of a `RecorderThread` that is ready; belongs to the session from now on. */
  readonly worker: Worker;
  /** What is recorded, and the pid that was named for it; null for a Python that is to be looked for, see `search`. */
  readonly program: { readonly target: Target; readonly root: number } | null;
  /** Whether all descendants of what was named are recorded, too. */
  readonly follows: boolean;
  /** Finds the processes that are recorded besides, in the place of that; the caller stops it where there is no session. */
  readonly watch?: ProcessWatch | null;
  /** Told of each Python among the descendants that cannot be recorded. */
  readonly refused: (error: PyspyError) => void;
  /** Told whenever the file has got more samples. */
  readonly stored?: () => void;
  /** Name of the trace. */
  readonly path: (target: Target) => string;
  /** Whether an existing file may be replaced. */
  readonly force: boolean;
  readonly rateHz: number;
  /** Percent of one CPU that this process may take: the rate is lowered to keep to it; null or not there for no limit. */
  readonly budgetPct?: number | null;
  /** Null for no end. */
  readonly durationNs: number | null;
  /** Whether the thread that samples is to ask for real time. */
  readonly realtime: boolean;
  /** Whether stacks get native frames. */
  readonly native: boolean;
  /** How stacks of running threads are to be taken: from memory where it is not given. And told how they are. */
  readonly sampler?: SamplerChoice;
  readonly begun?: (sampler: SamplerUse) => void;
  /** What to keep of it. */
  readonly limits: RetentionLimits;
  /** Name and version of this program. */
  readonly recorder: string;
  readonly recorderCommand: readonly string[];
}

export interface SessionResult extends Progress {
  readonly path: string;
  /** "interrupted" if `stop` ended it. */
  readonly reason: EndReason | 'interrupted';
  readonly fileBytes: number;
  /** As it was begun with. */
  readonly wanted: { readonly rateHz: number; readonly budgetPct: number | null };
  /** How the thread that sampled was scheduled. */
  readonly scheduling: Scheduling;
  readonly sampler: SamplerKind;
}
