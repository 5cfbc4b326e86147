/** Why there is no recording, or no more of it, in words: on its way from the recorder's thread to whoever waits for one. */
import { diskFault } from '../disk-fault.js';
import { PyspyError } from '../errors.js';

/** A Python that cannot be recorded, as plain data. */
export interface Refusal {
  readonly message: string;
  readonly hint?: string;
}

/** @throws what it is given if that is no error of kind "target" */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof PyspyError) || error.kind !== 'target') throw error;
  const { message, hint } = error;
  return hint === undefined ? { message } : { message, hint };
}

/** @param refusal null where there was none @param command first word of what was started */
export function unfound(refusal: Refusal | null, command: string): PyspyError {
  if (refusal !== null)
    return new PyspyError(
      'target',
      refusal.message,
      refusal.hint === undefined ? {} : { hint: refusal.hint },
    );
  return new PyspyError('target', `${command} ended without having been a Python that could be read`, {
    hint: 'If it is one, it ended before its interpreter was up, or left its work to a process that it did not wait for.',
  });
}

/** What ends a recording, as an error with words: anything unforeseen is a fault of the recorder's own. */
export function faultOf(error: unknown): PyspyError {
  if (error instanceof PyspyError) return error;
  const fault = diskFault(error);
  if (fault !== null)
    return new PyspyError('output', `the recording stopped: ${fault.reason}`, {
      hint: 'What was recorded before is kept. Look at the disk, or record to another one with -o.',
      cause: error,
    });
  const message = error instanceof Error ? error.message : String(error);
  return new PyspyError('internal', `the recorder failed: ${message}`, {
    hint: 'What was recorded before is kept. Please report this, with the output under PYSPY_DEBUG=1.',
    cause: error,
  });
}
