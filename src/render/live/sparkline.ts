/** A row of small bars. */

const bars = ' ▁▂▃▄▅▆▇█';

/** One cell for each of the last `cells` shares (0 to 1, or more), the newest at the right; what is not nothing is seen. */
export function sparkline(shares: readonly number[], cells: number): string {
  const shown = shares.slice(-cells);
  const text = shown
    .map((share) => bars[share > 0 ? Math.min(8, Math.max(1, Math.round(share * 8))) : 0])
    .join('');
  return ' '.repeat(cells - shown.length) + text;
}
