/** Begins a recording, in the name of this command line. */
import type { RecorderThread } from '../record/sampling/recorder-thread.js';
import type { Session } from '../record/session/session.js';
import type { SessionOptions } from '../record/session/session-options.js';

/** What is not known from where it is called. */
export type NewSession = Omit<SessionOptions, 'recorder' | 'recorderCommand'>;

export async function startSession(options: NewSession): Promise<Session> {
  const [{ Session }, { readVersion }] = await Promise.all([
    import('../record/session/session.js'),
    import('../version.js'),
  ]);
  return new Session({
    ...options,
    recorder: `pyspy ${readVersion()}`,
    recorderCommand: ['pyspy', ...process.argv.slice(2)],
  });
}

/** Waits until both threads can begin at once. @throws what made the recorder's thread fail */
export async function getReady(thread: RecorderThread): Promise<void> {
  const { warmUpTraces } = await import('../format/writing/new-trace.js');
  warmUpTraces();
  await thread.ready;
}
