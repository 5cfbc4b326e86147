/**
 * pyspy's own code, out of the build: traces are read with its reader, and the paused reference with its sampler.
 * The types are those of the sources, so that the benchmark is checked without a build.
 */
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The command that starts it. */
export const pyspyCommand = [`${root}bin/pyspy.js`];

/** @param {string} path of a module below src/ @returns {Promise<any>} */
const load = (path) => import(new URL(`../dist/${path}.js`, import.meta.url).href);

/** @returns {Promise<typeof import('../src/format/reading/reader.js')>} */
export const loadReader = () => load('format/reading/reader');
/** @returns {Promise<typeof import('../src/format/vocabulary.js')>} */
export const loadVocabulary = () => load('format/vocabulary');
/** What it takes to look at a process again and again, as `dump --pid` does once. */
export async function loadSampler() {
  /** @type {[typeof import('../src/record/processes/attach.js'), typeof import('../src/record/sampling/process-sampler.js'),
   *   typeof import('../src/platform/index.js'), typeof import('../src/record/code/interner.js'),
   *   typeof import('../src/record/threads/sampler-context.js')]} */
  const [{ attach }, { ProcessSampler }, { currentPlatform }, { Interner }, { standalone }] =
    await Promise.all([
      load('record/processes/attach'),
      load('record/sampling/process-sampler'),
      load('platform/index'),
      load('record/code/interner'),
      load('record/threads/sampler-context'),
    ]);
  return { attach, ProcessSampler, currentPlatform, Interner, standalone };
}
