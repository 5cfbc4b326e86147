/** Comparisons whose truth is known, by the hundred: how often they are wrong, and how often they find what is there. */
import { compare, compareTarget, namesOf, noThreshold, TraceReader, testOfTarget } from './judge.js';
import { createRandom } from './random.js';
import { planted, programs, recordingsOf } from './recordings.js';
import { simulate } from './simulation.js';

/**
 * @typedef {object} Rates
 * @property {number} comparisons
 * @property {number} gate share that --gate fails
 * @property {number} strict share that it fails with --threshold 0
 * @property {number} found share in which the test of the slowed function is a regression with --threshold 0
 * @property {number} named share in which it is with --test, which makes it the only one
 * @property {number} tests how many there were, in all comparisons
 * @property {number} wrongTests share of them that call a regression with --threshold 0
 */

/** @typedef {readonly import('../../src/format/reading/reader.js').TraceReader[]} Side */

/** @param {Iterable<{ a: Side, b: Side }>} pairs @returns {Rates} */
export function rate(pairs) {
  const rates = { comparisons: 0, gate: 0, strict: 0, found: 0, named: 0, tests: 0, wrongTests: 0 };
  for (const { a, b } of pairs) {
    const strict = compare(a, b, { threshold: noThreshold, force: true });
    const target = testOfTarget(strict);
    rates.comparisons++;
    rates.gate += Number(compare(a, b, { force: true }).verdict === 'regression');
    rates.strict += Number(strict.verdict === 'regression');
    rates.found += Number(target?.verdict === 'regression');
    rates.named += Number(compareTarget(a, b) === 'regression');
    rates.tests += Object.values(strict.counts).reduce((sum, count) => sum + count, 0);
    rates.wrongTests += strict.counts.regression;
  }
  const { comparisons, tests } = rates;
  for (const name of /** @type {const} */ (['gate', 'strict', 'found', 'named'])) rates[name] /= comparisons;
  rates.wrongTests /= Math.max(1, tests);
  return rates;
}

/**
 * Which functions are named, over many comparisons: rightly, wrongly, the one that was changed, and how often the verdict
 * of the pair is the opposite of the truth.
 * @param {Iterable<{ a: Side, b: Side }>} pairs
 * @param {number} change of the target's time
 * @param {Parameters<typeof compare>[2]} options
 */
export function rateNames(pairs, change, options) {
  const rates = { comparisons: 0, right: 0, wrong: 0, found: 0, opposite: 0 };
  for (const { a, b } of pairs) {
    const { right, wrong, isFound, isOpposite } = namesOf(
      compare(a, b, { force: true, ...options }),
      change,
      /^(main|phase1|target|unit|<module>)$/,
    );
    rates.comparisons++;
    rates.right += right;
    rates.wrong += wrong;
    rates.found += Number(isFound);
    rates.opposite += Number(isOpposite);
  }
  return rates;
}

/**
 * @param {import('./simulation.js').Program} program
 * @param {{ slowdown: number, runs: number, seconds: number, repetitions: number, seed: number, rateHz?: number }} options
 */
export function* simulated(program, { slowdown, runs, seconds, repetitions, seed, rateHz = 100 }) {
  let next = seed;
  const side = (/** @type {import('./simulation.js').Program} */ one) =>
    Array.from({ length: runs }, () => simulate(one, { seconds, rateHz, seed: next++ }));
  for (let at = 0; at < repetitions; at++) yield { a: side(program), b: side({ ...program, slowdown }) };
}

/** Every pair of recordings of one program. @param {readonly string[]} files */
function* allPairs(files) {
  for (let a = 0; a < files.length; a++)
    for (let b = a + 1; b < files.length; b++) yield* opened([files[a] ?? ''], [files[b] ?? '']);
}

/**
 * Random divisions of the recordings, `runs` on each side; of one list, or of two.
 * @param {readonly string[]} filesA @param {readonly string[]} filesB the same list where nothing was planted
 * @param {number} runs @param {number} count
 */
function* divisions(filesA, filesB, runs, count) {
  const random = createRandom(7);
  const shuffled = (/** @type {readonly string[]} */ files) =>
    files
      .map((file) => ({ file, key: random() }))
      .sort((x, y) => x.key - y.key)
      .map(({ file }) => file);
  for (let at = 0; at < count; at++) {
    const first = shuffled(filesA);
    const second = filesA === filesB ? first.slice(runs) : shuffled(filesB);
    yield* opened(first.slice(0, runs), second.slice(0, runs));
  }
}

/** @param {readonly string[]} filesA @param {readonly string[]} filesB */
function* opened(filesA, filesB) {
  const readers = [...filesA, ...filesB].map((file) => TraceReader.open(file));
  try {
    yield { a: readers.slice(0, filesA.length), b: readers.slice(filesA.length) };
  } finally {
    for (const reader of readers) reader.close();
  }
}

/** Real recordings: programs with themselves. @param {string} folder @param {number} most */
export function* realNulls(folder, most) {
  for (const name of programs) {
    const files = recordingsOf(folder, name, most);
    if (files.length > 1) yield { name, what: 'every pair', rates: rate(allPairs(files)) };
    if (files.length >= 8) yield { name, what: '4 against 4', rates: rate(divisions(files, files, 4, 100)) };
  }
}

/** Real recordings: with a slower function. @param {string} folder @param {number} most */
export function* realPlants(folder, most) {
  const base = recordingsOf(folder, 'planted-0', most);
  for (const percent of planted) {
    const files = recordingsOf(folder, `planted-${percent}`, most);
    const runs = Math.min(4, files.length, base.length);
    if (runs > 1) yield { percent, runs, rates: rate(divisions(base, files, runs, 30)) };
  }
}

/** The same: which functions are named. @param {string} folder @param {number} most */
export function* realNames(folder, most) {
  const base = recordingsOf(folder, 'planted-0', most);
  for (const percent of planted) {
    const files = recordingsOf(folder, `planted-${percent}`, most);
    const runs = Math.min(4, files.length, base.length);
    if (runs > 1)
      yield { percent, runs, rates: rateNames(divisions(base, files, runs, 30), percent / 100, {}) };
  }
}
