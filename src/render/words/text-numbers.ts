/** Numbers in the text of terminals and reports: plain digits, which options and programs take. */

/** "1 sample", "2 samples", "1234 samples": digits as programs take them. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Seconds to the millisecond, "12.5s", as options take them: finer digits stand in JSON. */
export function secondsText(value: number): string {
  return `${Number(value.toFixed(3))}s`;
}

/** "950 bytes", "12 kB", "1.5 MB" */
export function showSize(bytes: number): string {
  if (bytes < 10_000) return `${bytes} bytes`;
  if (bytes < 10_000_000) return `${(bytes / 1_000).toFixed(0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A fraction (0 to 1) in percent, to one decimal, without its unit. */
export function percentDigits(fraction: number): string {
  return (fraction * 100).toFixed(1);
}

/** Nanoseconds in seconds, to two decimals, without its unit. */
export function secondsDigits(ns: number): string {
  return (ns / 1e9).toFixed(2);
}

/** Points of percent with one digit and their sign. */
export function signed(points: number): string {
  const text = points.toFixed(1);
  return Number(text) > 0 ? `+${text}` : Number(text) === 0 ? '0.0' : text;
}
