/** Which stacks of a fold count, and which frames of them are shown. */
import type { CodeFrame, StackForest } from '../format/stack-forest.js';
import { functionKey, functionName } from './code-name.js';
import type { Cell } from './fold.js';

export interface StackFilter {
  /** Only stacks with a function or file on them that matches; null for all. */
  readonly focus: RegExp | null;
  /** No stacks with a function or file on them that matches; null for all. */
  readonly exclude: RegExp | null;
  /** Whether frames of the import machinery are left out: their time is their caller's. */
  readonly hideImportlib: boolean;
  /** Whether calls of a function by itself are one frame: the innermost. */
  readonly collapseRecursion: boolean;
}

/** Lib/importlib of 3.3 to 3.15: frozen into the interpreter, or as files. */
const importlibFile =
  /^<frozen importlib(?:\._bootstrap(?:_external)?)?>$|(?:^|[\\/])importlib[\\/](?:__init__|_bootstrap|_bootstrap_external)\.py$/;

/** Applies a filter. @returns forest and cells of what is left */
export function filterStacks(
  { forest, cells }: { readonly forest: StackForest; readonly cells: readonly Cell[] },
  filter: StackFilter,
): { readonly forest: StackForest; readonly cells: readonly Cell[] } {
  const { frames, frameOf, parents } = forest;
  const matches = (expression: RegExp | null): boolean[] =>
    frames.map(({ function: code }) =>
      expression === null ? false : expression.test(functionName(code)) || expression.test(code.file),
    );
  const isFocus = matches(filter.focus);
  const isExcluded = matches(filter.exclude);
  const isHidden = frames.map(({ function: { file } }) => filter.hideImportlib && importlibFile.test(file));
  const functions = filter.collapseRecursion ? numberFunctions(frames) : null;

  const size = parents.length;
  const hasFocus = new Uint8Array(size);
  const hasExcluded = new Uint8Array(size);
  /** Of each node, its place in the new forest: its own, or that of the caller it has become one with; -1 for none. */
  const places = new Int32Array(size).fill(-1);
  const newParents: number[] = [];
  const newFrames: number[] = [];
  for (let node = 0; node < size; node++) {
    const parent = parents[node]!;
    const frame = frameOf[node]!;
    const caller = parent < 0 ? -1 : places[parent]!;
    hasFocus[node] = isFocus[frame] || (parent >= 0 && hasFocus[parent]) ? 1 : 0;
    hasExcluded[node] = isExcluded[frame] || (parent >= 0 && hasExcluded[parent]) ? 1 : 0;
    if (isHidden[frame]) {
      places[node] = caller;
      continue;
    }
    const isAgain = caller >= 0 && functions !== null && functions[newFrames[caller]!] === functions[frame];
    newParents.push(isAgain ? newParents[caller]! : caller);
    newFrames.push(frame);
    places[node] = newFrames.length - 1;
  }
  const kept = cells.flatMap((cell): Cell[] => {
    if (cell.node < 0) return filter.focus === null ? [cell] : [];
    if (hasExcluded[cell.node] || (filter.focus !== null && !hasFocus[cell.node])) return [];
    return [{ ...cell, node: places[cell.node]! }];
  });
  return compact(kept, newParents, newFrames, frames);
}

/** What cells refer to, without the rest: a function that none of them has would be a row of its own. */
function compact(
  cells: readonly Cell[],
  parents: readonly number[],
  frameOf: readonly number[],
  frames: readonly CodeFrame[],
): { readonly forest: StackForest; readonly cells: readonly Cell[] } {
  const places = new Int32Array(parents.length).fill(-1);
  const unused = -1;
  const used = 0;
  for (const { node } of cells)
    for (let at = node; at >= 0 && places[at] === unused; at = parents[at]!) places[at] = used;
  const kept = [...places.keys()].filter((node) => places[node] === used);
  for (const [at, node] of kept.entries()) places[node] = at;
  const frameIds = [...new Set(kept.map((node) => frameOf[node]!))];
  const framePlaces = new Map(frameIds.map((frame, at) => [frame, at]));
  return {
    forest: {
      ids: Uint32Array.from(kept, (_, at) => at + 1),
      parents: Int32Array.from(kept, (node) => (parents[node]! < 0 ? -1 : places[parents[node]!]!)),
      frameOf: Uint32Array.from(kept, (node) => framePlaces.get(frameOf[node]!)!),
      frames: frameIds.map((frame) => frames[frame]!),
    },
    cells: cells.map((cell) => (cell.node < 0 ? cell : { ...cell, node: places[cell.node]! })),
  };
}

/** The same number for frames of the same function. */
function numberFunctions(frames: readonly CodeFrame[]): number[] {
  const numbers = new Map<string, number>();
  return frames.map(({ function: code }) => {
    const key = functionKey(code);
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key)!;
  });
}
