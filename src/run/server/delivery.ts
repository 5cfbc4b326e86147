/** Tries again what a server may take later: a few times, each after a longer wait. */
import type { Outcome } from './outcome.js';

export interface Patience {
  /** Attempts after the first. */
  readonly retries: number;
  /** Resolves after so many ms, or earlier where the user has asked to stop. */
  readonly wait: (ms: number) => Promise<void>;
  readonly isStopped: () => boolean;
  /** 0 up to 1. */
  readonly random: () => number;
}

const firstWaitMs = 1_000;
const longestWaitMs = 30_000;

/** A server that asks for more is not waited for. */
const mostAskedMs = 300_000;

/**
 * @returns the last outcome, and how many attempts that took; "later" where none of them was taken or refused
 * @throws whatever `attempt` throws
 */
export async function deliver(
  attempt: () => Promise<Outcome>,
  { retries, wait, isStopped, random }: Patience,
): Promise<{ readonly outcome: Outcome; readonly attempts: number }> {
  for (let attempts = 1; ; attempts++) {
    const outcome = await attempt();
    if (outcome.kind !== 'later' || attempts > retries || isStopped()) return { outcome, attempts };
    const { afterMs } = outcome;
    if (afterMs !== null && afterMs > mostAskedMs) return { outcome, attempts };
    await wait(afterMs ?? backOffMs(attempts, random));
    if (isStopped()) return { outcome, attempts };
  }
}

/** Many that failed at the same moment must not come back at the same moment. */
function backOffMs(attempts: number, random: () => number): number {
  const whole = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempts - 1));
  return whole * (0.5 + random() / 2);
}
