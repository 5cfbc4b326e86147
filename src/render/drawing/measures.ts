/** Measures, fonts and limits of a picture. */

/** Measures in pixels. Characters are taken a little wider than any of the listed fonts draws them. */
export const measures = {
  margin: 12,
  row: 18,
  /** Width of a monospaced character in a box, and of the padding at each of its ends. */
  cell: 6.7,
  padding: 4,
  /** The bar under the frames: a note in the still picture, details and search in a browser. */
  bar: 34,
  /** Boxes thinner than this are gathered. */
  minBox: 0.5,
  /** Rows drawn; what is deeper is gathered. 200 rows are four screens. */
  maxRows: 200,
  legendRow: 20,
  /** Rows of the legend; what does not fit there is left out. */
  legendRows: 2,
} as const;

/** Frames in the still picture, gathering boxes not counted: each costs jsdom about 14 KB of memory and 0.1 ms. */
export const maxDrawnFrames = 5000;
const defaultWidth = 1200;
const minWidth = 320;

export const mono = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', 'Courier New', monospace";
export const sans = "'Helvetica Neue', 'Segoe UI', 'DejaVu Sans', Arial, sans-serif";

/** A width that a picture can have, in pixels. */
export function pictureWidth(width: number | undefined): number {
  return Math.max(minWidth, Math.round(width ?? defaultWidth));
}

/** Pixels with two decimals. */
export function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
