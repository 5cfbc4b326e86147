/** What the two threads of the recorder tell each other: messages up, and a few shared numbers both ways. */
import type { SamplerChoice, Scheduling } from '../../format/recording-info.js';
import type { GatheredSegment } from '../batch/gathered-batch.js';
import type { SamplerUse } from '../interrupts/interrupt-source.js';
import type { SearchFacts } from '../processes/search.js';
import type { Refusal } from '../processes/unfound.js';
import type { Target } from '../target/target.js';

export interface WorkerInit {
  /** Null: the first Python that the process becomes or starts whose pid will be in `control.root`. */
  readonly target: Target | null;
  /** Whether more processes are to come: each as an `Arrival`. */
  readonly follows: boolean;
  readonly rateHz: number;
  /** As of `RecorderOptions`. */
  readonly budgetShare: number | null;
  /** Null for no end. */
  readonly durationNs: number | null;
  /** Whether the thread is to ask for real time. */
  readonly realtime: boolean;
  /** Whether stacks get native frames. */
  readonly native: boolean;
  readonly sampler: SamplerChoice;
  readonly control: SharedArrayBuffer;
  readonly gauges: SharedArrayBuffer;
}

/** Int32 slots of `control`. */
export const control = {
  /** Set by the main thread, to one of `stopReasons`: finish the open batch and end. */
  stop: 0,
  /** Segments sent and not yet written. */
  pending: 1,
  /** Processes that the main thread has sent so far. */
  arrivals: 2,
  /** Pid of the process among whose descendants a Python is looked for; 0 as long as there is none. */
  root: 3,
  /** 1 once there is nothing to look at any more. */
  searchOver: 4,
  /** Pid of a child that is there for our own ends, and not to be recorded; 0 for none. */
  helper: 5,
  slots: 6,
} as const;

/** Why a recording is to end. */
export const stopReasons = {
  none: 0,
  /** Somebody wants it to. */
  stopped: 1,
  /** None of the processes is left. */
  allExited: 2,
} as const;

/** Float64 slots of `gauges`, written by the worker, read for the progress line. */
export const gauges = {
  elapsedNs: 0,
  ticks: 1,
  samples: 2,
  missed: 3,
  failed: 4,
  torn: 5,
  threads: 6,
  processes: 7,
  /** Ticks that came late, of those that are in the batches sent so far. */
  late: 8,
  /** Processes that were followed at any time, up to the last batch sent. */
  processesSeen: 9,
  /** Samples of threads that ran, and how many of their stacks the kernel copied in an interrupt; counted with --sampler kernel. */
  running: 10,
  copied: 11,
  /** Ticks that were left out on purpose, to keep to a budget of CPU time; not a whole number. */
  spared: 12,
  /** Ticks per second that are due now. */
  rateHz: 13,
  /** Share of a CPU that the recorder took where that was above the budget even at the lowest rate; 0 where it was not. */
  excess: 14,
  slots: 15,
} as const;

export type EndReason =
  | 'duration'
  | 'stopped'
  | 'target-exited'
  /** Another program, not a Python that can be read, runs in the process now. */
  | 'target-replaced'
  /** The kernel does not allow reading any more. */
  | 'denied';

export type WorkerMessage =
  /** The first one: from now on it can begin at once. */
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'started';
      readonly target: Target;
      /** The same instant, time zero, on two clocks. */
      readonly monotonicNs: bigint;
      readonly utcNs: bigint;
      /** How the thread is scheduled. */
      readonly scheduling: Scheduling;
      readonly sampler: SamplerUse;
    }
  /** No Python was found; or one that cannot be recorded, and why. */
  | { readonly kind: 'unfound'; readonly refusal: Refusal | null; readonly facts: SearchFacts }
  /** A followed process has ended, or runs another program. */
  | { readonly kind: 'lost'; readonly pid: number }
  | { readonly kind: 'segment'; readonly segment: GatheredSegment }
  | {
      readonly kind: 'end';
      readonly reason: EndReason;
      readonly endedNs: number;
      readonly scheduling: Scheduling;
    };
