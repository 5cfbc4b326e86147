/** When a server is asked again, and when no more. */
import { describe, expect, test } from 'vitest';
import { deliver, type Patience } from '../../../src/run/server/delivery.js';
import type { Outcome } from '../../../src/run/server/outcome.js';

const taken: Outcome = { kind: 'taken', note: '' };
const refused: Outcome = { kind: 'refused', what: 'no', hint: '', isOfWindow: false };
const later = (afterMs: number | null = null): Outcome => ({
  kind: 'later',
  what: 'busy',
  hint: '',
  afterMs,
});

/** Delivers to a server with these outcomes, the last one for ever. @returns what came of it, and the waits in ms */
async function run(outcomes: readonly Outcome[], options: Partial<Patience> = {}) {
  const waits: number[] = [];
  let asked = 0;
  const result = await deliver(async () => outcomes[Math.min(asked++, outcomes.length - 1)]!, {
    ...{ retries: 5, random: () => 1, isStopped: () => false },
    wait: async (ms) => {
      waits.push(ms);
    },
    ...options,
  });
  return { ...result, asked, waits };
}

describe('deliver', () => {
  test('asks once where that is enough, or will never be', async () => {
    expect(await run([taken])).toMatchObject({ outcome: taken, attempts: 1, asked: 1, waits: [] });
    expect(await run([refused])).toMatchObject({ outcome: refused, attempts: 1, asked: 1, waits: [] });
    expect(await run([later(), refused])).toMatchObject({ outcome: refused, attempts: 2, asked: 2 });
  });

  test('waits twice as long each time, up to half a minute, and gives up', async () => {
    const { outcome, asked, waits } = await run([later()], { retries: 7 });
    expect({ kind: outcome.kind, asked, waits }).toEqual({
      ...{ kind: 'later', asked: 8, waits: [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] },
    });
  });

  test('waits between half of that and all of it, so that not all come back at once', async () => {
    expect((await run([later()], { retries: 2, random: () => 0 })).waits).toEqual([500, 1_000]);
    expect((await run([later()], { retries: 2, random: () => 0.5 })).waits).toEqual([750, 1_500]);
  });

  test('waits as long as the server says, unless that is more than five minutes', async () => {
    expect(await run([later(7_000), later(0), taken])).toMatchObject({ outcome: taken, waits: [7_000, 0] });
    expect(await run([later(300_000), taken])).toMatchObject({ outcome: taken, waits: [300_000] });
    expect(await run([later(300_001), taken])).toMatchObject({ asked: 1, waits: [] });
  });

  test('stops when it is asked to, before the next attempt', async () => {
    let isStopped = false;
    const options = {
      isStopped: () => isStopped,
      wait: async () => {
        isStopped = true;
      },
    };
    expect(await run([later(), taken], options)).toMatchObject({ asked: 1, attempts: 1 });
  });
});
