/** What is said of a recording that has far fewer samples than time and rate promise. */

/** With more missed ticks than this, in percent, what is shown may be something else than what was. */
const fewFromPct = 20;

/** "38 % of the ticks that were due", with the reason, where many are missing; otherwise null. */
export function fewTicks(missedPct: number): string | null {
  if (missedPct <= fewFromPct) return null;
  const missed = missedPct < 99.5 ? missedPct.toFixed(0) : missedPct.toFixed(1);
  return `${missed} % of the ticks that were due were missed: the recorder got no processor in time, as on a busy machine; what ran then is not known`;
}

/** @returns percent of the ticks that were due */
export function missedPct({ ticks, missed }: { readonly ticks: number; readonly missed: number }): number {
  return ticks + missed > 0 ? (missed / (ticks + missed)) * 100 : 0;
}
