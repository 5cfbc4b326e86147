/** The code of `pyspy diff`, out of the build: what is validated is what the command runs. */

/** @param {string} path of a module below src/ @returns {Promise<any>} */
const load = (path) => import(new URL(`../../dist/${path}.js`, import.meta.url).href);

/** @type {typeof import('../../src/replay/diff.js')} */
const { compareWindows } = await load('replay/diff');
/** @type {typeof import('../../src/replay/verdict.js')} */
const { judgeComparison } = await load('replay/verdict');
/** @type {typeof import('../../src/replay/window.js')} */
const { resolveWindow } = await load('replay/window');
/** @type {typeof import('../../src/replay/filter.js')} */
const { createFilter } = await load('replay/filter');
/** @type {typeof import('../../src/replay/judgement.js')} */
const { defaultThreshold } = await load('replay/judgement');
/** @type {typeof import('../../src/format/reader.js')} */
export const { TraceReader } = await load('format/reader');

/** A gate without a threshold: any change that is not chance. */
export const noThreshold = { points: 0, ofA: 0 };

/** @typedef {readonly import('../../src/format/reader.js').TraceReader[]} Side */

/**
 * @param {Side} a
 * @param {Side} b
 * @param {Partial<import('../../src/replay/verdict.js').VerdictOptions>} [options]
 */
export function compare(a, b, options = {}) {
  const windows = (/** @type {typeof a} */ side) =>
    side.map((reader) => ({ reader, window: resolveWindow(reader, undefined, undefined) }));
  return judgeComparison(compareWindows(windows(a), windows(b), createFilter({})), {
    basis: 'share',
    work: null,
    threshold: defaultThreshold,
    only: null,
    force: false,
    ...options,
  });
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
