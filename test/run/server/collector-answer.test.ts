/** Answers of collectors, whole, cut off, damaged and made to mislead. */
import { describe, expect, test } from 'vitest';
import { readPartialSuccess, readStatusMessage } from '../../../src/run/server/collector-answer.js';
import { createRandom } from '../../format/random.js';

const text = (words: string) => [words.length, ...Buffer.from(words)];
const nothing = { rejected: 0n, message: '' };

describe('readPartialSuccess', () => {
  const inner = [0x08, 0x02, 0x12, ...text('no room')];
  const whole = Uint8Array.from([0x0a, inner.length, ...inner]);

  test('finds what was rejected, and why, among fields that it does not know', () => {
    expect(readPartialSuccess(whole, false)).toEqual({ rejected: 2n, message: 'no room' });
    // Field 15 of each kind, a group with a field in it among them.
    const unknown = [
      ...[0x78, 0x01, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7a, 0x01, 0x00],
      ...[0x7d, 1, 2, 3, 4, 0x7b, 0x08, 0x01, 0x7c],
    ];
    const among = [...unknown, ...inner, ...unknown];
    const message = Uint8Array.from([...unknown, 0x0a, among.length, ...among, ...unknown]);
    expect(readPartialSuccess(message, false)).toEqual({ rejected: 2n, message: 'no room' });
  });

  test('believes no part of what is damaged', () => {
    for (let length = 0; length < whole.length; length++)
      expect(readPartialSuccess(whole.subarray(0, length), false), `${length} bytes`).toEqual(nothing);
    // A count below zero is none that was rejected.
    const below = [0x08, ...new Array(9).fill(0xff), 0x01];
    expect(readPartialSuccess(Uint8Array.from([0x0a, below.length, ...below]), false).rejected).toBe(-1n);
  });

  test('takes any bytes without an error', () => {
    const random = createRandom(1);
    for (let round = 0; round < 2_000; round++) {
      const bytes = Uint8Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256));
      for (const isJson of [false, true])
        expect(typeof readPartialSuccess(bytes, isJson).message).toBe('string');
      expect(typeof readStatusMessage(bytes)).toBe('string');
    }
  });

  test.each([
    ['{}', 0n, ''],
    ['null', 0n, ''],
    ['[1]', 0n, ''],
    ['{"partialSuccess":null}', 0n, ''],
    ['{"partialSuccess":{"rejectedProfiles":"-1","errorMessage":7}}', 0n, ''],
    ['{"partialSuccess":{"rejectedProfiles":1e400}}', 0n, ''],
    ['{"partialSuccess":{"errorMessage":"careful"}}', 0n, 'careful'],
    ['{"partialSuccess":{"rejectedProfiles":"9000000000000000000"}}', 9_000_000_000_000_000_000n, ''],
    ['{"partialSuccess', 0n, ''],
  ])('of JSON: %s', (json, rejected, message) => {
    expect(readPartialSuccess(Buffer.from(json), true)).toEqual({ rejected, message });
  });
});
