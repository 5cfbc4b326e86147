/** A recording without a sample says why. */
import { expect, test } from 'vitest';
import type { SessionResult } from '../../../src/record/session/session-options.js';
import { noSamplesTaken } from '../../../src/run/record/no-samples.js';

test('without a sample there is a reason', () => {
  const result = {
    ...{ elapsedNs: 8e6, ticks: 0, samples: 0, missed: 0, failed: 0, torn: 0, threads: 0, processes: 0 },
    ...{ path: 'run.trace', reason: 'target-exited', fileBytes: 0, processesSeen: 1 },
  } as SessionResult;
  expect(noSamplesTaken(result)).toMatchObject({
    kind: 'target',
    message: 'no samples in 8 ms: no moment to sample at came before the end',
  });
  expect(noSamplesTaken({ ...result, missed: 3 }).message).toMatch(/no processor at any of the 3 moments/);
  expect(noSamplesTaken({ ...result, ticks: 3 }).message).toMatch(/no thread of Python/);
});
