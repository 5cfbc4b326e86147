/** What a recording is to be like, and what is made of it meanwhile and at its end. */
import type { SamplerChoice } from '../../format/recording-info.js';
import type { RetentionLimits } from '../../format/writing/retention.js';

/** What a recording is to be like. */
export interface RecordingPlan {
  /** Trace to write; null for a name made of program, pid and time. */
  readonly path: string | null;
  readonly force: boolean;
  /** Whether the trace is told of at the end: it is the user's. */
  readonly isShown: boolean;
  /** What is made of the trace when it is complete, before a command that goes on is waited for; null for nothing. */
  readonly view: RecordedView | null;
  /** 0 for as many ticks as it can. */
  readonly rateHz: number;
  /** Percent of one CPU that the recorder may take; null for no limit. */
  readonly budgetPct: number | null;
  readonly subprocesses: boolean;
  /** Whether a command that is still there at the end of the recording is ended, too. */
  readonly stops: boolean;
  /** Null for no end. */
  readonly durationNs: number | null;
  /** Whether the thread that samples asks for real time. */
  readonly realtime: boolean;
  /** Whether stacks get native frames. */
  readonly native: boolean;
  /** How stacks of running threads are taken. */
  readonly sampler: SamplerChoice;
  readonly limits: RetentionLimits;
  /** Names for the marks that SIGUSR1 makes, in turn; then mark-1, mark-2 … */
  readonly markNames: readonly string[];
  /** Sends the trace while it is recorded; null for nothing. */
  readonly push: RecordedPush | null;
}

/** Something that reads a recording while it goes on. */
export interface RecordedPush {
  /** Called when something is in the trace, and again and again after that. */
  readonly begin: (file: string) => void;
  /** Nothing more is recorded. @throws PyspyError where not all could be sent */
  readonly end: () => Promise<void>;
}

/** A file that is made of a recording. */
export interface RecordedView {
  /** The file, which may be there already; null if it was checked before. */
  readonly path: string | null;
  readonly make: () => Promise<void>;
}
