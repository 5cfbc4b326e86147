/** Which stacks of a fold count, and which frames of them are shown. */
import type { CodeFrame, StackForest } from '../../format/reading/stack-forest.js';
import { functionKind } from '../../format/vocabulary.js';
import { functionKey, functionName, isTaskFrame } from '../names/code-name.js';
import type { OwnCode } from '../names/own-code.js';
import type { Cell } from './cell.js';
import { hiddenNodes, type NativeFilter } from './native-filter.js';
import type { SampleFilter, StackFilter } from './sample-filter.js';

/** Leaves out nothing but what is no frame. */
export const allStacks: StackFilter = {
  focus: null,
  exclude: null,
  hideImportlib: false,
  collapseRecursion: false,
  mine: null,
};

/** A filter's stacks with one's own code alone, or with all code again; what is one's own is as `first` has it. */
export function switchMine({ stacks }: SampleFilter, first: SampleFilter): StackFilter {
  const isMine = stacks?.mine != null;
  return { ...(stacks ?? allStacks), mine: isMine ? null : (first.stacks?.mine ?? { folders: [] }) };
}

/** Lib/importlib of 3.3 to 3.15: frozen into the interpreter, or as files. */
const importlibFile =
  /^<frozen importlib(?:\._bootstrap(?:_external)?)?>$|(?:^|[\\/])importlib[\\/](?:__init__|_bootstrap|_bootstrap_external)\.py$/;

/** Stands for samples of stacks without a frame of one's own. */
const outsideFrame: CodeFrame = {
  id: 0,
  function: {
    id: 0,
    kind: functionKind.marker,
    name: '[no code of your own]',
    qualname: null,
    file: '',
    firstLine: 0,
  },
  line: 0,
};

/** Whether a frame is none, but stands for stacks without a frame of one's own. */
export function isOutsideFrame(frame: CodeFrame): boolean {
  return frame === outsideFrame;
}

/** What a filter leaves. */
export interface FilteredStacks {
  readonly forest: StackForest;
  readonly cells: readonly Cell[];
  /** The node that a cell of this node (or negative number) has now; `leftOutNode` if it is not among them any more. */
  readonly nodeNow: (node: number) => number;
}

/** Where samples are that a filter of stacks leaves out. */
export const leftOutNode = -3;

/**
 * Applies a filter.
 * @param own what is one's own, where only that is shown
 */
export function filterStacks(
  { forest, cells }: { readonly forest: StackForest; readonly cells: readonly Cell[] },
  filter: StackFilter,
  native: NativeFilter,
  own: OwnCode | null,
): FilteredStacks {
  const { frameOf, parents } = forest;
  const frames = own === null ? forest.frames : [...forest.frames, outsideFrame];
  const matches = (expression: RegExp | null): boolean[] =>
    frames.map((frame) => {
      const { function: code } = frame;
      if (expression === null || isTaskFrame(frame)) return false;
      return expression.test(functionName(code)) || expression.test(code.file);
    });
  const isFocus = matches(filter.focus);
  const isExcluded = matches(filter.exclude);
  const isHidden = frames.map(
    (frame) =>
      isTaskFrame(frame) ||
      (filter.hideImportlib && importlibFile.test(frame.function.file)) ||
      (own !== null && !own.has(frame.function)),
  );
  const functions = filter.collapseRecursion ? numberFunctions(frames) : null;

  const size = parents.length;
  const hasFocus = new Uint8Array(size);
  const hasExcluded = new Uint8Array(size);
  const { isHidden: isUnseenAt, isInside } = hiddenNodes(forest, native);
  /** Of each node, its place in the new forest: its own, or that of the caller it has become one with; -1 for none. */
  const places = new Int32Array(size).fill(-1);
  const newParents: number[] = [];
  const newFrames: number[] = [];
  for (let node = 0; node < size; node++) {
    const parent = parents[node]!;
    const frame = frameOf[node]!;
    const caller = parent < 0 ? -1 : places[parent]!;
    const isUnseen = isUnseenAt[node] === 1;
    hasFocus[node] = (isFocus[frame] && !isUnseen) || (parent >= 0 && hasFocus[parent]) ? 1 : 0;
    hasExcluded[node] = (isExcluded[frame] && !isUnseen) || (parent >= 0 && hasExcluded[parent]) ? 1 : 0;
    if (isHidden[frame] || isUnseen) {
      places[node] = caller;
      continue;
    }
    const isAgain = caller >= 0 && functions !== null && functions[newFrames[caller]!] === functions[frame];
    newParents.push(isAgain ? newParents[caller]! : caller);
    newFrames.push(frame);
    places[node] = newFrames.length - 1;
  }
  const outside = newFrames.length;
  if (own !== null) {
    newParents.push(-1);
    newFrames.push(frames.length - 1);
  }
  const placeOf = (node: number): number => {
    if (node < 0) return filter.focus === null ? node : leftOutNode;
    if (hasExcluded[node] || (filter.focus !== null && !hasFocus[node])) return leftOutNode;
    // A thread that ran no Python code, whose native frames are hidden, is told as without --mine.
    return places[node]! < 0 && own !== null && isInside[node] ? outside : places[node]!;
  };
  const kept = cells.flatMap((cell): Cell[] => {
    const node = placeOf(cell.node);
    return node === leftOutNode ? [] : [{ ...cell, node }];
  });
  const { numbers, ...left } = compact(kept, newParents, newFrames, frames);
  const nodeNow = (node: number): number => {
    const place = placeOf(node);
    return place < 0 ? place : numbers[place]!;
  };
  return { ...left, nodeNow };
}

/**
 * What cells refer to, without the rest: a function that none of them has would be a row of its own.
 * @returns numbers: of each node from before the one that it has now
 */
function compact(
  cells: readonly Cell[],
  parents: readonly number[],
  frameOf: readonly number[],
  frames: readonly CodeFrame[],
): { readonly forest: StackForest; readonly cells: readonly Cell[]; readonly numbers: Int32Array } {
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
    numbers: places,
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
