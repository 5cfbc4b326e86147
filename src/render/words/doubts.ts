/** What late, missed and spared ticks do to figures, each in a sentence. */
import { counted } from './text-numbers.js';

/** From this share of missed ticks on, results say what it means. */
const manyMissed = 0.05;

/** What missed ticks mean, "58 % of those due: chance errors are 54 % larger"; empty where there are few. */
export function missedWords(missed: number, ticks: number): string {
  const due = missed + ticks;
  if (ticks === 0 || missed < manyMissed * due) return '';
  const larger = (Math.sqrt(due / ticks) - 1) * 100;
  return `${share(missed, due)} of those due: chance errors are ${larger.toFixed(0)} % larger`;
}

/** To be said where `mayLean`. */
export function leanWords(late: number, known: number): string {
  return `the recorder got a processor late in ${share(late, known)} of ticks: functions that run just before a thread blocks may be shown too low`;
}

/** What a lower rate than was asked for means, and why it was one; empty where it was not. */
export function loweredWords({ spared, lowered_hz, budget_pct }: LoweredRate): string {
  if (spared === 0) return '';
  const budget = budget_pct === null ? 'a budget of CPU time' : `the budget of ${budget_pct} % of a CPU`;
  return lowered_hz === null
    ? `${counted(spared, 'tick')} left out on purpose, to keep to ${budget}`
    : `the rate was lowered to ${rateText(lowered_hz)} on average, to keep to ${budget}`;
}

/** As results have it in JSON. */
interface LoweredRate {
  readonly spared: number;
  readonly lowered_hz: number | null;
  readonly budget_pct: number | null;
}

/** "250 Hz", "3.5 Hz" */
export function rateText(rateHz: number): string {
  return `${rateHz < 9.95 ? Number(rateHz.toFixed(1)) : Math.round(rateHz)} Hz`;
}

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

function share(part: number, whole: number): string {
  return `${((part / whole) * 100).toFixed(0)} %`;
}
