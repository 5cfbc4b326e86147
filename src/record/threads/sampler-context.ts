/** What the sampler of a process works with: the process, its row in the trace, and what all samplers share. */

import type { Interrupts } from '../../platform/interrupts.js';
import type { Platform } from '../../platform/platform.js';
import type { Interner } from '../code/interner.js';
import type { Layout } from '../layouts/layout.js';
import type { Target } from '../target/target.js';
import type { CpuCertainty } from './cpu-certainty.js';
import { LeftThreads } from './left-threads.js';

export interface SamplerContext {
  readonly target: Target;
  /** Its row in the trace. */
  readonly processId: number;
  readonly platform: Platform;
  readonly interner: Interner;
  /** Hands out ids for rows of threads. */
  readonly nextThreadId: () => number;
  /** Threads whose states are gone: also those of a sampler before, of the same process. */
  readonly leftThreads: LeftThreads;
  /** How many processes are followed. */
  readonly processes: () => number;
  /** Nanoseconds from tick to tick. */
  readonly periodNs: number;
  /** Whether threads that are ready to run are told from those that run; null where nobody asks. */
  readonly certainty: CpuCertainty | null;
  /** Whether stacks say which task of asyncio they belong to. */
  readonly tagsTasks: boolean;
  /** Whether stacks get native frames. */
  readonly readsNative: boolean;
  /** What has stacks of running threads copied in interrupts, of a layout; null, or not there: all are read from memory. */
  readonly openInterrupts?: (layout: Layout) => Interrupts | null;
}

/** The same for a process that is read by itself, now and then. */
export function standalone(): Pick<
  SamplerContext,
  'nextThreadId' | 'leftThreads' | 'processes' | 'periodNs' | 'certainty' | 'tagsTasks' | 'readsNative'
> {
  let threads = 0;
  return {
    nextThreadId: () => ++threads,
    leftThreads: new LeftThreads(),
    processes: () => 1,
    periodNs: 1e9,
    certainty: null,
    tagsTasks: false,
    readsNative: false,
  };
}
