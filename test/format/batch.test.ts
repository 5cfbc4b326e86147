import { Packr, unpack } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { PyspyError } from '../../src/errors.js';
import { decodeBatch, encodeBatch } from '../../src/format/batch.js';
import type { Batch } from '../../src/format/vocabulary.js';
import { expectSchema } from '../commands/schemas.js';
import { createRandom } from './random.js';

function randomBatch(random: () => number, threads = 1 + Math.floor(random() * 5)): Batch {
  const ticks = 1 + Math.floor(random() * 50);
  const tickNs = new Float64Array(ticks);
  const weightNs = new Float64Array(ticks);
  for (let at = 0; at < ticks; at++) {
    weightNs[at] = Math.floor(random() * 20_000) * 1_000;
    const lost = random() < 0.1 ? 2_000 + Math.floor(random() * 20_000) * 1_000 : 0;
    tickNs[at] = at === 0 ? 5_000_000 : tickNs[at - 1]! + weightNs[at]! + lost;
  }
  return {
    tickNs,
    weightNs,
    threads: Array.from({ length: threads }, (_, index) => {
      const firstTick = Math.floor(random() * ticks);
      let left = 1 + Math.floor(random() * (ticks - firstTick));
      const count = left;
      const runs: [number, number, number][] = [];
      while (left > 0) {
        const length = 1 + Math.floor(random() * left);
        runs.push([length, Math.floor(random() * 100_000), Math.floor(random() * 128)]);
        left -= length;
      }
      return {
        thread: index + 1,
        firstTick,
        runLength: Uint32Array.from(runs, ([length]) => length),
        runStack: Uint32Array.from(runs, ([, stack]) => stack),
        runStatus: Uint32Array.from(runs, ([, , bits]) => bits),
        cpuNs: Float64Array.from({ length: count }, () =>
          random() < 0.5 ? 0 : Math.floor(random() * 10_000) * 1_000,
        ),
      };
    }),
  };
}

describe('a batch', () => {
  test('comes out as it went in, and fits its schema', () => {
    const random = createRandom(1);
    for (let round = 0; round < 200; round++) {
      const batch = randomBatch(random);
      const data = encodeBatch(batch);
      expect(decodeBatch(data, batch.tickNs[0]!, 'it')).toEqual({ batch, unknown: [] });
      expectSchema('batch', unpack(data));
    }
  });

  test('says which columns it does not know', () => {
    const data = encodeBatch(randomBatch(createRandom(2)));
    const map = unpack(data) as Record<string, unknown>;
    const more = new Packr({ useRecords: false }).pack({ ...map, gpu: [[1, 2]] });
    expect(decodeBatch(more, 0, 'it').unknown).toEqual(['gpu']);
  });

  test('refuses what encodeBatch would not write, with a sentence', () => {
    const good = unpack(encodeBatch(randomBatch(createRandom(3), 1))) as Record<string, unknown>;
    const bad: Record<string, unknown>[] = [
      { ...good, unit: 0 },
      { ...good, ticks: [] },
      { ...good, ticks: [0, -1] },
      { ...good, lost: [1] },
      { ...good, lost: [0, 1] },
      { ...good, lost: [1, 1e12] },
      { ...good, thread: [0] },
      { ...good, thread: [1, 2] },
      { ...good, from: [1e9] },
      { ...good, runs: [[1e9]] },
      { ...good, stack: [[-1]] },
      { ...good, cpu: [[0]] },
      { ...good, status: 'text' },
    ];
    for (const map of bad) {
      const data = new Packr({ useRecords: false }).pack(map);
      expect(() => decodeBatch(data, 0, 'batch 7 of x.trace'), JSON.stringify(map).slice(0, 100)).toThrow(
        /^batch 7 of x\.trace is damaged: /,
      );
    }
  });

  test('survives random damage: decoded, or an error of kind "trace"', () => {
    const random = createRandom(4);
    for (let round = 0; round < 20_000; round++) {
      const data = encodeBatch(randomBatch(random, 2));
      for (let change = 0; change <= random() * 4; change++)
        data[Math.floor(random() * data.length)] = Math.floor(random() * 256);
      const cut = random() < 0.2 ? data.subarray(0, Math.floor(random() * data.length)) : data;
      try {
        decodeBatch(cut, 0, 'it');
      } catch (error) {
        expect(error).toBeInstanceOf(PyspyError);
        expect(error).toHaveProperty('kind', 'trace');
      }
    }
  });
});
