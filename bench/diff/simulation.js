/**
 * Recordings of programs that never ran, in memory: a main function that goes from one function to another, staying in
 * each for a random time (a semi-Markov process), sampled as the recorder samples. They are read through the same
 * methods as a trace in a file, so that everything behind the reader is what the command runs.
 */
import { createRandom, exponential, normal } from './random.js';

/** @type {typeof import('../../src/format/samples/weighed-batches.js')} */
const { weighBatches } = await import(
  new URL('../../dist/format/samples/weighed-batches.js', import.meta.url).href
);

/**
 * @typedef {object} Program
 * @property {number} share of the time in the function that is looked at, 0 to 1
 * @property {number} dwellS mean time that it stays in one function, or the length of a cycle
 * @property {boolean} [cycle] whether it goes through all functions in turn, each for its share of the cycle, give or
 *   take a fifth; instead of to a random one for a random time
 * @property {number} [slowdown] how much longer it stays in that function: 0.1 for ten percent
 * @property {number} [spread] how much the functions' times differ from run to run: deviation of their logarithm
 * @property {number} [machine] how much all of a run is slower or quicker than another: deviation of its logarithm
 * @property {number} [phases] how many there are, one after the other, each with functions of its own: 1 by default
 * @property {boolean} [ends] whether it ends when its work is done, which takes `seconds` where nothing is slowed;
 *   instead of being looked at for so long
 */

/** Functions beside the one that is looked at, with unequal shares of the rest. */
const others = [8, 5, 4, 3, 2, 2, 1, 1, 1];
const rest = others.reduce((sum, part) => sum + part, 0);
const batchTicks = 1000;

/**
 * Functions with their phase and their share of the work; the one that is looked at is the first.
 * @param {Program} program
 */
function functionsOf({ share, phases = 1 }) {
  const shares = [share, ...others.map((part) => ((1 - share) * part) / rest)];
  return shares.map((own, at) => ({ share: own, phase: at % phases }));
}

/**
 * @param {Program} program
 * @param {{ seconds: number, rateHz: number, seed: number, name?: string }} options
 * @returns {import('../../src/format/reading/reader.js').TraceReader}
 */
export function simulate(program, { seconds, rateHz, seed, name = `run ${seed}` }) {
  const random = createRandom(seed);
  const functions = functionsOf(program);
  const speed = Math.exp((program.machine ?? 0) * normal(random));
  const factors = functions.map(() => speed * Math.exp((program.spread ?? 0) * normal(random)));
  factors[0] = (factors[0] ?? 1) * (1 + (program.slowdown ?? 0));
  const walk = new Walk(
    program,
    functions,
    factors,
    program.ends ? seconds * 1e9 : Number.POSITIVE_INFINITY,
    random,
  );
  const periodNs = 1e9 / rateHz;
  const batches = [];
  let last = 0;
  let isOver = false;
  for (let from = 0; !isOver; from += batchTicks) {
    /** @type {number[]} */
    const tickNs = [];
    /** @type {number[]} */
    const weightNs = [];
    /** @type {number[]} */
    const lengths = [];
    /** @type {number[]} */
    const stacks = [];
    for (let at = 0; at < batchTicks && !isOver; at++) {
      const now = Math.round((from + at + random()) * periodNs);
      const state = walk.at(now);
      isOver = state < 0 || (!program.ends && from + at >= Math.floor(seconds * rateHz));
      if (isOver) break;
      tickNs.push(now);
      weightNs.push(now - last);
      last = now;
      const stack = state + 2 + (program.phases ?? 1);
      if (stacks.length > 0 && stacks[stacks.length - 1] === stack)
        lengths[lengths.length - 1] = (lengths[lengths.length - 1] ?? 0) + 1;
      else {
        stacks.push(stack);
        lengths.push(1);
      }
    }
    const count = tickNs.length;
    if (count === 0) break;
    batches.push({
      id: batches.length + 1,
      recording: 1,
      bytes: 0,
      encoding: 0,
      firstNs: tickNs[0] ?? 0,
      lastNs: last,
      ...{ ticks: count, samples: count, missed: 0, torn: 0, failed: 0, truncated: 0 },
      batch: {
        tickNs: Float64Array.from(tickNs),
        weightNs: Float64Array.from(weightNs),
        threads: [
          {
            thread: 1,
            firstTick: 0,
            runLength: Uint32Array.from(lengths),
            runStack: Uint32Array.from(stacks),
            runStatus: new Uint32Array(lengths.length).fill(1),
            cpuNs: Float64Array.from(weightNs),
          },
        ],
      },
    });
  }
  const extentNs = program.ends ? last : seconds * 1e9;
  return readerOf(name, batches, functions, program, extentNs, rateHz);
}

/** Where the program is: it goes through its functions, phase by phase, until its work is done. */
class Walk {
  #state = 0;
  /** When the program leaves where it is, in ns; and how much of its work it has done by then. */
  #leaves = 0;
  #doneNs = 0;

  /**
   * @param {Program} program
   * @param {readonly { share: number, phase: number }[]} functions
   * @param {readonly number[]} factors how long each takes for its work
   * @param {number} workNs
   * @param {() => number} random
   */
  constructor(program, functions, factors, workNs, random) {
    this.program = program;
    this.factors = factors;
    this.workNs = workNs;
    this.random = random;
    const { phases = 1 } = program;
    this.phases = Array.from({ length: phases }, (_, phase) => {
      const members = functions.flatMap(({ share, phase: own }, at) =>
        own === phase ? [{ share, at }] : [],
      );
      const all = members.reduce((sum, { share }) => sum + share, 0);
      return { all, members: members.map(({ share, at }) => ({ share: share / all, at })) };
    });
    // A program that does not end is looked at from a random moment on.
    if (!program.ends) this.#leaves = -exponential(random) * 20 * program.dwellS * 1e9;
  }

  /** The function that it is in; -1 when it has ended. @param {number} now in ns, rising */
  at(now) {
    while (this.#leaves <= now) {
      if (this.#doneNs >= this.workNs) return -1;
      this.#go();
    }
    return this.#state;
  }

  #go() {
    const { program, phases, random } = this;
    let [phase, left] = [0, program.ends ? this.#doneNs / this.workNs : 0];
    while (phase < phases.length - 1 && left >= (phases[phase]?.all ?? 1)) left -= phases[phase++]?.all ?? 1;
    const members = phases[phase]?.members ?? [];
    const before = members.findIndex(({ at }) => at === this.#state);
    const next = program.cycle
      ? (before + 1) % members.length
      : pick(
          members.map(({ share }) => share),
          random,
        );
    const { share, at } = members[next] ?? { share: 0, at: 0 };
    const time =
      (program.cycle ? (0.8 + 0.4 * random()) * share : exponential(random)) * program.dwellS * 1e9;
    this.#state = at;
    this.#doneNs += time;
    this.#leaves += time * (this.factors[at] ?? 1);
  }
}

/** @param {readonly number[]} shares @param {() => number} random */
function pick(shares, random) {
  let left = random();
  for (let at = 0; at < shares.length; at++) {
    left -= shares[at] ?? 0;
    if (left < 0) return at;
  }
  return 0;
}

const process = {
  id: 1,
  recording: 1,
  parent: null,
  pid: 1000,
  startTicks: 1,
  command: ['python3', 'simulated.py'],
  executable: '/usr/bin/python3',
  cwd: '/simulated',
  pythonVersion: '3.12.0',
  pythonBuild: '3.12.0',
  firstNs: 0,
};

/**
 * @param {string} path
 * @param {readonly import('../../src/format/samples/batch-rows.js').StoredBatch[]} batches
 * @param {readonly { phase: number }[]} functions
 * @param {Program} program
 * @param {number} extentNs
 * @param {number} rateHz
 */
function readerOf(path, batches, functions, { phases = 1, ends }, extentNs, rateHz) {
  const phaseNames = Array.from({ length: phases }, (_, at) => `phase${at + 1}`);
  const names = ['main', ...phaseNames, 'target', ...others.map((_, at) => `other${at + 1}`)];
  const code = names.map((name, at) => ({
    id: at + 1,
    kind: 0,
    name,
    qualname: name,
    file: '/simulated/simulated.py',
    firstLine: 10 * at + 1,
  }));
  const forest = {
    ids: Uint32Array.from(names, (_, at) => at + 1),
    parents: Int32Array.from([-1, ...phaseNames.map(() => 0), ...functions.map(({ phase }) => phase + 1)]),
    frameOf: Uint32Array.from(names, (_, at) => at),
    frames: code.map((own) => ({ id: own.id, function: own, line: own.firstLine })),
  };
  const thread = { id: 1, process, pythonId: 1n, osId: 1, firstNs: 0, names: [] };
  /** @type {any} */
  const reader = {
    path,
    formatVersion: 2,
    unknownFeatures: [],
    recordings: [
      {
        id: 1,
        rateHz,
        offsetNs: 0,
        keptFromNs: 0,
        recorderCommand: ['pyspy', 'record', '--', 'python3', 'simulated.py'],
        commandStatus: ends ? 0 : null,
        end: { endedNs: extentNs, reason: ends ? 'target-exited' : 'duration' },
        recorderPid: 1,
        startedMonotonicNs: path,
        host: { name: 'simulated' },
      },
    ],
    state: () => 'complete',
    extentNs: () => extentNs,
    keptFromNs: () => 0,
    processes: () => [process],
    thread: () => thread,
    gaps: () => [],
    unknownColumns: () => [],
    forest: () => forest,
    batches: () => batches,
    weighed: (/** @type {number} */ from, /** @type {number} */ to, /** @type {{}} */ options) =>
      weighBatches(reader, from, to, options),
  };
  return reader;
}
