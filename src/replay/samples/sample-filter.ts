/** Which samples count, and what they weigh. */
import { type ProcessRow, status } from '../../format/vocabulary.js';
import { isHeldUp } from '../../format/wait-words.js';
import type { OwnRule } from '../names/own-code.js';
import type { NativeChoice } from './native-filter.js';

export type Metric = 'wall' | 'cpu';

export type TornChoice = 'keep' | 'omit' | 'only';

export interface SampleFilter {
  /** The wall time or the CPU time that samples stand for. */
  readonly metric: Metric;
  /** Threads whose name at the time of the sample matches; null for all. */
  readonly thread: RegExp | null;
  /** Processes with this pid, or whose command line matches; null for all. */
  readonly process: number | RegExp | null;
  /** Only samples that held the GIL. */
  readonly gil: boolean;
  /** Only samples asleep in the wait for the GIL. */
  readonly gilWait: boolean;
  /** Only samples that waited for a lock, or for the GIL. */
  readonly waiting: boolean;
  /** Only samples in garbage collection. */
  readonly collecting: boolean;
  /** Torn samples too, all but those, or nothing else. */
  readonly torn: TornChoice;
  /** Also samples of threads that were neither on a CPU nor waiting for one. */
  readonly idle: boolean;
  /** Which stacks count, and as what; null for all as they are. Applied where samples are summed up (RunningFold). */
  readonly stacks: StackFilter | null;
  /** Which native frames of stacks are shown; the time of others is that of who called them. */
  readonly native: NativeChoice;
}

export interface StackFilter {
  /** Only stacks with a function or file on them that matches; null for all. */
  readonly focus: RegExp | null;
  /** No stacks with a function or file on them that matches; null for all. */
  readonly exclude: RegExp | null;
  /** Whether frames of the import machinery are left out: their time is their caller's. */
  readonly hideImportlib: boolean;
  /** Whether calls of a function by itself are one frame: the innermost. */
  readonly collapseRecursion: boolean;
  /** What is one's own, where frames of other code are left out: their time is that of the own frame that called them; else null. */
  readonly mine: OwnRule | null;
}

/** Whether the filter lets a process through. */
export function wantsProcess({ process }: SampleFilter, { pid, command, executable }: ProcessRow): boolean {
  if (process === null) return true;
  if (typeof process === 'number') return pid === process;
  return process.test(command.length > 0 ? command.join(' ') : executable);
}

/** Neither on a CPU nor ready to be; a thread whose state is not known is not called idle. */
export function isIdle(bits: number): boolean {
  return (bits & (status.onCpu | status.stateUnknown)) === 0;
}

/** Whether the filter lets samples with these status bits through, idle or not; what is not known is not let through. */
export function wantsStatus(
  { gil, gilWait, waiting, collecting, torn }: SampleFilter,
  bits: number,
): boolean {
  if (torn !== 'keep' && ((bits & status.torn) !== 0) !== (torn === 'only')) return false;
  if (gil && (bits & (status.gil | status.gilUnknown)) !== status.gil) return false;
  if (gilWait && !(bits & status.gilWait)) return false;
  if (waiting && !isHeldUp(bits)) return false;
  return !collecting || (bits & status.collecting) !== 0;
}
