/**
 * Real time for the thread that samples: where it waits for a processor, it gets one when a program blocks, and the samples
 * lean (docs/architecture.md, "The schedule"). Real time comes before everything else on the machine, so it has a budget:
 * a recorder that needs more than its share gives it up, first for a while, and soon for good.
 */
import type { Scheduling } from '../../format/recording-info.js';
import type { Priority } from '../../platform/clocks.js';

/** How much of one processor the thread may use while it is real-time, over each stretch of this length. */
const mostShare = 0.5;
const stretchNs = 250e6;

/** How long it goes without after it took more, the first time (a recording has most to do as it begins) and then; and how often it may. */
const pausesNs = [1e9, 10e9, Number.POSITIVE_INFINITY] as const;
const mostTimes = pausesNs.length;

export class Urgency {
  readonly #priority: Priority;
  #scheduling: Scheduling;
  #sinceNs = Number.NEGATIVE_INFINITY;
  #usedNs = 0;
  /** When it may ask again; 0 while it has what it asked for. */
  #pausedUntilNs = 0;
  #overruns = 0;
  /** Whether it was got here, and not given by the parent of this process. */
  readonly #isOurs: boolean;

  /**
   * Asks for real time, for the calling thread.
   * @param isWanted false where the user does not want it, or the recorder waits awake
   */
  constructor(priority: Priority, isWanted: boolean) {
    this.#priority = priority;
    if (priority.isRealTime) this.#scheduling = 'real-time';
    else if (!isWanted || priority.isModest) this.#scheduling = 'normal';
    else this.#scheduling = priority.raise() ? 'real-time' : 'refused';
    this.#isOurs = this.#scheduling === 'real-time' && !priority.isRealTime;
  }

  /** How it is now. */
  get scheduling(): Scheduling {
    return this.#pausedUntilNs > 0 ? 'given-up' : this.#scheduling;
  }

  /** To be called at each tick; looks at the budget when a stretch is over. @param nowNs rises */
  check(nowNs: number): void {
    if (!this.#isOurs || this.#overruns >= mostTimes) return;
    const lengthNs = nowNs - this.#sinceNs;
    if (lengthNs < stretchNs) return;
    const usedNs = this.#priority.cpuNs();
    const share = (usedNs - this.#usedNs) / lengthNs;
    this.#sinceNs = nowNs;
    this.#usedNs = usedNs;
    if (this.#pausedUntilNs > 0) {
      if (nowNs < this.#pausedUntilNs || share > mostShare) return;
      this.#pausedUntilNs = 0;
      if (!this.#priority.raise()) this.#giveUp();
    } else if (share > mostShare) {
      this.#priority.lower();
      this.#pausedUntilNs = nowNs + pausesNs[this.#overruns]!;
      if (++this.#overruns >= mostTimes) this.#giveUp();
    }
  }

  #giveUp(): void {
    this.#overruns = mostTimes;
    this.#scheduling = 'given-up';
  }
}
