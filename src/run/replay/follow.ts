/** Answers about a trace that is still being recorded: given again and again, until the recording is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { endingSignals, onSignals } from '../../caller.js';
import { PyspyError } from '../../errors.js';
import { tell } from '../output/notes.js';
import { withTrace } from './open-traces.js';

/**
 * Calls `answer` once; with an interval, in ms, until the recording has ended, and then a last time. Ctrl-C ends it well.
 * @param answer opens the trace, reads it and shows the answer. With an interval it is not called before there are samples
 * @throws PyspyError as `answer` does; with an interval, a window that the recording has not reached is waited for
 */
export async function repeatedly(
  file: string,
  intervalMs: number | null,
  answer: () => Promise<void>,
): Promise<void> {
  if (intervalMs === null) return answer();
  const stop = new AbortController();
  const forget = onSignals(endingSignals, () => stop.abort());
  try {
    for (let isLast = false, isWaiting = false; !isLast && !stop.signal.aborted; ) {
      // Read before the answer: what is recorded in between is in the next one.
      const { isRecording, hasSamples } = await withTrace(file, (reader) => ({
        isRecording: reader.state() === 'recording',
        hasSamples: reader.counts().samples > 0,
      }));
      isLast = !isRecording;
      try {
        if (hasSamples || isLast) await answer();
      } catch (error) {
        if (isLast || !(error instanceof PyspyError) || error.kind !== 'usage') throw error;
        if (!isWaiting) tell(`pyspy: not yet: ${error.message}`);
        isWaiting = true;
      }
      if (!isLast) await sleep(intervalMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  } finally {
    forget();
  }
}
