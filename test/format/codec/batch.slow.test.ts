import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Packr, unpack } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { PyspyError } from '../../../src/errors.js';
import { decodeBatch, type PackedRow } from '../../../src/format/codec/batch-decoder.js';
import { encodeBatch } from '../../../src/format/codec/batch-encoder.js';
import { chooseGrid } from '../../../src/format/codec/batch-grid.js';
import { mergeBatches } from '../../../src/format/codec/batch-sequence.js';
import { countLate, lateFromNs, lateStepNs } from '../../../src/format/codec/lateness.js';
import { maxLists, maxValues } from '../../../src/format/codec/msgpack-guard.js';
import { type Batch, batchEncoding, formatVersion } from '../../../src/format/vocabulary.js';
import { expectSchema } from '../../commands/schemas.js';
import { createRandom } from '../random.js';

/** At this period times are kept in steps of 1 µs, CPU times in steps of 10 µs. */
const periodNs = 100_000;

function randomBatch(
  random: () => number,
  threads = 1 + Math.floor(random() * 5),
  firstNs = 5_000_000,
): Batch {
  const ticks = 1 + Math.floor(random() * 50);
  const tickNs = new Float64Array(ticks);
  const weightNs = new Float64Array(ticks);
  for (let at = 0; at < ticks; at++) {
    weightNs[at] = Math.floor(random() * 200) * 1_000;
    const lost = random() < 0.1 ? 2_000 + Math.floor(random() * 20_000) * 1_000 : 0;
    tickNs[at] = at === 0 ? firstNs : tickNs[at - 1]! + weightNs[at]! + lost;
  }
  const isKnown = random() < 0.8;
  const most = random() < 0.3 ? 0 : random() * 60;
  return {
    tickNs,
    weightNs,
    ...(isKnown && { lateNs: tickNs.map(() => Math.floor(random() ** 3 * most) * lateStepNs) }),
    threads: Array.from({ length: threads }, (_, index) => {
      const firstTick = Math.floor(random() * ticks);
      let left = 1 + Math.floor(random() * (ticks - firstTick));
      const runs: { length: number; stack: number; bits: number }[] = [];
      const cpuNs: number[] = [];
      while (left > 0) {
        const length = 1 + Math.floor(random() * left);
        const bits = Math.floor(random() * 128);
        const stack = Math.floor(random() * (random() < 0.5 ? 20 : 100_000));
        // Two runs in a row that are alike are one.
        if (runs.at(-1)?.stack === stack && runs.at(-1)?.bits === bits) continue;
        runs.push({ length, stack, bits });
        for (let at = 0; at < length; at++) {
          const usual = bits & 1 ? weightNs[firstTick + cpuNs.length]! : 0;
          const steps = random() < 0.5 ? 0 : Math.floor(random() * 50) - Math.floor(usual / 10_000);
          cpuNs.push(usual + steps * 10_000);
        }
        left -= length;
      }
      return {
        thread: index + 1,
        firstTick,
        runLength: Uint32Array.from(runs, (run) => run.length),
        runStack: Uint32Array.from(runs, (run) => run.stack),
        runStatus: Uint32Array.from(runs, (run) => run.bits),
        cpuNs: Float64Array.from(cpuNs, (ns) => Math.max(0, ns)),
      };
    }),
  };
}

function decode(packed: Omit<PackedRow, 'formatVersion'>) {
  return decodeBatch({ ...packed, formatVersion }, 'batch 7 of x.trace');
}

const plain = (data: Uint8Array) => ({ data, encoding: batchEncoding.plain, firstNs: 0 });

describe('a batch', () => {
  test('comes out as it went in, plain and deflated, and fits its schema', () => {
    const random = createRandom(1);
    for (let round = 0; round < 200; round++) {
      const batch = randomBatch(random);
      const packed = encodeBatch(batch, periodNs);
      expect(packed).toMatchObject({ firstNs: batch.tickNs[0], lastNs: batch.tickNs.at(-1) });
      expect(decode(packed)).toEqual({ batch, unknown: [] });
      expectSchema('batch', unpack(packed.data));
      const deflated = encodeBatch(batch, periodNs, { deflate: true });
      expect(deflated.encoding).toBe(batchEncoding.deflated);
      expect(inflateRawSync(deflated.data).equals(packed.data)).toBe(true);
      expect(decode(deflated).batch).toEqual(batch);
    }
  });

  test('keeps sums of CPU time within a step, whatever the samples had', () => {
    const random = createRandom(6);
    const count = 1_000;
    const tickNs = Float64Array.from({ length: count }, (_, at) => (at + 1) * 100_000 + random() * 90_000);
    const weightNs = tickNs.map((ns, at) => (at === 0 ? ns : ns - tickNs[at - 1]!));
    const cpuNs = weightNs.map((ns) => random() * ns);
    const runs = Array.from({ length: count }, () => Math.floor(random() * 2));
    const packed = encodeBatch(
      {
        tickNs,
        weightNs,
        threads: [
          {
            thread: 1,
            firstTick: 0,
            runLength: new Uint32Array(count).fill(1),
            runStack: Uint32Array.from(runs),
            runStatus: Uint32Array.from(runs),
            cpuNs,
          },
        ],
      },
      periodNs,
    );
    const { batch } = decode(packed);
    const sumUntil = (values: Float64Array, end: number) =>
      values.subarray(0, end).reduce((sum, value) => sum + value, 0);
    for (const end of [10, 500, count])
      expect(Math.abs(sumUntil(batch.threads[0]!.cpuNs, end) - sumUntil(cpuNs, end))).toBeLessThan(12_000);
    for (let at = 0; at < count; at++) {
      expect(batch.tickNs[at]! - tickNs[at]!).toBeGreaterThanOrEqual(0);
      expect(batch.tickNs[at]! - tickNs[at]!).toBeLessThan(1_000);
    }
  });

  describe.each<[string, (random: () => number, weightNs: number) => [boolean, number]]>([
    ['that runs and uses nothing: others have the CPU', () => [true, 0]],
    ['that runs and uses all', (_, weightNs) => [true, weightNs]],
    ['that runs and uses next to nothing', (random) => [true, random() * 2_000]],
    ['that sleeps 2 ms at a time', (random) => [random() < 0.03, random() * 90_000]],
    ['that sleeps, and uses less than a step', (random) => [false, random() * 1_000]],
    ['that is starved, then runs', (random, weightNs) => [true, random() < 0.02 ? weightNs : 0]],
    ['of any kind', (random, weightNs) => [random() < 0.5, random() < 0.3 ? 0 : random() * weightNs]],
  ])('of a thread %s', (_, sampleOf) => {
    /** In periods of 10 ms. @returns CPU time before and after, in ns, of `batches` seconds that are merged at the end */
    function written(seed: number, batches: number): { used: number; read: number } {
      const random = createRandom(seed);
      const parts: Batch[] = [];
      let [used, lastNs] = [0, 0];
      for (let part = 0; part < batches; part++) {
        const tickNs = Float64Array.from({ length: 100 }, (__, at) => (part * 100 + at + random()) * 1e7);
        const weightNs = tickNs.map((ns, at) => ns - (at === 0 ? lastNs : tickNs[at - 1]!));
        lastNs = tickNs.at(-1)!;
        const samples = Array.from(weightNs, (ns) => sampleOf(random, ns));
        const cpuNs = Float64Array.from(samples, ([, ns]) => ns);
        used += cpuNs.reduce((sum, ns) => sum + ns, 0);
        parts.push({
          tickNs,
          weightNs,
          threads: [
            {
              thread: 1,
              firstTick: 0,
              runLength: new Uint32Array(100).fill(1),
              runStack: Uint32Array.from(samples.keys()),
              runStatus: Uint32Array.from(samples, ([isRunning]) => (isRunning ? 1 : 0)),
              cpuNs,
            },
          ],
        });
      }
      const stored = parts.map((part) => decode(encodeBatch(part, 1e7)).batch);
      let merged = encodeBatch(mergeBatches(stored), 1e7, { deflate: true });
      // pack, cut and merge read and write it again.
      for (let again = 0; again < 4; again++)
        merged = encodeBatch(decode(merged).batch, 1e7, { deflate: true });
      const { batch } = decode(merged);
      return { used, read: batch.threads[0]!.cpuNs.reduce((sum, ns) => sum + ns, 0) };
    }

    test('the sum is exact to a step of each batch, and written again to no more', () => {
      for (let seed = 1; seed < 30; seed++) {
        const { used, read } = written(seed, 1);
        // A step, once of the batch and once of what is made of it.
        expect(Math.abs(read - used)).toBeLessThan(2.2e6);
      }
    });

    test('and errors do not add up to one side', () => {
      let [used, read] = [0, 0];
      const seconds = 200;
      for (let seed = 1; seed <= seconds / 10; seed++) {
        const ten = written(seed, 10);
        used += ten.used;
        read += ten.read;
      }
      // Rounded at random to a step: a standard error of 0.41 steps in each second, as if all were the worst.
      expect(Math.abs(read - used)).toBeLessThan(4 * 0.41e6 * Math.sqrt(seconds + seconds / 10));
    });
  });

  test('merged from several is what those are', () => {
    const random = createRandom(8);
    for (let round = 0; round < 50; round++) {
      const parts: Batch[] = [];
      for (let part = 0; part < 4; part++) {
        const before = parts.at(-1);
        const at = before === undefined ? 5_000_000 : before.tickNs.at(-1)! + 150_000;
        const batch = randomBatch(random, 3, at);
        parts.push({ ...batch, weightNs: batch.weightNs.map((ns, tick) => (tick === 0 ? 150_000 : ns)) });
      }
      // The CPU times of first ticks were made for other weights.
      const stored = parts.map((part) => decode(encodeBatch(part, periodNs)).batch);
      const merged = decode(encodeBatch(mergeBatches(stored), periodNs, { deflate: true })).batch;
      expect(merged.tickNs).toEqual(Float64Array.from(stored.flatMap(({ tickNs }) => [...tickNs])));
      expect(merged.lateNs).toEqual(
        stored.every(({ lateNs }) => lateNs)
          ? Float64Array.from(stored.flatMap(({ lateNs }) => [...lateNs!]))
          : undefined,
      );
      expect(merged.weightNs).toEqual(Float64Array.from(stored.flatMap(({ weightNs }) => [...weightNs])));
      expect(samplesOf([merged])).toEqual(samplesOf(stored));
    }
  });

  test('keeps lateness in steps that say no more than there was, and counts what is late', () => {
    const random = createRandom(9);
    for (let round = 0; round < 50; round++) {
      const { lateNs: _, ...rest } = randomBatch(random);
      const lateNs = rest.tickNs.map(() => random() ** 4 * 20 * lateFromNs);
      const packed = encodeBatch({ ...rest, lateNs }, periodNs, { deflate: random() < 0.5 });
      const { batch } = decode(packed);
      for (let at = 0; at < lateNs.length; at++) {
        expect(lateNs[at]! - batch.lateNs![at]!).toBeGreaterThanOrEqual(0);
        expect(lateNs[at]! - batch.lateNs![at]!).toBeLessThan(lateStepNs);
      }
      const late = [...lateNs].filter((ns) => ns >= lateFromNs).length;
      expect(packed.late).toBe(late);
      expect(countLate(batch.lateNs)).toEqual({ late, known: lateNs.length });
      // Packed again, as by every merge, it stays what it is.
      expect(decode(encodeBatch(batch, periodNs)).batch.lateNs).toEqual(batch.lateNs);
    }
  });

  test('that does not know how late its ticks were does not say that they were in time', () => {
    const { lateNs: _, ...unknown } = randomBatch(createRandom(10));
    const packed = encodeBatch(unknown, periodNs);
    expect(packed.late).toBeNull();
    expect(unpack(packed.data)).not.toHaveProperty('late');
    expect(decode(packed).batch).not.toHaveProperty('lateNs');
    expect(countLate(undefined)).toEqual({ late: 0, known: 0 });
    const known = { ...unknown, lateNs: unknown.tickNs.map(() => 0) };
    expect(encodeBatch(known, periodNs).late).toBe(0);
    expect(unpack(encodeBatch(known, periodNs).data)).toMatchObject({ late: [] });
    expect(mergeBatches([known, known]).lateNs).toHaveLength(2 * unknown.tickNs.length);
    expect(mergeBatches([known, unknown])).not.toHaveProperty('lateNs');
  });

  test('says how long its ticks stand for where that is told, also when it is merged', () => {
    const random = createRandom(11);
    for (let round = 0; round < 50; round++) {
      const own = randomBatch(random);
      const batch = { ...own, spanNs: own.tickNs.map(() => Math.floor(random() * 1_000) * 1_000) };
      const packed = encodeBatch(batch, periodNs, { deflate: random() < 0.5 });
      expect(decode(packed).batch).toEqual(batch);
      expectSchema('batch', unpack(encodeBatch(batch, periodNs).data));
      expect(mergeBatches([batch, batch]).spanNs).toEqual(
        Float64Array.from([...batch.spanNs, ...batch.spanNs]),
      );
      expect(mergeBatches([batch, own])).not.toHaveProperty('spanNs');
    }
  });

  test('says which columns it does not know', () => {
    const { data } = encodeBatch(randomBatch(createRandom(2)), periodNs);
    const map = unpack(data) as Record<string, unknown>;
    const more = new Packr({ useRecords: false }).pack({ ...map, gpu: [[1, 2]] });
    expect(decode(plain(more)).unknown).toEqual(['gpu']);
  });

  test('refuses what encodeBatch would not write, with a sentence', () => {
    const { data } = encodeBatch(randomBatch(createRandom(3), 1), periodNs);
    const good = unpack(data) as Record<string, unknown>;
    const bad: Record<string, unknown>[] = [
      { ...good, unit: 0 },
      { ...good, late: 1 },
      { ...good, late: [-1] },
      { ...good, late: [0.5] },
      { ...good, late: ['1'] },
      { ...good, late: new Array((good.ticks as number[]).length + 1).fill(0) },
      { ...good, spans: 1 },
      { ...good, spans: [] },
      { ...good, spans: (good.ticks as number[]).map(() => -1) },
      { ...good, spans: (good.ticks as number[]).map(() => 2 ** 40) },
      { ...good, spans: (good.ticks as number[]).map(() => 0.5) },
      { ...good, period: 0 },
      { ...good, cpu_unit: 0 },
      { ...good, weight: -1 },
      { ...good, ticks: [] },
      { ...good, ticks: [0, -1_000] },
      { ...good, ticks: [2 ** 53] },
      { ...good, lost: [1] },
      { ...good, from: [...(good.from as number[]), 0] },
      { ...good, runs: [...(good.runs as number[][]), [1]] },
      { ...good, stack: [...(good.stack as number[][]), [0]] },
      { ...good, status: [...(good.status as number[][]), [0]] },
      { ...good, cpu: [...(good.cpu as number[][]), []] },
      { ...good, lost: [0, 1] },
      { ...good, lost: [1, 1e12] },
      { ...good, thread: [0] },
      { ...good, thread: [1, 2] },
      { ...good, from: [1e9] },
      { ...good, runs: [[1e9]] },
      { ...good, stacks: [-1] },
      { ...good, stacks: [] },
      { ...good, stacks: [...(good.stacks as number[]), 1] },
      { ...good, stack: [[-1]] },
      { ...good, stack: (good.stack as number[][]).map((list) => list.map(() => 200)) },
      { ...good, cpu: [[-(2 ** 40)]] },
      { ...good, cpu: [new Array(1_000).fill(0)] },
      { ...good, cpu: [[0.5]] },
      { ...good, status: 'text' },
    ];
    for (const map of bad) {
      const packed = plain(new Packr({ useRecords: false }).pack(map));
      expect(() => decode(packed), JSON.stringify(map).slice(0, 100)).toThrow(
        /^batch 7 of x\.trace is damaged: /,
      );
    }
  });

  test('says how much it lists that nothing takes: also of stacks that are not next to the last', () => {
    const { data } = encodeBatch(randomBatch(createRandom(3), 3), periodNs);
    const good = unpack(data) as { stacks: number[] };
    const packed = plain(new Packr({ useRecords: false }).pack({ ...good, stacks: [...good.stacks, 0, 7] }));
    expect(() => decode(packed)).toThrow('it lists 2 stacks more than it needs');
  });

  test('refuses an encoding that it does not know, and one that inflates without end', () => {
    const { data } = encodeBatch(randomBatch(createRandom(3), 1), periodNs);
    expect(() => decode({ data, encoding: 2, firstNs: 0 })).toThrow(/encoded in way 2/);
    expect(() => decode({ data, encoding: batchEncoding.deflated, firstNs: 0 })).toThrow(/does not inflate/);
    const bomb = deflateRawSync(Buffer.alloc(100 << 20));
    expect(() => decode({ data: bomb, encoding: batchEncoding.deflated, firstNs: 0 })).toThrow(
      /inflates to too many bytes/,
    );
  });

  test.each<[string, (good: Record<string, unknown>) => Record<string, unknown>, RegExp]>([
    ['maps', (good) => ({ ...good, cpu: [[{}]] }), /of a kind that no batch has/],
    ['texts', (good) => ({ ...good, runs: [['1']] }), /of a kind that no batch has/],
    ['nothing', (good) => ({ ...good, stack: [[null]] }), /of a kind that no batch has/],
    ['lists in lists in lists', (good) => ({ ...good, cpu: [[[1]]] }), /nested too deeply/],
    ['a key without end', (good) => ({ ...good, ['x'.repeat(300)]: 1 }), /a column without a name/],
    [
      'keys without end',
      (good) => ({ ...good, ...Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`k${at}`, 1])) }),
      /it has 101\d columns/,
    ],
  ])('refuses %s', (_, change, message) => {
    const { data } = encodeBatch(randomBatch(createRandom(3), 1), periodNs);
    const packed = new Packr({ useRecords: false, variableMapSize: true }).pack(
      change(unpack(data) as Record<string, unknown>),
    );
    expect(() => decode(plain(packed))).toThrow(message);
  });

  test('does not decode columns that it does not know, whatever they hold', () => {
    const { data } = encodeBatch(randomBatch(createRandom(2)), periodNs);
    // One column more than there are: a list of millions of empty maps, lists or numbers.
    for (const value of [0x80, 0x90, 0x00, 0xc0, 0xa0]) {
      const count = 50_000_000;
      const more = Buffer.concat([
        Buffer.from([data[0]! + 1]),
        data.subarray(1),
        Buffer.from([0xa3, 0x67, 0x70, 0x75, 0xdd, 0, 0, 0, 0]),
        Buffer.alloc(count, value),
      ]);
      more.writeUInt32BE(count, more.length - count - 4);
      const before = process.memoryUsage().heapUsed;
      const packed = { data: deflateRawSync(more), encoding: batchEncoding.deflated, firstNs: 0 };
      expect(decode(packed).unknown).toEqual(['gpu']);
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(count / 2);
    }
  });

  test('refuses more values and lists than memory can take, in each column that it knows', () => {
    const { data } = encodeBatch(randomBatch(createRandom(2), 1), periodNs);
    const good = unpack(data) as Record<string, unknown>;
    for (const [name, old] of Object.entries(good)) {
      const packr = new Packr({ useRecords: false, variableMapSize: true });
      const [head, ...others] = [{ ...good, [name]: 0 }].map((map) => packr.pack(map));
      expect(others).toEqual([]);
      const at = head!.indexOf(Buffer.concat([packr.pack(name)]));
      expect(at, `${name} ${JSON.stringify(old)}`).toBeGreaterThan(0);
      const end = at + packr.pack(name).length;
      for (const [count, value] of [
        [maxValues + 1, 0x00],
        [maxLists + 1, 0x90],
      ] as const) {
        const list = Buffer.from([0xdd, 0, 0, 0, 0]);
        list.writeUInt32BE(count, 1);
        const bomb = Buffer.concat([
          head!.subarray(0, end),
          list,
          Buffer.alloc(count, value),
          head!.subarray(end + 1),
        ]);
        expect(() => decode(plain(bomb)), name).toThrow(/more values than a batch has/);
      }
    }
  });

  test('survives random damage: decoded, or an error of kind "trace"', () => {
    const random = createRandom(4);
    for (let round = 0; round < 5_000; round++) {
      const packed = encodeBatch(randomBatch(random, 2), periodNs, { deflate: random() < 0.3 });
      const data = Buffer.from(packed.data);
      for (let change = 0; change <= random() * 4; change++)
        data[Math.floor(random() * data.length)] = Math.floor(random() * 256);
      const cut = random() < 0.2 ? data.subarray(0, Math.floor(random() * data.length)) : data;
      try {
        decodeBatch({ ...packed, data: cut, formatVersion: random() < 0.2 ? 1 : formatVersion }, 'it');
      } catch (error) {
        expect(error).toBeInstanceOf(PyspyError);
        expect(error).toHaveProperty('kind', 'trace');
      }
    }
  });
});

test.each([
  [1, 100_000, 10_000],
  [30, 100_000, 333],
  [100, 100_000, 100],
  [400, 20_000, 125],
  [1_000, 10_000, 100],
  [100_000, 100, 100],
])('at %d Hz time is kept in steps of %d ns, %d to a period', (rate, unitNs, period) => {
  expect(chooseGrid(1e9 / rate)).toMatchObject({ unitNs, period });
});

/** Each sample as one line: thread, tick, stack, status, CPU time. */
function samplesOf(batches: readonly Batch[]): string[] {
  return batches
    .flatMap(({ threads, tickNs }) =>
      threads.flatMap((entry) => {
        const lines: string[] = [];
        entry.runLength.forEach((length, run) => {
          for (let left = length; left > 0; left--) {
            const at = lines.length;
            lines.push(
              [
                entry.thread,
                tickNs[entry.firstTick + at],
                entry.runStack[run],
                entry.runStatus[run],
                entry.cpuNs[at],
              ].join(' '),
            );
          }
        });
        return lines;
      }),
    )
    .sort();
}
