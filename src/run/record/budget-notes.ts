/** What is told of a budget of CPU time while it is recorded: that the rate is lowered, and where even that is not enough. */
import type { Progress } from '../../record/session/progress.js';
import { rateText } from '../../render/words/doubts.js';

/** What was asked for: ticks per second, percent of a CPU (null: no limit). */
export interface WantedRate {
  readonly rateHz: number;
  readonly budgetPct: number | null;
}

/** To be called again and again; each of both is told once. */
export function createBudgetNotes(
  { rateHz, budgetPct }: WantedRate,
  note: (text: string) => void,
): (progress: Pick<Progress, 'rateHz' | 'excess' | 'ticks'>) => void {
  let isLowered = false;
  let isAbove = false;
  return (progress) => {
    if (budgetPct === null || progress.ticks === 0) return;
    // What is shared as doubles comes back as it was; what was divided may be off by a bit.
    if (!isLowered && progress.rateHz < rateHz * 0.999) {
      isLowered = true;
      note(
        `the rate is lowered from ${rateText(rateHz)} to ${rateText(progress.rateHz)} for now, to keep to the budget of ${budgetPct} % of a CPU`,
      );
    }
    if (!isAbove && progress.excess > 0) {
      isAbove = true;
      note(
        `even at ${rateText(progress.rateHz)} it takes ${(progress.excess * 100).toFixed(1)} % of a CPU, more than the budget of ${budgetPct} %`,
      );
    }
  };
}
