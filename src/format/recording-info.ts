/** What a recording is, beside its samples: who recorded where and how, and how it ended. schema/trace.sql stores it. */

export interface HostInfo {
  readonly name: string;
  readonly system: string;
  readonly release: string;
  readonly machine: string;
  readonly cpuModel: string;
  readonly cpus: number;
  /** Kernel's boot id: monotonic clocks of two recordings compare only where it is the same. */
  readonly bootId: string;
}

/**
 * How the system scheduled the thread that took the samples: before all others; as others; as others, since more was not
 * allowed; or before others until it took more of a processor than it may.
 */
export type Scheduling = 'real-time' | 'normal' | 'refused' | 'given-up';

/** How stacks of running threads were taken: read from memory, or copied by the kernel in an interrupt of each, where that came in time. */
export type SamplerKind = 'memory' | 'kernel';
/** What is asked for: `auto` is what is the best of what is allowed. */
export type SamplerChoice = SamplerKind | 'auto';

/** One run of a recorder. A trace that was merged from others has several. */
export interface RecordingInfo {
  readonly recorder: string;
  readonly recorderPid: number;
  readonly recorderStartTicks: number;
  /** Command line of the recorder itself: what was asked for. */
  readonly recorderCommand: readonly string[];
  readonly rateHz: number;
  /** How the deadlines vary around the period: "none", "uniform". */
  readonly jitter: string;
  /** A `Scheduling`, or what the future brings; null where it is not known. */
  readonly scheduling: string | null;
  /** A `SamplerKind`, or what the future brings; null where it is not known. */
  readonly sampler: string | null;
  /** Percent of one CPU that the recorder was to keep to, by a lower rate; null for no limit, or where it is not known. */
  readonly budgetPct: number | null;
  /** The same instant, time zero of this recording, on two clocks (ns). */
  readonly startedMonotonicNs: bigint;
  readonly startedUtcNs: bigint;
  readonly host: HostInfo;
}

/**
 * Ends what is no recording, but was imported from a format without times of samples: its sums are true, and where on the time
 * line a sample lies says nothing.
 */
export const importedReason = 'imported';

/** Ends what was imported from a format with times of samples. */
export const importedTimesReason = 'imported-times';

/** How ticks of what is no recording vary around a period: there was none that is known. */
export const unknownJitter = 'unknown';

/** How a recording ended. Its absence in a file means that it still runs, or that the recorder died. */
export interface RecordingEnd {
  readonly endedNs: number;
  /** As it was in the end; as it was at the beginning where it is not given. */
  readonly scheduling?: string;
  /** "duration", "interrupted", "target-exited", "target-replaced", "denied", "output-failed", "recorder-failed"; others may come. */
  readonly reason: string;
  /** Exit status of the command that the recorder started; null or not there where it started none, or that went on. */
  readonly commandStatus?: number | null;
}
