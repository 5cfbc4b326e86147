/** The C loop that makes the recorder's system calls and nothing else: compiled when it is needed. */
import { fileURLToPath } from 'node:url';
import { lastLines, run } from './child.js';

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
 * the GIL, and for each thread that runs its state, three copies of its frames, and its code objects' identities.
 * @param {string} minor of the target's interpreter
 * @param {number} depth
 * @param {number} running threads that run; those that sleep are not read
 */
export function floorRanges(minor, depth, running) {
  const heads = ['3:8'];
  if (running === 0) return heads;
  const codes = Math.min(depth, 23);
  const isOnDataStack = Number(minor.split('.')[1]) >= 11;
  const frames = isOnDataStack
    ? // In chunks of 16 KB, one behind the other; a frame of these programs takes some 100 bytes.
      [`${3 * running * Math.ceil((depth * 100) / 16384)}:${Math.min(16384, depth * 100 + 512)}`]
    : // Objects of the heap, several of which share a range.
      [`${3 * running * Math.ceil(depth / 4)}:1800`];
  return [...heads, `${running}:32`, ...frames, `${codes}:40`];
}
