/** How `diff` ends: what of a verdict is a failure depends on what was asked for. */
import { PyspyError } from '../../errors.js';
import { countsAny } from '../../render/report/comparison-words.js';
import type { DiffResult } from '../../replay/diff/diff-result.js';

export interface EndOptions {
  /** Whether a regression fails, and too little data does. */
  readonly gate: boolean;
  readonly requirePower: boolean;
  /** Which functions are tested; null for all. */
  readonly only: RegExp | null;
}

/** @returns null where all is well, else an error whose status a script can act on */
export function endOf(result: DiffResult, options: EndOptions): PyspyError | null {
  if (result.verdict === 'not-comparable')
    return new PyspyError('notComparable', `A and B cannot be compared: ${result.reasons.join('; ')}`, {
      hint: '--force compares them all the same.',
    });
  // A gate that tests nothing would be open for ever.
  if (options.only !== null && result.family.tests === 0)
    return new PyspyError('usage', result.reasons.join('; '), {
      hint: 'Correct --test; without it all functions of 1 % or more are tested.',
    });
  if (options.gate && result.verdict === 'regression')
    return new PyspyError('regression', `regression: ${result.reasons.join('; ')}`, {
      hint: 'Rows that say "slower" are what it is about; --flame draws where it is.',
    });
  if (options.requirePower && (result.counts.inconclusive > 0 || result.verdict === 'inconclusive'))
    return new PyspyError('inconclusive', `too little data: ${result.reasons.join('; ')}`, {
      hint: countsAny(result)
        ? 'That nothing changed at all cannot be shown. Say what would matter: --threshold 1%.'
        : 'Record for longer, or more runs of each, or allow more with --threshold.',
    });
  return null;
}
