/** Numbers in pictures, also in the browser: grouped digits, typographic signs. */

/** Seconds, with two decimals, or four when there is little of it. */
export function showSeconds(seconds: number): string {
  return `${seconds.toFixed(seconds > 0 && seconds < 0.1 ? 4 : 2)} s`;
}

/** A fraction (0 to 1) as percent. */
export function showPercent(fraction: number): string {
  const percent = fraction * 100;
  return `${percent.toFixed(percent > 0 && percent < 0.095 ? 2 : 1)} %`;
}

/** A difference of two fractions in signed percentage points; the minus sign is as wide as the plus. */
export function showChange(delta: number): string {
  const percent = (Math.abs(delta) * 100).toFixed(1);
  if (percent === '0.0') return '±0.0 pp';
  return `${delta > 0 ? '+' : '−'}${percent} pp`;
}

/** A number of things: an integer. */
export function showCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "1 sample", "2 samples", "1,234 samples". */
export function showCounted(count: number, noun: string): string {
  return `${showCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
