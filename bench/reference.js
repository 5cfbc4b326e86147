/**
 * Stacks of a program that stands still: it is stopped by a signal for each look, and let go again. That distorts its
 * speed, not where it is, so it can be compared with what profilers see of the running program.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as pause } from 'node:timers/promises';
import { loadSampler } from './pyspy.js';

/** A stop takes effect within microseconds on a CPU, and elsewhere when the thread is scheduled next. */
const stopMs = 5_000;
/** Between two looks the program runs for a random time of this mean, so that looks do not depend on each other. */
const meanRunNs = 400_000;
/** A program must have got to where it stays within this time. */
const settleMs = 20_000;

export class PausedReference {
  /**
   * @param {import('./child.js').Child} target
   * @param {import('./stacks.js').Judge} judge knows where the program's threads are once all are up
   */
  static async open(target, judge) {
    const kit = await loadSampler();
    return new PausedReference(target, judge, kit, await kit.attach(target.pid));
  }

  /**
   * @param {import('./child.js').Child} target
   * @param {import('./stacks.js').Judge} judge
   * @param {Awaited<ReturnType<typeof loadSampler>>} kit
   * @param {Awaited<ReturnType<Awaited<ReturnType<typeof loadSampler>>['attach']>>} process
   */
  constructor(target, judge, kit, process) {
    this.target = target;
    this.judge = judge;
    this.kit = kit;
    this.interner = new kit.Interner();
    this.sampler = new kit.ProcessSampler({
      target: process,
      processId: 1,
      platform: kit.currentPlatform(),
      interner: this.interner,
      ...kit.standalone(),
    });
    /** Functions of each stack by its id, outermost first; of the empty stack none. @type {string[][]} */
    this.names = [[]];
    /** The stack of each thread, which stays until the sampler tells another. @type {Map<number, number>} */
    this.stacks = new Map();
    /** @type {import('../src/record/batch/batch-builder.js').SampleSink} */
    this.sink = {
      sample: (thread, stack) => this.stacks.set(thread, stack),
      leave: (thread) => this.stacks.delete(thread),
    };
    /** @type {string[]} */
    this.strings = [''];
    /** String of each function's name, and function of each frame. @type {number[]} */
    this.functions = [0];
    /** @type {number[]} */
    this.frames = [0];
    this.looks = 0;
  }

  /**
   * Waits until all threads are up and where the program says they are, and then looks again and again.
   * @param {number} ms how long to go on
   * @returns {Promise<import('./formats/folded.js').Sample[]>}
   */
  async take(ms) {
    try {
      const settled = performance.now() + settleMs;
      while (!this.judge.isComplete((await this.#look()).map(({ names }) => names)))
        if (performance.now() > settled)
          throw new Error('some thread is not where the program says it can be');
      const end = performance.now() + ms;
      const samples = [];
      while (performance.now() < end) samples.push(...(await this.#look()));
      return samples;
    } finally {
      this.sampler.close();
    }
  }

  /** Lets the program run a little, stops it, and reads all threads. */
  async #look() {
    const { pid } = this.target;
    const until = cpuNs(pid) - Math.log(1 - Math.random()) * meanRunNs;
    // On a busy machine the program may not have run at all since it was let go.
    while (cpuNs(pid) < until && this.target.outcome === null) await pause();
    this.target.signal('SIGSTOP');
    try {
      const deadline = performance.now() + stopMs;
      while (!isStopped(pid)) {
        if (performance.now() > deadline) throw new Error('the program did not stop');
        await pause();
      }
      return this.#read();
    } finally {
      this.target.signal('SIGCONT');
    }
  }

  #read() {
    // Once in two seconds of this clock, so that the list of threads is read every time.
    const nowNs = ++this.looks * 2e9;
    if (this.sampler.tick(nowNs, this.sink) !== 'sampled') throw new Error('the program could not be read');
    this.#learn();
    return [...this.stacks].map(([thread, stack]) => ({
      thread: String(thread),
      names: this.names[stack] ?? [],
      count: 1,
      torn: false,
    }));
  }

  /** Takes the dictionary rows that came up; ids are dense and start at 1. */
  #learn() {
    this.sampler.take();
    const rows = this.interner.takeRows();
    for (const { id, text } of rows.strings) this.strings[id] = text;
    for (const { id, name, qualname } of rows.functions) this.functions[id] = qualname ?? name;
    for (const { id, function: called } of rows.frames) this.frames[id] = called;
    for (const { id, parent, frame } of rows.stacks) {
      const name = this.strings[this.functions[this.frames[frame] ?? 0] ?? 0] ?? '';
      this.names[id] = [...(this.names[parent] ?? []), name];
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
