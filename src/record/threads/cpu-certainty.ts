/**
 * Whether a thread that is ready to run was on a CPU. To the system, one that runs and one that waits for a CPU are the same
 * (state R); where others want the CPUs, a thread can wait for most of its time, and mostly where it was just woken or ended a
 * system call. What a real-time sampler knows is whom it took its own CPU from: the scheduler accounts for both at the same
 * instant. Others that are ready on this CPU waited; of those on other CPUs it is not known.
 */
import type { ThreadClock } from '../../platform/clocks.js';
import type { ThreadTrack } from './thread-track.js';

/** A thread that waits for less than this share of the time that it is ready is taken to run: a sampler alone causes as much. */
const leastShare = 0.15;
/** How much time of being ready is looked at, and how much of it says something, in ns. */
const [memoryNs, leastNs] = [500e6, 10e6];

type Judged = Pick<ThreadTrack, 'clock' | 'readyNs' | 'queuedNs' | 'hadCpu'>;
type Asked = Pick<ThreadClock, 'accountedNs' | 'cpu'>;

export class CpuCertainty {
  readonly #own: Asked & Pick<ThreadClock, 'close'>;
  readonly #isPrompt: () => boolean;

  /**
   * @param own clock of the thread that samples, which alone may use this; closed with it
   * @param isPrompt whether it gets a CPU at once when a tick is due. One that has to wait gets it where a program gives it up,
   *   and whom it follows then says nothing.
   */
  constructor(own: Asked & Pick<ThreadClock, 'close'>, isPrompt: () => boolean) {
    this.#own = own;
    this.#isPrompt = isPrompt;
  }

  /** To be called once a tick, when the clocks were updated, and soon: whom the sampler pushed away may run elsewhere next. */
  judge(threads: readonly Judged[]): void {
    let own: { readonly accountedNs: number | null; readonly cpu: number | null } | null = null;
    for (const thread of threads) {
      const { clock } = thread;
      if (clock === null) continue;
      note(thread, clock);
      if (clock.onCpu !== true || !isScarce(thread) || !this.#isPrompt()) continue;
      own ??= { accountedNs: this.#own.accountedNs(), cpu: this.#own.cpu() };
      const accountedNs = own.accountedNs === null ? null : clock.accountedNs();
      if (accountedNs === null || accountedNs === own.accountedNs) continue;
      const cpu = own.cpu === null ? null : clock.cpu();
      thread.hadCpu = cpu !== null && cpu === own.cpu ? false : 'unsure';
    }
  }

  close(): void {
    this.#own.close();
  }
}

function isScarce({ readyNs, queuedNs }: Judged): boolean {
  return readyNs >= leastNs && queuedNs >= leastShare * readyNs;
}

function note(thread: Judged, { cpuNs, queuedNs }: ThreadClock): void {
  if (cpuNs === 0 && queuedNs === 0) return;
  thread.readyNs += cpuNs + queuedNs;
  thread.queuedNs += queuedNs;
  if (thread.readyNs < memoryNs) return;
  thread.readyNs /= 2;
  thread.queuedNs /= 2;
}
