/** Begins a recording, in the name of this command line. */
import { warmUpTraces } from '../../format/writing/new-trace.js';
import type { RecorderThread } from '../../record/sampling/recorder-thread.js';
import { Session } from '../../record/session/session.js';
import type { SessionOptions } from '../../record/session/session-options.js';
import { readVersion } from '../../version.js';

/** What is not known from where it is called. */
export type NewSession = Omit<SessionOptions, 'recorder' | 'recorderCommand'>;

export function startSession(options: NewSession): Session {
  return new Session({
    ...options,
    recorder: `pyspy ${readVersion()}`,
    recorderCommand: ['pyspy', ...process.argv.slice(2)],
  });
}

/** Waits until both threads can begin at once. @throws what made the recorder's thread fail */
export async function getReady(thread: RecorderThread): Promise<void> {
  warmUpTraces();
  await thread.ready;
}
