/** Why there is no recording, or no more of it, in words: on its way from the recorder's thread to the main thread. */
import { diskFault } from '../../disk-fault.js';
import { PyspyError } from '../../errors.js';
import { currentPlatform } from '../../platform/index.js';
import { versionFromName } from '../layouts/python-version.js';
import type { SearchFacts } from './search.js';

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

/** In less time no Python starts and ends: an interpreter takes some 10 ms to be up. */
const shortestNs = 5e6;
/** What is not looked at for so long may have been a Python meanwhile. */
const unseenNs = 20e6;

/** What was started and is looked for a Python, for what is to be said if there was none. */
export class Sought {
  readonly #command: string;
  readonly #isPython: boolean;
  readonly #startedNs = process.hrtime.bigint();
  #lifeNs = Number.POSITIVE_INFINITY;

  /** @param command its first word @param pid of the process, which has just been started */
  constructor(command: string, pid: number) {
    this.#command = command;
    this.#isPython = versionFromName(currentPlatform().readExecutable(pid)) !== null;
  }

  /** To be called when it has ended. */
  end(): void {
    this.#lifeNs = Number(process.hrtime.bigint() - this.#startedNs);
  }

  /** @param refusal null where there was none */
  unfound(refusal: Refusal | null, facts: SearchFacts): PyspyError {
    if (refusal !== null)
      return new PyspyError(
        'target',
        refusal.message,
        refusal.hint === undefined ? {} : { hint: refusal.hint },
      );
    const { message, hint } = explainSearch(this.#command, this.#isPython, this.#lifeNs, facts);
    return new PyspyError('target', message, { hint });
  }
}

/**
 * @param isPython whether the program that was started is one, by its name
 * @param lifeNs how long it ran, in ns
 */
export function explainSearch(
  command: string,
  isPython: boolean,
  lifeNs: number,
  { wasSeen, wasStarting, longestPauseNs }: SearchFacts,
): { message: string; hint: string } {
  if (isPython || wasStarting)
    return {
      message: `${command} ended before its interpreter was up and could be read`,
      hint: 'It ran for too short a time, or ended with an error of its own: see what it printed.',
    };
  const gapNs = wasSeen ? longestPauseNs : lifeNs;
  if (lifeNs > shortestNs && gapNs > unseenNs)
    return {
      message: `${command} ended, and it is not known whether it was a Python: for ${Math.round(gapNs / 1e6)} ms no processor was free to look at it`,
      hint: 'Run it again, for longer, or when the machine is less busy.',
    };
  return {
    message: `${command} ended without having been a Python that could be read`,
    hint: 'If it is one, it ended before its interpreter was up, or left its work to a process that it did not wait for.',
  };
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
