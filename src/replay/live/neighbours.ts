/** Who calls a function, and whom it calls: the rows around one row of a fold. */
import { compareText } from '../../compare-text.js';
import type { CodePaths } from '../names/code-path.js';
import type { Fold } from '../sums/fold.js';
import { type CodeGrouping, describeFrame, type RowIdentity } from '../sums/rows.js';

/** A row next to the chosen one, and the time in ns that they were on a stack next to each other. */
export interface Neighbour {
  readonly row: RowIdentity;
  readonly key: string;
  ns: number;
}

export interface Neighbours {
  /** The heaviest first. */
  readonly callers: readonly Neighbour[];
  readonly callees: readonly Neighbour[];
  /** In ns: the chosen row itself, at the end of a stack; and as the outermost frame of one. */
  readonly self: number;
  readonly outermost: number;
}

/**
 * Looks around a row. On a stack that it is on several times, each neighbour counts once, as it does in totals.
 * @param row its key, as `sumRows` gives it, and what it is a row by
 */
export function findNeighbours(
  fold: Fold,
  paths: CodePaths,
  { by, key }: { readonly by: CodeGrouping; readonly key: string },
): Neighbours {
  const { forest } = fold;
  const described = forest.frames.map((frame) => describeFrame(frame, by, paths));
  const callers = new Map<string, Neighbour>();
  const callees = new Map<string, Neighbour>();
  const sums = { self: 0, outermost: 0 };
  const isChosen = (node: number): boolean => described[forest.frameOf[node]!]![0] === key;
  for (const { node, ns } of fold.cells) {
    if (node < 0 || ns === 0) continue;
    const above = new Map<string, RowIdentity>();
    const below = new Map<string, RowIdentity>();
    let isOutermost = false;
    for (let at = node, inner = -1; at >= 0; inner = at, at = forest.parents[at]!) {
      if (!isChosen(at)) continue;
      const parent = forest.parents[at]!;
      if (parent < 0) isOutermost = true;
      else if (!isChosen(parent)) above.set(...described[forest.frameOf[parent]!]!);
      if (inner >= 0 && !isChosen(inner)) below.set(...described[forest.frameOf[inner]!]!);
    }
    if (isChosen(node)) sums.self += ns;
    if (isOutermost) sums.outermost += ns;
    addTo(callers, above, ns);
    addTo(callees, below, ns);
  }
  return { callers: byWeight(callers), callees: byWeight(callees), ...sums };
}

function addTo(sums: Map<string, Neighbour>, rows: ReadonlyMap<string, RowIdentity>, ns: number): void {
  for (const [key, row] of rows) {
    const sum = sums.get(key) ?? { row, key, ns: 0 };
    sum.ns += ns;
    sums.set(key, sum);
  }
}

function byWeight(sums: ReadonlyMap<string, Neighbour>): Neighbour[] {
  return [...sums.values()].sort((a, b) => b.ns - a.ns || compareText(a.key, b.key));
}
