/**
 * Recordings of programs that never ran, in memory: a main function that goes from one function to another, staying in
 * each for a random time (a semi-Markov process), sampled as the recorder samples. They are read through the same
 * methods as a trace in a file, so that everything behind the reader is what the command runs.
 */
import { createRandom, exponential, normal } from './random.js';

/**
 * @typedef {object} Program
 * @property {number} share of the time in the function that is looked at, 0 to 1
 * @property {number} dwellS mean time that it stays in one function, or the length of a cycle
 * @property {boolean} [cycle] whether it goes through all functions in turn, each for its share of the cycle, give or
 *   take a fifth; instead of to a random one for a random time
 * @property {number} [slowdown] how much longer it stays in that function: 0.1 for ten percent
 * @property {number} [spread] how much the functions' times differ from run to run: deviation of their logarithm
 */

/** Functions beside the one that is looked at, with unequal shares of the rest. */
const others = [8, 5, 4, 3, 2, 2, 1, 1, 1];
const rest = others.reduce((sum, part) => sum + part, 0);
const batchTicks = 1000;

/**
 * @param {Program} program
 * @param {{ seconds: number, rateHz: number, seed: number, name?: string }} options
 * @returns {import('../../src/format/reader.js').TraceReader}
 */
export function simulate(program, { seconds, rateHz, seed, name = `run ${seed}` }) {
  const random = createRandom(seed);
  const shares = [program.share, ...others.map((part) => ((1 - program.share) * part) / rest)];
  const factors = shares.map(() => Math.exp((program.spread ?? 0) * normal(random)));
  factors[0] = (factors[0] ?? 1) * (1 + (program.slowdown ?? 0));
  let state = 0;
  const periodNs = 1e9 / rateHz;
  const ticks = Math.floor(seconds * rateHz);
  /** When the program leaves where it is, in ns; it is looked at from a random moment on. */
  let leaves = -exponential(random) * 20 * program.dwellS * 1e9;
  const batches = [];
  let last = 0;
  for (let from = 0; from < ticks; from += batchTicks) {
    const count = Math.min(batchTicks, ticks - from);
    const tickNs = new Float64Array(count);
    const weightNs = new Float64Array(count);
    /** @type {number[]} */
    const lengths = [];
    /** @type {number[]} */
    const stacks = [];
    for (let at = 0; at < count; at++) {
      const now = Math.round((from + at + random()) * periodNs);
      while (leaves <= now) {
        state = program.cycle ? (state + 1) % shares.length : pick(shares, random);
        const time = program.cycle ? (0.8 + 0.4 * random()) * (shares[state] ?? 0) : exponential(random);
        leaves += time * program.dwellS * 1e9 * (factors[state] ?? 1);
      }
      tickNs[at] = now;
      weightNs[at] = now - last;
      last = now;
      if (stacks.length > 0 && stacks[stacks.length - 1] === state + 2)
        lengths[lengths.length - 1] = (lengths[lengths.length - 1] ?? 0) + 1;
      else {
        stacks.push(state + 2);
        lengths.push(1);
      }
    }
    batches.push({
      id: batches.length + 1,
      recording: 1,
      bytes: 0,
      encoding: 0,
      firstNs: tickNs[0] ?? 0,
      lastNs: last,
      ...{ ticks: count, samples: count, missed: 0, torn: 0, failed: 0, truncated: 0 },
      batch: {
        tickNs,
        weightNs,
        threads: [
          {
            thread: 1,
            firstTick: 0,
            runLength: Uint32Array.from(lengths),
            runStack: Uint32Array.from(stacks),
            runStatus: new Uint32Array(lengths.length).fill(1),
            cpuNs: weightNs,
          },
        ],
      },
    });
  }
  return readerOf(name, batches, shares.length, seconds * 1e9, rateHz);
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
 * @param {readonly import('../../src/format/reader.js').StoredBatch[]} batches
 * @param {number} functions
 * @param {number} extentNs
 * @param {number} rateHz
 */
function readerOf(path, batches, functions, extentNs, rateHz) {
  const names = ['main', 'target', ...others.map((_, at) => `other${at + 1}`)].slice(0, functions + 1);
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
    parents: Int32Array.from(names, (_, at) => (at === 0 ? -1 : 0)),
    frameOf: Uint32Array.from(names, (_, at) => at),
    frames: code.map((own) => ({ id: own.id, function: own, line: own.firstLine })),
  };
  const thread = { id: 1, process, pythonId: 1n, osId: 1, firstNs: 0, names: [] };
  const reader = {
    path,
    formatVersion: 2,
    unknownFeatures: [],
    recordings: [
      {
        rateHz,
        offsetNs: 0,
        keptFromNs: 0,
        end: { endedNs: extentNs, reason: 'stopped' },
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
  };
  return /** @type {import('../../src/format/reader.js').TraceReader} */ (/** @type {unknown} */ (reader));
}
