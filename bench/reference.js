/**
 * Stacks of a program that stands still: it is stopped by a signal for each look, and let go again. That distorts its
 * speed, not where it is, so it can be compared with what profilers see of the running program.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSnapshot } from './pyspy.js';

/** A stop takes effect within microseconds on a CPU, and elsewhere when the thread is scheduled next. */
const stopMs = 5_000;
/** Between two looks the program runs for a random time of this mean, so that looks do not depend on each other. */
const meanRunNs = 400_000;
/** A program must have got to where it stays within this time. */
const settleMs = 20_000;

export class PausedReference {
  /** @param {import('./child.js').Child} target */
  constructor(target) {
    this.target = target;
  }

  /** Waits until all threads are where the program says they are. @param {import('./stacks.js').Judge} judge */
  async settle(judge) {
    const end = performance.now() + settleMs;
    while (!(await this.#look()).every(({ names }) => judge.isPossible(names)))
      if (performance.now() > end)
        throw new Error('some thread stays where the program does not say it can be');
  }

  /**
   * @param {number} ms how long to go on
   * @returns {Promise<import('./formats/folded.js').Sample[]>}
   */
  async take(ms) {
    const end = performance.now() + ms;
    const samples = [];
    while (performance.now() < end) samples.push(...(await this.#look()));
    return samples;
  }

  /** Lets the program run a little, stops it, and reads all threads. */
  async #look() {
    const { snapshot } = await loadSnapshot();
    const { pid } = this.target;
    const until = cpuNs(pid) - Math.log(1 - Math.random()) * meanRunNs;
    // On a busy machine the program may not have run at all since it was let go.
    while (cpuNs(pid) < until && this.target.outcome === null) await sleep(0);
    this.target.signal('SIGSTOP');
    try {
      const deadline = performance.now() + stopMs;
      while (!isStopped(pid)) {
        if (performance.now() > deadline) throw new Error('the program did not stop');
        await sleep(0);
      }
      const seen = await snapshot(pid);
      return (seen.processes[0]?.threads ?? []).map(({ thread_id, frames, torn, failed }) => ({
        thread: String(thread_id),
        names: frames.map((frame) => frame.function).reverse(),
        count: 1,
        torn: torn || failed,
      }));
    } finally {
      this.target.signal('SIGCONT');
    }
  }
}

/** CPU time of all threads. @param {number} pid */
function cpuNs(pid) {
  return readdirSync(`/proc/${pid}/task`).reduce(
    (sum, id) => sum + Number.parseInt(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8'), 10),
    0,
  );
}

/** @param {number} pid */
function isStopped(pid) {
  return readdirSync(`/proc/${pid}/task`).every((id) => {
    const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8');
    return /^[Tt]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  });
}
