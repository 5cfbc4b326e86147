/**
 * Stacks of a program that stands still: it is stopped by a signal for each look, and let go again. That distorts its
 * speed, not where it is, so it can be compared with what profilers see of the running program.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSnapshot } from './pyspy.js';

/** A stop takes effect within microseconds on a CPU, and when it is next scheduled elsewhere. */
const stopMs = 1000;

export class PausedReference {
  /** @param {import('./child.js').Child} target */
  constructor(target) {
    this.target = target;
  }

  /**
   * @param {number} looks at most
   * @param {number} ms at most
   * @returns {Promise<import('./formats/folded.js').Sample[]>}
   */
  async take(looks, ms) {
    const { snapshot } = await loadSnapshot();
    const { pid } = this.target;
    const end = performance.now() + ms;
    const samples = [];
    for (let look = 0; look < looks && performance.now() < end; look++) {
      // At random moments, so as not to fall into step with the program.
      await sleep(0.5 + Math.random() * 2);
      this.target.signal('SIGSTOP');
      try {
        await untilStopped(pid);
        const seen = await snapshot(pid);
        for (const thread of seen.processes[0]?.threads ?? [])
          samples.push({
            thread: String(thread.thread_id),
            names: thread.frames.map((frame) => frame.function).reverse(),
            count: 1,
            torn: thread.torn || thread.failed,
          });
      } finally {
        this.target.signal('SIGCONT');
      }
    }
    return samples;
  }
}

/** @param {number} pid */
async function untilStopped(pid) {
  const deadline = performance.now() + stopMs;
  while (!isStopped(pid)) {
    if (performance.now() > deadline) throw new Error('the program did not stop');
    await sleep(0);
  }
}

/** @param {number} pid */
function isStopped(pid) {
  return readdirSync(`/proc/${pid}/task`).every((id) => {
    const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8');
    return /^[Tt]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  });
}
