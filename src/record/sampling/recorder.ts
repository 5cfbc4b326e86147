/**
 * The sampling loop, for a thread of its own: waits, samples, closes a batch every second and sends it.
 */
import type { Scheduling } from '../../format/recording-info.js';
import { maxBatchSpanNs } from '../../format/vocabulary.js';
import type { Clock } from '../../platform/clocks.js';
import { Interner } from '../code/interner.js';
import { InterruptSource, type SamplerUse } from '../interrupts/interrupt-source.js';
import { lookAgain } from '../processes/search.js';
import { readClocks } from '../schedule/moment.js';
import { periodsAfter } from '../schedule/schedule.js';
import { gapNs, Tempo } from '../schedule/tempo.js';
import { Urgency } from '../schedule/urgency.js';
import { createElfCache } from '../target/locate.js';
import type { Target } from '../target/target.js';
import { CpuCertainty } from '../threads/cpu-certainty.js';
import { Outbox } from './outbox.js';
import type { ProcessSampler } from './process-sampler.js';
import type { RecorderOptions } from './recorder-options.js';
import { isSameInterpreter, SamplerSet } from './sampler-set.js';
import { control, type EndReason, gauges, stopReasons } from './thread-messages.js';

const batchNs = 1e9;
/** A batch that has as many samples is closed earlier: the memory that it takes has a limit. */
const maxBatchSamples = 250_000;
/** The stop flag is looked at this often; to wake up costs something, so less often where there is a budget. */
const sliceNs = 50e6;
const sparingSliceNs = 200e6;
/** How long a process whose interpreter was lost may take to show another one (exec), and how often to look. */
const lostPatienceNs = 5e9;
const lostLookNs = 20e6;

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #clock: Clock;
  readonly #interner = new Interner();
  readonly #tempo: Tempo;
  readonly #outbox: Outbox;
  readonly #startNs: number;
  /** When the last wait was over. */
  #nowNs = 0;
  /** The same instant, time zero, on the monotonic clock and on the wall clock (since 1970), in ns. */
  readonly anchors: { readonly monotonicNs: bigint; readonly utcNs: bigint };
  readonly #samplers: SamplerSet;
  readonly #urgency: Urgency;
  /** Null where all stacks are read from memory. */
  readonly #certainty: CpuCertainty;
  readonly #interrupts: InterruptSource | null;

  constructor(options: RecorderOptions) {
    const { platform, native } = options;
    this.#options = options;
    this.#clock = platform.openClock();
    const { startNs, ...anchors } = readClocks(this.#clock);
    this.#startNs = startNs;
    this.anchors = anchors;
    this.#tempo = new Tempo(startNs, options.rateHz, options.budgetShare);
    const { schedule } = this.#tempo;
    this.#outbox = new Outbox({
      interner: this.#interner,
      schedule,
      control: options.control,
      gauges: options.gauges,
      send: options.send,
    });
    const own = platform.openThreadClock(process.pid, platform.ownThreadId());
    this.#certainty = new CpuCertainty(own, () => this.#urgency.scheduling === 'real-time');
    const interrupts = options.sampler === 'memory' ? null : new InterruptSource(platform, native);
    this.#interrupts = interrupts;
    this.#samplers = new SamplerSet(platform, this.#interner, this.#outbox, {
      schedule,
      native,
      certainty: this.#certainty,
      interrupts,
    });
    this.#samplers.open(options.target, null, 0);
    // Last of all: what went before took its time, and nobody waited for it. A thread that waits awake never is.
    this.#urgency = new Urgency(platform.openPriority(), options.realtime && this.#tempo.sleeps);
  }

  /** How the system schedules the thread that made this. */
  get scheduling(): Scheduling {
    return this.#urgency.scheduling;
  }

  /** How stacks of running threads are taken. */
  get sampler(): SamplerUse {
    return this.#interrupts?.use ?? { kind: 'memory', refusal: null };
  }

  /** Records until something ends it; time zero is the construction of the recorder. */
  run(): { reason: EndReason; endedNs: number } {
    const endNs = this.#options.durationNs ?? Number.POSITIVE_INFINITY;
    const tempo = this.#tempo;
    const { schedule } = tempo;
    const { batch } = this.#outbox;
    let lastNs = 0;
    for (;;) {
      const { at, missed } = schedule.next(this.#startNs + this.#nowNs);
      const dueNs = at - this.#startNs;
      const passed = missed - periodsAfter(this.#startNs + endNs, at, schedule);
      if (passed > 0) this.#outbox.miss(passed, tempo.sparedPerTick);
      const firstNs = batch.firstNs;
      const isLarge = batch.ticks * this.#samplers.threads >= maxBatchSamples;
      if (firstNs !== undefined && (isLarge || dueNs - firstNs >= batchNs)) this.#flush();
      if (dueNs >= endNs) {
        this.#wait(endNs, 0);
        return this.#end(this.#stopReason ?? 'duration');
      }
      if (!this.#wait(dueNs, tempo.awakeNs)) return this.#end(this.#stopReason ?? 'stopped');
      const nowNs = this.#nowNs;
      const distance = nowNs - lastNs;
      // Readers find batches by their length in time, which is bounded.
      if (firstNs !== undefined && nowNs - firstNs > maxBatchSpanNs / 2) this.#flush();
      if (distance > tempo.longestNs) {
        this.#flush();
        this.#outbox.addGap(lastNs, nowNs - schedule.periodNs, 'the recorder was late');
      }
      batch.tick(nowNs, tempo.weigh(distance), nowNs - dueNs);
      this.#outbox.spare(tempo.sparedPerTick);
      const isLost = this.#sample(nowNs);
      lastNs = nowNs;
      this.#updateGauges(nowNs);
      this.#urgency.check(nowNs);
      tempo.keepBudget(nowNs);
      if (!isLost) continue;
      const end = this.#reattach(nowNs);
      if (end !== null) return this.#end(end);
      lastNs = this.#clock.now() - this.#startNs;
    }
  }

  get #isStopped(): boolean {
    return Atomics.load(this.#options.control, control.stop) !== stopReasons.none;
  }

  /** Whether the recording is to end, now, for whatever reason. */
  get #isOver(): boolean {
    const { durationNs } = this.#options;
    return this.#isStopped || (durationNs !== null && this.#clock.now() - this.#startNs >= durationNs);
  }

  get #stopReason(): EndReason | null {
    const flag = Atomics.load(this.#options.control, control.stop);
    if (flag === stopReasons.none) return null;
    return flag === stopReasons.allExited ? 'target-exited' : 'stopped';
  }

  /** Samples all processes. @returns whether the only one that was to be recorded is lost */
  #sample(nowNs: number): boolean {
    const { arrivals } = this.#options;
    const { batch } = this.#outbox;
    if (arrivals === null) return this.#samplers.all[0]!.tick(nowNs, batch) !== 'sampled';
    this.#samplers.welcome(arrivals, nowNs);
    let lost: ProcessSampler[] | null = null;
    let isHeavy = false;
    // Where ticks take long, the end is not waited for: of the others nothing is known at this one.
    for (const sampler of this.#samplers.all)
      if (isHeavy && this.#isOver) sampler.leave(batch);
      else if (sampler.tick(nowNs, batch) !== 'sampled') {
        lost ??= [];
        lost.push(sampler);
      } else isHeavy ||= sampler.isHeavy;
    for (const sampler of lost ?? []) {
      this.#samplers.drop(sampler, batch);
      arrivals.lost(sampler.target.pid);
    }
    return false;
  }

  /**
   * Waits; `#nowNs` is then the time. What was the time before is good enough to know how long to sleep.
   * @param awakeNs how much of the end not to sleep through
   * @returns false if the recorder was told to stop meanwhile
   */
  #wait(untilNs: number, awakeNs: number): boolean {
    const slice = this.#options.budgetShare === null ? sliceNs : sparingSliceNs;
    for (;;) {
      if (this.#isStopped) return false;
      const sleepNs = untilNs - this.#nowNs - awakeNs;
      if (sleepNs > 0) this.#clock.sleepUntil(this.#startNs + this.#nowNs + Math.min(sleepNs, slice));
      this.#nowNs = this.#clock.now() - this.#startNs;
      if (this.#nowNs >= untilNs) return true;
    }
  }

  /** The interpreter went: because the process ends, or because it now runs another program. */
  #reattach(nowNs: number): EndReason | null {
    const { pid, startTicks } = this.#samplers.all[0]!.target;
    const cache = createElfCache();
    for (let waited = 0; waited < lostPatienceNs; waited += lostLookNs) {
      // What the new program's interpreter has not filled in yet, as its version, is waited for.
      const final = waited >= lostPatienceNs / 2;
      const found = lookAgain(pid, { cache, final, isOver: () => this.#isOver });
      if (found === 'gone') return 'target-exited';
      if (found === 'denied') return 'denied';
      if (found !== 'none') {
        if (found.startTicks !== startTicks) return 'target-exited';
        this.#replaceSampler(found, nowNs);
        return null;
      }
      if (this.#isOver && !this.#isStopped) return 'duration';
      if (!this.#wait(this.#clock.now() - this.#startNs + lostLookNs, 0))
        return this.#stopReason ?? 'stopped';
    }
    return 'target-replaced';
  }

  #replaceSampler(target: Target, lostNs: number): void {
    const nowNs = this.#clock.now() - this.#startNs;
    const before = this.#samplers.all[0]!;
    // The same interpreter, which only could not be read for a moment, goes on as the same process.
    const isSame = isSameInterpreter(before.target, target);
    if (nowNs - lostNs > gapNs) this.#outbox.addGap(lostNs, nowNs, 'the process had no interpreter');
    if (isSame) return;
    this.#samplers.drop(before, this.#outbox.batch);
    this.#samplers.open(target, null, nowNs);
  }

  #flush(isLast = false): void {
    this.#samplers.collect();
    this.#options.gauges[gauges.processesSeen] = this.#samplers.seen;
    this.#outbox.flush(isLast);
  }

  #updateGauges(nowNs: number): void {
    const { gauges: gauge } = this.#options;
    gauge[gauges.elapsedNs] = nowNs;
    gauge[gauges.ticks]!++;
    gauge[gauges.threads] = this.#samplers.threads;
    gauge[gauges.processes] = this.#samplers.all.length;
    gauge[gauges.rateHz] = this.#tempo.rateHz;
    gauge[gauges.excess] = this.#tempo.excess;
  }

  #end(reason: EndReason): { reason: EndReason; endedNs: number } {
    this.#flush(true);
    this.#samplers.close();
    this.#interrupts?.close();
    this.#certainty.close();
    return { reason, endedNs: this.#clock.now() - this.#startNs };
  }
}
