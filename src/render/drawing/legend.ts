/** Where the items of the legend stand, and where it ends. */
import { measures } from './measures.js';

interface LegendPlace {
  /** Pixels from the left margin. */
  readonly x: number;
  /** From 0; what is in row `measures.legendRows` or later is left out. */
  readonly row: number;
}

/**
 * Wraps items of some widths in a picture of a width, all in pixels.
 * @returns their places, and the number of rows that are drawn
 */
export function placeLegend(
  widths: readonly number[],
  width: number,
): { places: readonly LegendPlace[]; rows: number } {
  let [x, row] = [0, 0];
  const places = widths.map((wide): LegendPlace => {
    if (x > 0 && x + wide > width - 2 * measures.margin) [x, row] = [0, row + 1];
    const place = { x, row };
    x += wide;
    return place;
  });
  return { places, rows: widths.length === 0 ? 0 : Math.min(row + 1, measures.legendRows) };
}

/** Upper edge of the frames, under the legend. */
export function framesTop(legendTop: number, legendRows: number): number {
  return legendTop + 12 + legendRows * measures.legendRow;
}
