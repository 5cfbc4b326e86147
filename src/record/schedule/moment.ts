/** One instant on several clocks: what ties the time line of a recording to the calendar. */
import type { Clock } from '../../platform/clocks.js';

/**
 * Reads all three, in ns. An interruption can come between two of them: of a few tries the quickest counts.
 */
export function readClocks(clock: Clock): { startNs: number; monotonicNs: bigint; utcNs: bigint } {
  let best = { startNs: 0, monotonicNs: 0n, utcNs: 0n };
  let tookNs = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 5; tries++) {
    const startNs = clock.now();
    const monotonicNs = process.hrtime.bigint();
    const utcNs = BigInt(Date.now()) * 1_000_000n;
    const took = clock.now() - startNs;
    if (took < tookNs) best = { startNs, monotonicNs, utcNs };
    tookNs = Math.min(tookNs, took);
  }
  return best;
}
