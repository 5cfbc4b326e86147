/** Two sides of a comparison, read and matched: what the verdict, the table and the picture are made of. */
import type { TraceReader } from '../../format/reading/reader.js';
import type { CodeFunction } from '../../format/reading/stack-forest.js';
import { emptyStack, functionKey, unknownStack } from '../names/code-name.js';
import { CodePaths } from '../names/code-path.js';
import { type FunctionMatch, type MatchedFunction, matchFunctions } from '../names/function-match.js';
import type { SampleFilter } from '../samples/sample-filter.js';
import { type Fold, foldWindow, unreadNode } from '../sums/fold.js';
import { sumByKey } from '../sums/key-sums.js';
import type { Window } from '../window/window.js';

export interface RunWindow {
  readonly reader: TraceReader;
  readonly window: Window;
}

export interface ComparedRun {
  readonly reader: TraceReader;
  readonly fold: Fold;
  /** By `functionKey`. */
  readonly match: ReadonlyMap<string, MatchedFunction>;
}

export interface Comparison {
  readonly a: readonly ComparedRun[];
  readonly b: readonly ComparedRun[];
  readonly match: FunctionMatch;
  readonly filter: SampleFilter;
}

/** @throws PyspyError as foldWindow does, for any recording */
export function compareWindows(
  a: readonly RunWindow[],
  b: readonly RunWindow[],
  chosen: SampleFilter,
): Comparison {
  // A verdict is not to depend on which symbols a library of C has.
  const filter: SampleFilter = { ...chosen, native: 'none' };
  const fold = ({ reader, window }: RunWindow) => ({
    reader,
    fold: foldWindow(reader, window, filter),
  });
  const [foldsA, foldsB] = [a.map(fold), b.map(fold)];
  const runOf = ({ reader, fold }: { reader: TraceReader; fold: Fold }) => ({
    functions: functionsOf(fold),
    paths: new CodePaths(reader.processes()),
  });
  const match = matchFunctions(foldsA.map(runOf), foldsB.map(runOf));
  return {
    a: foldsA.map((run, at) => ({ ...run, match: match.ofA[at]! })),
    b: foldsB.map((run, at) => ({ ...run, match: match.ofB[at]! })),
    match,
    filter,
  };
}

function functionsOf(fold: Fold): Set<CodeFunction> {
  return new Set(fold.forest.frames.map((frame) => frame.function));
}

/** What stands for samples without frames, after the functions. */
export const frameless = [unknownStack, emptyStack];

/** Weight in ns, by matched function, and at the end for the samples without frames. */
export interface FunctionSums {
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly selected: number;
}

/** Sums over the runs of one side. */
export function sumSide(runs: readonly ComparedRun[], functions: number): FunctionSums {
  const sums = {
    self: new Float64Array(functions + frameless.length),
    total: new Float64Array(functions + frameless.length),
    selected: 0,
  };
  for (const { fold, match } of runs) {
    const keyOfFrame = fold.forest.frames.map((frame) => match.get(functionKey(frame.function))!.index);
    const own = sumByKey(fold, keyOfFrame, functions + frameless.length);
    for (const cell of fold.cells) {
      if (cell.node >= 0) continue;
      const index = functions + (cell.node === unreadNode ? 0 : 1);
      own.self[index] = own.self[index]! + cell.ns;
      own.total[index] = own.total[index]! + cell.ns;
    }
    own.self.forEach((ns, at) => {
      sums.self[at] = sums.self[at]! + ns;
      sums.total[at] = sums.total[at]! + own.total[at]!;
    });
    sums.selected += fold.ns;
  }
  return sums;
}
