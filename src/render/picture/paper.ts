/** Fonts and widths of the still picture. */

const defaultWidth = 1200;
const minWidth = 320;

export const mono = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', 'Courier New', monospace";
export const sans = "'Helvetica Neue', 'Segoe UI', 'DejaVu Sans', Arial, sans-serif";

/** A width that a picture can have, in pixels. */
export function pictureWidth(width: number | undefined): number {
  return Math.max(minWidth, Math.round(width ?? defaultWidth));
}
