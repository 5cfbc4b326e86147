/**
 * Whether a thread that is ready to run was on a CPU. To the system, one that runs and one that waits for a CPU are the same
 * (state R); where others want the CPUs, a thread can wait for most of its time, and mostly where it was just woken or ended a
 * system call. What a real-time sampler knows is whom it took its own CPU from: the scheduler accounts for both at the same instant.
 */
import type { ThreadClock } from '../../platform/clocks.js';
import type { ThreadTrack } from './thread-track.js';

/** A thread that waits for less than this share of the time that it is ready is taken to run: a sampler alone causes as much. */
const leastShare = 0.15;
/** Over how much time of being ready, in ns. */
const memoryNs = 500e6;

type Judged = Pick<ThreadTrack, 'clock' | 'readyNs' | 'queuedNs' | 'isUnsure'>;

export class CpuCertainty {
  readonly #own: Pick<ThreadClock, 'accountedNs'>;
  readonly #isPrompt: () => boolean;

  /**
   * @param own clock of the thread that samples, which alone may use this
   * @param isPrompt whether it gets a CPU at once when a tick is due. One that has to wait gets it where a program gives it up,
   *   and whom it follows then says nothing.
   */
  constructor(own: Pick<ThreadClock, 'accountedNs'>, isPrompt: () => boolean) {
    this.#own = own;
    this.#isPrompt = isPrompt;
  }

  /** To be called once a tick, when the clocks were updated, and soon: whom the sampler pushed away may run elsewhere next. */
  judge(threads: readonly Judged[]): void {
    let ownNs: number | null = null;
    for (const thread of threads) {
      const { clock } = thread;
      if (clock === null) continue;
      note(thread, clock);
      if (clock.onCpu !== true || thread.queuedNs < leastShare * thread.readyNs || !this.#isPrompt())
        continue;
      ownNs ??= this.#own.accountedNs();
      const ns = ownNs === null ? null : clock.accountedNs();
      thread.isUnsure = ns !== null && ns !== ownNs;
    }
  }
}

function note(thread: Judged, { cpuNs, queuedNs }: ThreadClock): void {
  if (cpuNs === 0 && queuedNs === 0) return;
  thread.readyNs += cpuNs + queuedNs;
  thread.queuedNs += queuedNs;
  if (thread.readyNs < memoryNs) return;
  thread.readyNs /= 2;
  thread.queuedNs /= 2;
}
