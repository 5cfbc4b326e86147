/** Samples that are told as counts and sums: however many they are, each stack keeps its count and its time to the ns. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Assembly } from '../../../src/format/assembly/assembly.js';
import { type ImportedSample, unknownThread } from '../../../src/format/assembly/imported-profile.js';
import { readers, type Sums } from '../../commands/export/readers.js';
import { runCli } from '../../commands/run-cli.js';
import { createRandom } from '../random.js';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-counts-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Told {
  readonly name: string;
  readonly samples: number;
  readonly wallNs: number;
  readonly cpuNs: number | null;
}

/** Imports, which checks what was written. @returns the sums of an export, and how large the trace is */
async function importSums(told: readonly Told[]): Promise<{ readonly sums: Sums; readonly bytes: number }> {
  const frames = new Map(told.map(({ name }) => [name, { name, file: 'f.py', firstLine: 1, line: 1 }]));
  const samples = told.map(
    ({ name, ...sums }): ImportedSample => ({
      ...{ thread: unknownThread, frames: [frames.get(name)!], task: null, ...sums },
    }),
  );
  const path = join(directory, 'x.trace');
  await Assembly.make(path, true, async (assembly) => {
    const origin = { recorder: 'r', command: [], path: 'x' };
    await assembly.import({ startedUtcNs: null, hasTimes: false, samples }, origin, async () => {});
  });
  const out = join(directory, 'x.pb.gz');
  expect(await runCli('export', path, '-f', 'pprof', '--names', '--idle', '-o', out)).toMatchObject({
    status: 0,
  });
  return { sums: readers.pprof(readFileSync(out), 'wallNs'), bytes: statSync(path).size };
}

function expected(told: readonly Told[]): Sums {
  const sums: Sums = new Map();
  for (const { name, samples, wallNs } of told) {
    const sum = sums.get(name);
    sums.set(name, { samples: samples + (sum?.samples ?? 0), wallNs: wallNs + (sum?.wallNs ?? 0) });
  }
  return sums;
}

function expectExact(actual: Sums, told: readonly Told[]): void {
  for (const [name, sum] of expected(told)) expect(actual.get(name), name).toMatchObject(sum);
  expect(actual.size).toBe(expected(told).size);
}

test('of any counts and weights, in any order', async () => {
  const random = createRandom(3);
  const below = (limit: number) => Math.floor(random() * limit);
  for (let round = 0; round < 15; round++) {
    const told = Array.from({ length: 1 + below(40) }, (): Told => {
      const samples = [1, 2, 3, 4, 5, 6, 1 + below(300)][below(7)]!;
      // From less than a ns each to longer than a batch.
      const wallNs = below(2) === 0 ? samples * 10 ** below(11) : below(10 ** (1 + below(11)));
      return { name: `f${below(6)}`, samples, wallNs: Math.max(1, wallNs), cpuNs: null };
    });
    expectExact((await importSums(told)).sums, told);
  }
});

test.each([
  ['whose share is a whole number', 1e6, 250_000],
  ['whose share is none', 1e9 / 99, 30_001],
  ['in batches that are full by number', 1_000, 900_001],
  ['in batches of fewer than a period', 0.2e9, 1_000],
])('of many samples %s', async (_, eachNs, samples) => {
  const many = { name: 'many', samples, wallNs: Math.round(samples * eachNs), cpuNs: null };
  const few = { name: 'few', samples: 3, wallNs: 3e9, cpuNs: null };
  for (const told of [[many], [few, many, few], [many, { ...many, name: 'more' }, few]])
    expectExact((await importSums(told)).sums, told);
});

test('of many samples with CPU time', async () => {
  const many = { name: 'many', samples: 50_001, wallNs: 50_001e6 + 7, cpuNs: 20_000e6 + 5 };
  const { sums } = await importSums([many, { name: 'one', samples: 1, wallNs: 5, cpuNs: 1 }]);
  expect(sums.get('many')).toMatchObject({ samples: many.samples, wallNs: many.wallNs });
  expect(Math.abs(sums.get('many')!.cpuNs! - many.cpuNs)).toBeLessThan(1e3);
});

test('of a million samples take hardly more than of ten thousand', async () => {
  const sizeOf = async (samples: number) =>
    (await importSums([{ name: 'f', samples, wallNs: samples * 1e6, cpuNs: null }])).bytes;
  expect(await sizeOf(1_000_000)).toBeLessThan((await sizeOf(10_000)) + 100_000);
});
