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
 * The ranges that pyspy reads in a tick of a program of targets/depth.py, as `COUNT:BYTES` words: the lists' heads with what
 * is near them, for each thread that runs its state and its frames, and the count of code objects or, to 3.11, what its code
 * objects are known by. The sizes were counted with strace(1), at depths 12 and 23, on 3.9, 3.12 and 3.13.
 * @param {string} minor of the target's interpreter
 * @param {number} depth
 * @param {number} running threads that run; those that sleep are not read
 */
export function floorRanges(minor, depth, running) {
  const number = Number(minor.split('.')[1]);
  const heads = ['1:8', `1:${number >= 12 ? 600 : 816}`];
  if (running === 0) return heads;
  // Frames lie on a data stack, or are objects of the heap that are spread out more.
  const frameBytes = number >= 11 ? depth * 120 + 700 : depth * 430;
  const pieces = Math.ceil(frameBytes / 50_000);
  const frames = [`${running * pieces}:${Math.ceil(frameBytes / pieces)}`];
  // The first frame lies on the C stack; code objects of one module lie close together.
  const rest = number >= 12 ? [`${running}:264`, '1:8'] : [`${Math.min(depth, 9)}:32`];
  return [...heads, `${running}:${number >= 11 ? 240 : 184}`, ...frames, ...rest];
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
