/** Which task of asyncio a stack belongs to. */
import type { StackForest } from '../../format/reading/stack-forest.js';
import { functionName, isTaskFrame } from '../names/code-name.js';

/** @returns the name of the task that a node belongs to; null for none, and for negative nodes */
export function tasksOf({ frames, frameOf, parents }: StackForest): (node: number) => string | null {
  if (!frames.some(isTaskFrame)) return () => null;
  const roots = new Int32Array(parents.length);
  for (let node = 0; node < parents.length; node++) {
    const parent = parents[node]!;
    roots[node] = parent < 0 ? node : roots[parent]!;
  }
  return (node) => {
    const outermost = node < 0 ? undefined : frames[frameOf[roots[node]!]!];
    return outermost !== undefined && isTaskFrame(outermost) ? functionName(outermost.function) : null;
  };
}
