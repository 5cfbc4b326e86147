/** Measures of a picture. */

/** Measures in pixels. Characters are taken a little wider than any of the listed fonts draws them. */
export const measures = {
  margin: 12,
  row: 18,
  /** Width of a monospaced character in a box, and of the padding at each of its ends. */
  cell: 6.7,
  padding: 4,
  /** From the upper edge of a box to the baseline of its text. */
  baseline: 12.5,
  /** The bar under the frames: a note in the still picture, details and search in a browser. */
  bar: 34,
  /** Boxes thinner than this are gathered. */
  minBox: 0.5,
  /** Boxes this wide have a light edge, which tells neighbours apart; others would be all edge. */
  edgedBox: 2,
  /** Rows drawn; what is deeper is gathered. 200 rows are four screens. */
  maxRows: 200,
  /** Rows of a difference that are narrower in all than this part of the view are gathered: nothing of them can be told apart. */
  slightRow: 0.005,
  legendRow: 20,
  /** Rows of the legend; what does not fit there is left out. */
  legendRows: 2,
} as const;

/** Pixels with two decimals. */
export function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
