/** What a sleeping thread waits for, from the call that it sleeps in and from where it stands. */
import { expect, test } from 'vitest';
import { status } from '../../../src/format/vocabulary.js';
import { waitOf } from '../../../src/format/wait-words.js';
import type { SleepCall } from '../../../src/platform/clocks.js';
import { waitBits } from '../../../src/record/threads/wait-bits.js';

function waitIn(sleepsIn: SleepCall | null, role: string | null, bits: number) {
  const thread = { clock: { sleepsIn }, inner: { waitRole: role }, caller: undefined };
  return waitOf(bits | waitBits(thread as Parameters<typeof waitBits>[0], bits));
}

const known = status.gilWaitKnown;
const event = 'threading.py wait';

test.each([
  ['lock', null, known, 'lock'],
  ['lock', event, known, 'condition'],
  ['lock', event, status.gilUnknown | status.gilOff, 'condition'],
  // Woken there, it wants the GIL.
  ['lock', event, known | status.gilWait, 'gil'],
  // Any lock may be the GIL.
  ['lock', null, 0, 'unknown'],
  ['lock', event, 0, 'unknown'],
  ['data', null, 0, 'io'],
  ['time', event, known, 'sleep'],
  ['process', null, known, 'process'],
  ['other', null, known, 'other'],
  [null, null, known, 'unknown'],
] as const)('asleep in %s at %s with %i: %s', (call, role, bits, expected) => {
  expect(waitIn(call, role, bits)).toBe(expected);
});
