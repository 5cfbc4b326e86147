/** How every benchmark begins and ends: with a folder of its own, and without leaving anything behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { killAll } from './child.js';

/** @param {string} name of the benchmark @returns a folder that is gone when the process ends, with all that it started */
export function makeScratch(name) {
  const folder = mkdtempSync(`${tmpdir()}/pyspy-${name}-`);
  cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Kills what was started when the process ends, also by a signal. @param {() => void} [andThen] */
export function cleanUp(andThen = () => {}) {
  process.on('exit', () => {
    killAll();
    andThen();
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => process.exit(130));
}

/** Runs a benchmark to its end; an error is a line on stderr. @param {() => Promise<void>} main */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
  process.exit(0);
}
