/** One stack of native frames and Python frames, where it is known which native frames run which Python frames. */
import type { NativeFrame, NativeStack } from './native-stack.js';
import type { PythonRun } from './sides.js';

/** A frame of a stack of both kinds: the index of a Python frame, or a native one. */
export type EitherFrame =
  | { readonly python: number }
  | {
      readonly frame: NativeFrame;
      /** Whether this is the evaluation loop, which runs the Python frames that stand right before it. */
      readonly isLoop: boolean;
    };

/**
 * @param runs innermost first
 * @param depth how many Python frames there are: those without a run are outside of all native frames that are known
 * @returns frames, innermost first, and whether the outermost native ones were left out
 */
export function mergeFrames(
  { frames }: NativeStack,
  runs: readonly PythonRun[],
  depth: number,
): { readonly frames: readonly EitherFrame[]; readonly isCut: boolean } {
  const merged: EitherFrame[] = [];
  const known = countKnown(frames, runs);
  let run = 0;
  for (const [i, frame] of frames.slice(0, known).entries()) {
    const isLoop = runs[run]?.native === i;
    if (isLoop) {
      for (let python = runs[run]!.from; python < runs[run]!.to; python++) merged.push({ python });
      run++;
    }
    merged.push({ frame, isLoop });
  }
  for (let python = runs.at(-1)?.to ?? 0; python < depth; python++) merged.push({ python });
  return { frames: merged, isCut: known < frames.length };
}

/**
 * A call of the evaluation loop outside of all runs is another greenlet's: all that is outside of them may be, and be of
 * another moment.
 */
function countKnown(frames: readonly NativeFrame[], runs: readonly PythonRun[]): number {
  const outermost = runs.at(-1)?.native;
  if (outermost === undefined) return frames.length;
  const loops = new Set(runs.map(({ native }) => frames[native]!.code?.start));
  const isStrange = frames.some(({ code }, i) => i > outermost && code !== null && loops.has(code.start));
  return isStrange ? outermost + 1 : frames.length;
}
