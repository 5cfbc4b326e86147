/**
 * CPU time of one thread, by sample. What is measured is how much a thread used since the tick before, and that was often
 * used by something else than what is seen at the tick: a thread that works for a millisecond and waits for nine is nearly
 * always found waiting. So what was used in a stretch of time is shared by the samples of that stretch at which the thread
 * was on a CPU, by the wall time that they stand for: each function gets CPU time as it was seen on a CPU, and the sum
 * over the thread holds in every stretch.
 *
 * "On a CPU" also means woken and waiting for one. Samples of that without the GIL, in a stack in which the thread is found
 * asleep as well, are doubtful: it may only just have been woken. They count where the others do not explain the CPU time.
 * Where CPUs are wanted by others as well, the recorder knows of some samples whether the thread had a CPU or waited for one,
 * and not of the rest. What waited counts nothing; the rest counts as often as the thread had a CPU in the same stack, where
 * that is known. For whom it is known depends on the CPU that the recorder is on, and a thread can stay on another for seconds.
 */

/** Stretches begin at whole multiples of their length on a recording's own time line, in ns. */
export interface Stretches {
  /** Where a recording begins. */
  readonly originNs: number;
  readonly nearNs: number;
  /** How many of them make one in which CPU time is shared where a short one has no sample on a CPU. */
  readonly inFar: number;
}

/** From how much of the doubtful samples' time is needed to explain the CPU time they begin to count, and count as the others. */
const doubt = { from: 0.6, to: 0.9 };
/** The others explain a tenth more than they stand for: that is how well it is known. */
const explained = 1.1;

/** Bits of a sample whose thread was ready to run. */
export const trait = {
  /** Without the GIL: doubtful where the thread is found asleep as well. */
  free: 1,
  /** Waited for a CPU (`status.cpuWait`). */
  waited: 2,
  /** Ran, or waited for a CPU (`status.cpuUnsure`). */
  unsure: 4,
} as const;

/** Wall time of samples of which it is known whether the thread had a CPU, and of those among them where it had. */
interface Known {
  ns: number;
  ranNs: number;
}

/** Samples of a long stretch; the lists are parallel. */
class Stretch {
  readonly index: number;
  readonly near: number[] = [];
  /** Wall time where the thread was on a CPU, else 0; and what it used. */
  readonly wallNs: number[] = [];
  readonly usedNs: number[] = [];
  readonly stack: number[] = [];
  /** Bits of `trait`. */
  readonly traits: number[] = [];
  hasWaits = false;
  readonly asleep = new Set<number>();
  taken = 0;
  #cpuNs: Float64Array | null = null;

  constructor(index: number) {
    this.index = index;
  }

  get isTaken(): boolean {
    return this.taken === this.near.length;
  }

  /** To be called when all was added; what comes later keeps what it used. @param inFar short stretches in it */
  take(inFar: number): number {
    this.#cpuNs ??= this.#share(inFar);
    const at = this.taken++;
    return at < this.#cpuNs.length ? this.#cpuNs[at]! : this.usedNs[at]!;
  }

  /**
   * Takes from the time of samples what was, or is likely to have been, a wait for a CPU. Beside what is known of a stack,
   * what is known of all counts like one sample of it.
   */
  #leaveOutWaits(weights: Float64Array): void {
    if (!this.hasWaits) return;
    const ofStack = new Map<number, Known>();
    const all: Known = { ns: 0, ranNs: 0 };
    let samples = 0;
    for (const [at, traits] of this.traits.entries()) {
      const ns = weights[at]!;
      if (ns === 0 || traits & trait.unsure) continue;
      const own = ofStack.get(this.stack[at]!) ?? { ns: 0, ranNs: 0 };
      ofStack.set(this.stack[at]!, own);
      samples++;
      for (const sum of [own, all]) {
        sum.ns += ns;
        if (!(traits & trait.waited)) sum.ranNs += ns;
      }
    }
    // None is known to have run: nothing says where it did.
    if (all.ranNs === 0) return;
    const usual = all.ranNs / all.ns;
    const usualNs = all.ns / samples;
    for (const [at, traits] of this.traits.entries())
      if (traits & trait.waited) weights[at] = 0;
      else if (traits & trait.unsure) {
        const { ns, ranNs } = ofStack.get(this.stack[at]!) ?? { ns: 0, ranNs: 0 };
        weights[at]! *= (ranNs + usual * usualNs) / (ns + usualNs);
      }
  }

  #share(inFar: number): Float64Array {
    const { near, wallNs, usedNs, stack, traits, asleep } = this;
    const count = near.length;
    const isDoubtful = (at: number): boolean => (traits[at]! & trait.free) !== 0 && asleep.has(stack[at]!);
    const weights = Float64Array.from(wallNs);
    this.#leaveOutWaits(weights);
    let [certain, doubtful, used] = [0, 0, 0];
    for (let at = 0; at < count; at++) {
      if (isDoubtful(at)) doubtful += weights[at]!;
      else certain += weights[at]!;
      used += usedNs[at]!;
    }
    const share = certain === 0 ? 1 : countedShare(used - explained * certain, doubtful);
    // By short stretch, and at the end of what those had nothing to share it among.
    const [usedIn, weightIn] = [new Float64Array(inFar + 1), new Float64Array(inFar + 1)];
    for (let at = 0; at < count; at++) {
      if (share < 1 && isDoubtful(at)) weights[at]! *= share;
      usedIn[near[at]!]! += usedNs[at]!;
      weightIn[near[at]!]! += weights[at]!;
      weightIn[inFar]! += weights[at]!;
    }
    // Nothing was on a CPU in all of it: CPU time stays where it was found.
    if (weightIn[inFar] === 0) return Float64Array.from(usedNs);
    for (let part = 0; part < inFar; part++) if (weightIn[part] === 0) usedIn[inFar]! += usedIn[part]!;
    const ofFar = usedIn[inFar]! / weightIn[inFar]!;
    const ratio = usedIn.map((ns, part) => (weightIn[part] === 0 ? 0 : ns / weightIn[part]! + ofFar));
    for (let at = 0; at < count; at++) weights[at] = Math.round(weights[at]! * ratio[near[at]!]!);
    return weights;
  }
}

/** Takes samples by time, and gives back their CPU time in the same order. */
export class CpuSpread {
  readonly #stretches: Stretches;
  /** By time; those before were given back. */
  readonly #open: Stretch[] = [];

  constructor(stretches: Stretches) {
    this.#stretches = stretches;
  }

  /** Whether all was given back, and no stretch goes on at `atNs`. */
  isDone(atNs: number): boolean {
    return this.#open.every((stretch) => stretch.isTaken && stretch.index < this.#indexOf(atNs));
  }

  /** The thread slept in a stack at all ticks from the one to the other, which lie in one batch. */
  addSleep(stack: number, fromNs: number, toNs: number): void {
    const last = this.#indexOf(toNs);
    for (let index = this.#indexOf(fromNs); index <= last; index++) this.#at(index).asleep.add(stack);
  }

  /**
   * The next sample; those of a thread that was not on a CPU and used nothing may be left out.
   * @param wallNs that it stands for if the thread was on a CPU; else 0
   * @param usedNs CPU time since the tick before
   * @param stack where it was
   * @param traits bits of `trait`
   */
  add(atNs: number, wallNs: number, usedNs: number, stack: number, traits = 0): void {
    const { originNs, nearNs, inFar } = this.#stretches;
    const stretch = this.#at(this.#indexOf(atNs));
    const part = Math.floor((atNs - originNs) / nearNs) - stretch.index * inFar;
    stretch.near.push(Math.min(inFar - 1, Math.max(0, part)));
    stretch.wallNs.push(wallNs);
    stretch.usedNs.push(usedNs);
    stretch.stack.push(stack);
    stretch.traits.push(traits);
    if (traits & (trait.waited | trait.unsure)) stretch.hasWaits = true;
  }

  /** CPU time of the next sample, in whole ns. All of its stretch must have been added. */
  take(): number {
    while (this.#open[0]!.isTaken) this.#open.shift();
    return this.#open[0]!.take(this.#stretches.inFar);
  }

  #indexOf(atNs: number): number {
    const { originNs, nearNs, inFar } = this.#stretches;
    return Math.floor((atNs - originNs) / (nearNs * inFar));
  }

  /** Where batches overlap, times may go back: what is late belongs to the last stretch. */
  #at(index: number): Stretch {
    let last = this.#open[this.#open.length - 1];
    if (last === undefined || last.index < index) {
      // Before it there is nothing to come any more.
      while (this.#open[0]?.isTaken) this.#open.shift();
      last = new Stretch(index);
      this.#open.push(last);
    }
    return last;
  }
}

/** How much doubtful samples count beside others, from 0 to 1. @param missingNs CPU time that others do not explain */
function countedShare(missingNs: number, doubtfulNs: number): number {
  if (doubtfulNs === 0) return 0;
  return Math.min(1, Math.max(0, (missingNs / doubtfulNs - doubt.from) / (doubt.to - doubt.from)));
}
