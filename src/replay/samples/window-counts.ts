/** How many samples of each kind a window has, whether or not the filter lets them through. */
import type { LateTicks } from '../../format/codec/lateness.js';
import { status } from '../../format/vocabulary.js';
import { isHeldUp } from '../../format/wait-words.js';
import type { NamedThread } from './named-thread.js';
import { isIdle, type SampleFilter, wantsStatus } from './sample-filter.js';

/** What was found in a window, whether or not the filter let it through. */
export interface WindowCounts {
  readonly ticks: number;
  /** Scheduled ticks that the recorder skipped. Known per batch; of a batch cut by the window, the share of its ticks. */
  readonly missed: number;
  /** Ticks that were left out on purpose, to keep to a budget of CPU time; known as `missed` is. */
  readonly spared: number;
  /** Ticks that came late, and those of which it is known whether they did. */
  readonly late: number;
  readonly lateKnown: number;
  readonly torn: number;
  readonly failed: number;
  readonly truncated: number;
  /** Idle samples that were left out, and what they would have weighed. */
  readonly idleSamples: number;
  readonly idleNs: number;
  /** Of the latter, what waited for a lock or the GIL. */
  readonly heldUpNs: number;
  /** Samples that the filter left out since they held no GIL and could not: their interpreter ran without one. */
  readonly gilOff: number;
  /** All samples, and those of which it is not known whether the thread ran. */
  readonly samples: number;
  readonly stateUnknown: number;
  /** With native frames, and of threads that ran without: where native frames are wanted. */
  readonly native: number;
  readonly ranPlain: number;
}

/** Of a window without ticks. */
export const noCounts: WindowCounts = {
  ticks: 0,
  missed: 0,
  spared: 0,
  late: 0,
  lateKnown: 0,
  torn: 0,
  failed: 0,
  truncated: 0,
  idleSamples: 0,
  idleNs: 0,
  heldUpNs: 0,
  gilOff: 0,
  samples: 0,
  stateUnknown: 0,
  native: 0,
  ranPlain: 0,
};

/** Counts of two windows together. */
export function addCounts(a: WindowCounts, b: WindowCounts): WindowCounts {
  const sums: { -readonly [K in keyof WindowCounts]: number } = { ...a };
  for (const key of Object.keys(sums) as (keyof WindowCounts)[]) sums[key] += b[key];
  return sums;
}

/** Decides which samples the filter lets through, and counts them all. */
export class Tally {
  readonly counts: { -readonly [K in keyof WindowCounts]: number } = { ...noCounts };
  readonly #filter: SampleFilter;

  constructor(filter: SampleFilter) {
    this.#filter = filter;
  }

  /** Counts ticks of which it is known whether they came late. */
  seeLate({ late, known }: LateTicks): void {
    this.counts.late += late;
    this.counts.lateKnown += known;
  }

  /** Counts samples with the same status, whether or not they pass. */
  see(bits: number, samples: number): void {
    const { counts } = this;
    if (bits & status.torn) counts.torn += samples;
    if (bits & status.failed) counts.failed += samples;
    if (bits & status.truncated) counts.truncated += samples;
    if (bits & status.stateUnknown) counts.stateUnknown += samples;
    counts.samples += samples;
    if (this.#filter.native === 'none') return;
    if (bits & status.native) counts.native += samples;
    else if ((bits & (status.onCpu | status.stateUnknown)) === status.onCpu) counts.ranPlain += samples;
  }

  /** Whether samples with this status pass, or are counted as left out, in any thread. */
  mayAdmit(bits: number): boolean {
    return this.#isGilOff(bits) || wantsStatus(this.#filter, bits);
  }

  /** Whether samples pass; counts those that are left out for a reason worth a word. */
  admits(namedThread: NamedThread, bits: number, samples: number, ns: number): boolean {
    if (!namedThread.isWanted || !this.mayAdmit(bits)) return false;
    if (this.#isGilOff(bits)) {
      this.counts.gilOff += samples;
      return false;
    }
    if (this.#filter.idle || !isIdle(bits)) return true;
    this.counts.idleSamples += samples;
    this.counts.idleNs += ns;
    if (isHeldUp(bits)) this.counts.heldUpNs += ns;
    return false;
  }

  #isGilOff(bits: number): boolean {
    return this.#filter.gil && (bits & status.gilOff) !== 0;
  }
}
