/** What the single executable has in place of src/package-files.js: the same functions over what is inside of it. */
import { Worker } from 'node:worker_threads';
// @ts-expect-error: the executable gives it to its scripts.
import { readPart } from './load.cjs';

/** What begins each thread after load.cjs. */
const threads = {
  recorder: "load('worker').serve();",
  sql: "load('sql-worker');",
};

export const packageFolder = process.execPath;

/** @param {string} name */
export function readPackageFile(name) {
  return readPart(name).toString();
}

/** @param {string} name */
export function readBuiltFile(name) {
  return readPart(name);
}

/**
 * @param {keyof typeof threads} name
 * @param {import('node:worker_threads').WorkerOptions} [options]
 */
export function startThread(name, options = {}) {
  return new Worker(`${readPart('load.cjs')}\n${threads[name]}`, { ...options, eval: true });
}
