/** The code of `pyspy diff`, out of the build: what is validated is what the command runs. */

/** @param {string} path of a module below src/ @returns {Promise<any>} */
const load = (path) => import(new URL(`../../dist/${path}.js`, import.meta.url).href);

/** @type {typeof import('../../src/replay/diff/diff.js')} */
const { compareWindows } = await load('replay/diff/diff');
/** @type {typeof import('../../src/replay/diff/verdict.js')} */
const { judgeComparison } = await load('replay/diff/verdict');
/** @type {typeof import('../../src/replay/window/window.js')} */
const { resolveWindow } = await load('replay/window/window');
/** @type {typeof import('../../src/commands/options/filter.js')} */
const { createFilter } = await load('commands/options/filter');
/** @type {typeof import('../../src/replay/diff/judgement.js')} */
const { defaultThreshold } = await load('replay/diff/judgement');
/** @type {typeof import('../../src/format/reading/reader.js')} */
export const { TraceReader } = await load('format/reading/reader');

/** A gate without a threshold: any change that is not chance. */
export const noThreshold = { points: 0, ofA: 0 };

/** @typedef {readonly import('../../src/format/reading/reader.js').TraceReader[]} Side */

/**
 * @param {Side} a
 * @param {Side} b
 * @param {Partial<import('../../src/replay/diff/verdict.js').VerdictOptions>} [options]
 */
export function compare(a, b, options = {}) {
  const windows = (/** @type {typeof a} */ side) =>
    side.map((reader) => ({ reader, window: resolveWindow(reader, undefined, undefined) }));
  return judgeComparison(
    compareWindows(windows(a), windows(b), createFilter({ cpu: options.chosen?.basis === 'cpu' })),
    {
      chosen: { basis: 'share', isPerRun: false, reason: '' },
      work: null,
      threshold: defaultThreshold,
      only: null,
      force: false,
      ...options,
    },
  );
}

/** The verdict where the function that was slowed is the only one that is tested. @param {Side} a @param {Side} b */
export function compareTarget(a, b) {
  return testOfTarget(compare(a, b, { threshold: noThreshold, only: /^target$/, force: true }))?.verdict;
}

/** The test of the function that was slowed. @param {ReturnType<typeof compare>} judged */
export function testOfTarget({ comparison, tests }) {
  const found = comparison.match.functions.find(({ name }) => name === 'target');
  return found === undefined ? null : (tests.get(found.index)?.total ?? null);
}

/** Of CPU seconds per run, where both sides are whole runs. */
export const perRun = { chosen: { basis: /** @type {const} */ ('cpu'), isPerRun: true, reason: '' } };

/**
 * Which functions are called slower or faster: rightly, those that were changed or call them; or wrongly.
 * @param {ReturnType<typeof compare>} judged
 * @param {number} change more than 0 where the function was slowed
 * @param {RegExp} changed names of those that were changed, or call them
 */
export function namesOf({ comparison, tests, verdict }, change, changed) {
  const truth = change > 0 ? 'regression' : 'improvement';
  const named = { right: 0, wrong: 0, isFound: false, isOpposite: false };
  for (const [index, { self, total }] of tests) {
    const name = comparison.match.functions[index]?.name ?? '';
    for (const word of new Set([self?.verdict, total?.verdict])) {
      if (word !== 'regression' && word !== 'improvement') continue;
      const isRight = change !== 0 && word === truth && changed.test(name);
      if (isRight) named.right++;
      else named.wrong++;
      if (isRight && name === 'target') named.isFound = true;
    }
  }
  const opposite = truth === 'regression' ? 'improvement' : 'regression';
  named.isOpposite = verdict === opposite || (change === 0 && verdict === truth);
  return named;
}
