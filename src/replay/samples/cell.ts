/** All samples of one thread (under one name) with one stack. */

import type { Wait } from '../../format/wait-words.js';
import type { NamedThread } from './named-thread.js';

export interface Cell {
  readonly namedThread: NamedThread;
  /** Index into the forest; negative for the empty stack and for `unreadNode`. */
  readonly node: number;
  /** The task of asyncio that ran, by name; null for none. */
  readonly task: string | null;
  /** What the thread waited for; null where the fold was not asked for it. */
  readonly wait: Wait | null;
  samples: number;
  /** Weight by the metric. */
  ns: number;
  /** CPU time in ns, where the fold was asked for it; else 0. */
  cpuNs: number;
}
