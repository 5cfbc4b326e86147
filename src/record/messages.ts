/** What the two threads of the recorder tell each other: messages up, and a few shared numbers both ways. */
import type { GatheredSegment } from './gathered-batch.js';
import type { Target } from './target.js';

export interface WorkerInit {
  readonly target: Target;
  readonly rateHz: number;
  /** Null for no end. */
  readonly durationNs: number | null;
  readonly control: SharedArrayBuffer;
  readonly gauges: SharedArrayBuffer;
}

/** Int32 slots of `control`. */
export const control = {
  /** Set by the main thread: finish the open batch and end. */
  stop: 0,
  /** Segments sent and not yet written. */
  pending: 1,
  slots: 2,
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
  slots: 7,
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
  | {
      readonly kind: 'started';
      /** The same instant, time zero, on two clocks. */
      readonly monotonicNs: bigint;
      readonly utcNs: bigint;
    }
  | { readonly kind: 'segment'; readonly segment: GatheredSegment }
  | { readonly kind: 'end'; readonly reason: EndReason; readonly endedNs: number };
