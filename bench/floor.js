/** The C loop that makes the recorder's system calls and nothing else: compiled when it is needed. */
import { fileURLToPath } from 'node:url';
import { lastLines, run } from './child.js';

/** @typedef {{ ticks: number, missed: number, cpuUs: number, wallMs: number }} FloorRun */

const source = fileURLToPath(new URL('floor.c', import.meta.url));

/**
 * @param {string} folder for the binary
 * @returns {Promise<{ path: string | null, missing: string | null }>}
 */
export async function compileFloor(folder) {
  const path = `${folder}/floor`;
  const built = await run(['cc', '-O2', '-o', path, source]);
  if (built.status === 0) return { path, missing: null };
  return { path: null, missing: `the floor in C: cc does not compile it (${lastLines(built.stderr)})` };
}

/**
 * The ranges that pyspy reads in a tick of a program of targets/depth.py, as `COUNT:BYTES` words: the lists' heads and
 * the GIL, and for each thread that runs its state, three copies of its frames, and what its code objects are known by.
 * The sizes were counted with strace(1), at depths 23 and 1002, on 3.9 and 3.13.
 * @param {string} minor of the target's interpreter
 * @param {number} depth
 * @param {number} running threads that run; those that sleep are not read
 */
export function floorRanges(minor, depth, running) {
  const heads = ['2:8', '1:24'];
  if (running === 0) return heads;
  const isOnDataStack = Number(minor.split('.')[1]) >= 11;
  // Frames lie on a data stack, or are objects of the heap that are spread out more.
  const copyBytes = isOnDataStack ? depth * 120 + 700 : depth * 430;
  const pieces = Math.ceil(copyBytes / 50_000);
  const codes = Math.min(depth, 23);
  return [
    ...heads,
    `${running}:240`,
    `${3 * running}:72`,
    `${3 * running * pieces}:${Math.ceil(copyBytes / pieces)}`,
    `${codes}:32`,
  ];
}

/**
 * @param {string} path of the binary
 * @param {{ pid: number, minor: string, depth: number, running: number, rate: number | 'max', seconds: number }} what
 * @returns {Promise<FloorRun>}
 * @throws {Error} if it fails
 */
export async function runFloor(path, { pid, minor, depth, running, rate, seconds }) {
  const period = rate === 'max' ? 0 : Math.round(1e9 / rate);
  const ranges = floorRanges(minor, depth, running);
  const outcome = await run([path, `${pid}`, `${period}`, `${seconds}`, `${running}`, ...ranges]);
  if (outcome.status !== 0) throw new Error(`it ended with status ${outcome.status}`);
  const [ticks = 0, missed = 0] = outcome.stdout.split(' ').map(Number);
  return { ticks, missed, cpuUs: outcome.cpuUs, wallMs: outcome.wallMs };
}
