/** A recording without a single sample. */
import { PyspyError } from '../../errors.js';
import type { SessionResult } from '../../record/session/session-options.js';

/** The error for it: such a trace answers no question. */
export function noSamplesTaken(result: SessionResult): PyspyError {
  const ms = (result.elapsedNs / 1e6).toFixed(0);
  const why =
    result.ticks > 0
      ? 'no thread of Python could be seen'
      : result.missed > 0
        ? `the recorder got no processor at any of the ${result.missed} moments that were due`
        : 'no moment to sample at came before the end';
  return new PyspyError('target', `no samples in ${ms} ms: ${why}`, {
    hint: 'Record for longer, a program that runs for longer, or with a higher --rate; see "pyspy info" for what was seen.',
  });
}
