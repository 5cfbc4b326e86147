/** A process that is sampled, and what its sampler has from outside. */
import type { Interner } from './interner.js';
import type { Platform } from './platform/platform.js';
import type { Target } from './target.js';

export interface SampledProcess {
  readonly target: Target;
  /** Its row in the trace. */
  readonly processId: number;
  readonly platform: Platform;
  readonly interner: Interner;
  /** Hands out ids for rows of threads. */
  readonly nextThreadId: () => number;
  /** How many processes are followed. */
  readonly processes: () => number;
  /** Whether stacks say which task of asyncio they belong to. */
  readonly tagsTasks: boolean;
}

/** For who looks at one process, now and then. */
export const alone = { processes: () => 1, tagsTasks: false } as const;
