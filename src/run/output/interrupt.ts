/** Ctrl-C in the middle of work that must not leave anything half done. */
import { endingSignals, onSignals } from '../../caller.js';
import { PyspyError } from '../../errors.js';

/**
 * Runs `work` with a check that throws once the user has asked it to stop. What it has begun, it cleans up by itself.
 * @throws PyspyError of kind "interrupted" out of the check, and whatever `work` throws
 */
export async function interruptible<T>(work: (check: () => void) => Promise<T>): Promise<T> {
  let received: NodeJS.Signals | null = null;
  const forget = onSignals(endingSignals, (signal) => {
    received = signal;
  });
  try {
    return await work(() => {
      if (received !== null)
        throw new PyspyError('interrupted', `stopped by ${received}`, { hint: 'Nothing was written.' });
    });
  } finally {
    forget();
  }
}
