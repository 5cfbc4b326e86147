/** Which wall time the ticks of a batch stand for: what is nearer to them than to any other tick. docs/format.md, Weights. */
import { longestUnitNs } from '../codec/batch-grid.js';

export interface Ticks {
  readonly tickNs: ArrayLike<number>;
  /** As the file has it: the time since the tick before, or a usual distance where some of that was lost. */
  readonly weightNs: ArrayLike<number>;
}

/** By tick, whole ns on the trace's time line; `weightNs` is how long that is. */
export interface TickCells {
  readonly fromNs: Float64Array;
  readonly toNs: Float64Array;
  readonly weightNs: Float64Array;
}

/** What surrounds a batch, of the same recording. */
export interface Surroundings {
  /** The two ticks before, if there are as many. */
  readonly before: Ticks;
  /** The two ticks after, if there are as many. */
  readonly after: Ticks;
  /** A tick farther away than this is none. */
  readonly farthestNs: number;
}

/**
 * Half of the time since the tick before, and half of that until the next. There is one tick at a random moment in each
 * period, so the distance of its neighbours does not depend on where in its period a tick lies: a program in step with the
 * ticks gets its true share on average. The time since the tick before does depend on it: early ticks would count half,
 * late ones one and a half. Where time was lost on one side, the other side alone would depend on it as well: such a tick
 * stands for a distance that it is no end of.
 */
export function tickCells(batch: Ticks, { before, after, farthestNs }: Surroundings): TickCells {
  const count = batch.tickNs.length;
  const [tickNs, weightNs] = [new Float64Array(count + 4), new Float64Array(count + 4)];
  tickNs.fill(Number.NaN);
  const put = (ticks: Ticks, from: number, length: number, at: number): void => {
    for (let i = 0; i < length; i++) {
      tickNs[at + i] = ticks.tickNs[from + i]!;
      weightNs[at + i] = ticks.weightNs[from + i]!;
    }
  };
  const known = Math.min(2, before.tickNs.length);
  put(before, before.tickNs.length - known, known, 2 - known);
  put(batch, 0, count, 2);
  put(after, 0, Math.min(2, after.tickNs.length), count + 2);
  const cells = {
    fromNs: new Float64Array(count),
    toNs: new Float64Array(count),
    weightNs: new Float64Array(count),
  };
  for (let at = 2; at < count + 2; at++) {
    const [tick, weight] = [tickNs[at]!, weightNs[at]!];
    const link = linkTo(tickNs, weightNs, at, farthestNs);
    const isAfterKnown = linkTo(tickNs, weightNs, at + 1, farthestNs) === 'known';
    const sinceNs = Math.min(weight, tick - tickNs[at - 1]!);
    let from = tick - sinceNs + Math.floor(sinceNs / 2);
    let to = tick + Math.floor(Math.min(weightNs[at + 1]!, tickNs[at + 1]! - tick) / 2);
    if (link !== 'known' && !isAfterKnown) {
      from = tick - Math.floor(weight / 2);
      to = from + weight;
    } else if (!isAfterKnown)
      to = from + (linkTo(tickNs, weightNs, at - 1, farthestNs) === 'none' ? weight : weightNs[at - 1]!);
    else if (link !== 'known')
      from = to - (link === 'none' && isNear(tickNs, at + 2, farthestNs) ? weightNs[at + 2]! : weight);
    cells.fromNs[at - 2] = from;
    cells.toNs[at - 2] = to;
    cells.weightNs[at - 2] = to - from;
  }
  return cells;
}

/** Cells of a batch that says how long its ticks stand for. They may overlap: each is of one thread. */
export function spanCells(tickNs: Float64Array, spanNs: Float64Array): TickCells {
  return { fromNs: tickNs, toNs: tickNs.map((ns, at) => ns + spanNs[at]!), weightNs: spanNs };
}

/** How a tick hangs together with the one before: nothing lost between them, some of it, or too far away to tell. */
function linkTo(
  tickNs: Float64Array,
  weightNs: Float64Array,
  at: number,
  farthestNs: number,
): 'known' | 'lost' | 'none' {
  if (!isNear(tickNs, at, farthestNs)) return 'none';
  return tickNs[at]! - tickNs[at - 1]! - weightNs[at]! <= longestUnitNs ? 'known' : 'lost';
}

/** Whether there is a tick before, near enough; not so where batches overlap. */
function isNear(tickNs: Float64Array, at: number, farthestNs: number): boolean {
  const distance = tickNs[at]! - tickNs[at - 1]!;
  return distance >= 0 && distance <= farthestNs;
}
