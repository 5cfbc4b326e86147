/** Numbers of the live view. */

export function percent(share: number): string {
  return (share * 100).toFixed(1);
}

export function secondsOf(ns: number): string {
  return (ns / 1e9).toFixed(2);
}
