/** Begins a recording, in the name of this command line. */
import type { Worker } from 'node:worker_threads';
import type { Session, SessionOptions } from '../record/session.js';

/** What is not known from where it is called. */
export type NewSession = Omit<SessionOptions, 'recorder' | 'recorderCommand'> & { readonly worker: Worker };

export async function startSession(options: NewSession): Promise<Session> {
  const [{ Session }, { readVersion }] = await Promise.all([
    import('../record/session.js'),
    import('../version.js'),
  ]);
  return new Session({
    ...options,
    recorder: `pyspy ${readVersion()}`,
    recorderCommand: ['pyspy', ...process.argv.slice(2)],
  });
}
