/** `push`: sends a recording to a server; with --follow while it grows. */
import { endingSignals, onSignals } from '../../caller.js';
import { PyspyError } from '../../errors.js';
import { withTemporaryFolder } from '../output/temporary-folder.js';
import { type PushRequest, planPush } from './push-request.js';
import { Sender } from './sender.js';

/**
 * @throws PyspyError as planPush and Sender do, "interrupted" where the user stops what is no --follow
 */
export async function runPush(request: PushRequest): Promise<void> {
  const plan = planPush(request);
  await withTemporaryFolder(async (folder) => {
    const stop = new AbortController();
    const forget = onSignals(endingSignals, (signal) => stop.abort(signal));
    try {
      await new Sender(request, { ...plan, folder }, { stop: stop.signal, over: null }).run();
    } finally {
      forget();
    }
    // What follows a recording is stopped like that, and goes on where it was.
    if (stop.signal.aborted && !request.follows)
      throw new PyspyError('interrupted', `stopped by ${stop.signal.reason}`, {
        hint: request.resumes
          ? 'The same command sends the rest.'
          : 'What was sent before is there; --from sends the rest.',
      });
  });
}
