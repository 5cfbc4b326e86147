/** `push`: sends a recording to a server; with --follow while it grows. */
import { endingSignals, onSignals } from '../../caller.js';
import { PyspyError } from '../../errors.js';
import { tell } from '../output/notes.js';
import { withTemporaryFolder } from '../output/temporary-folder.js';
import type { Unsent } from './push-report.js';
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
    let unsent: Unsent | null;
    try {
      unsent = await new Sender(request, { ...plan, folder }, { stop: stop.signal, over: null }).run();
    } finally {
      forget();
    }
    if (unsent === null) return;
    // What follows a recording is stopped like that, and goes on where it was.
    if (!request.follows) throw new PyspyError('interrupted', unsent.what, { hint: unsent.hint });
    tell(`pyspy: ${unsent.what}`, `hint: ${unsent.hint}`);
  });
}
