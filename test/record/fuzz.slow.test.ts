/**
 * Damages the saved memory of a process of each version in thousands of ways and records it: no crash, no hang, memory
 * bounded, and no stack that the memory does not hold. `npm run fuzz` is the long run.
 */
import { describe, expect, test, vi } from 'vitest';
import { savedNames } from '../support/saved-process.js';
import { Fuzzer, type Tally } from './fuzz/fuzz-case.js';
import { Watchdog } from './fuzz/watchdog.js';

vi.mock('../../src/platform/index.js', async () => {
  const { platform } = await import('./fuzz/machine.js');
  return { currentPlatform: () => platform };
});

/** All of them over all versions, the first seed, and the versions. */
const mutations = Number(process.env.PYSPY_FUZZ_MUTATIONS ?? 2000);
const firstSeed = Number(process.env.PYSPY_FUZZ_SEED ?? 1);
const wanted = process.env.PYSPY_FUZZ_VERSION;
// The structures are the same on arm64; `--version 3.15-arm64` damages those all the same.
const minors = savedNames.filter((name) =>
  wanted === undefined ? !name.endsWith('-arm64') : name === wanted,
);
const each = Math.ceil(mutations / minors.length);

/** Of one mutation. */
const maxMs = 1000;
/** More than at first, with the memory of all mutations before that was not collected yet. */
const maxBytes = 600e6;
const maxFailures = 10;

describe.each(minors)('damaged memory of CPython %s', (minor) => {
  test(`${each} times`, { timeout: 0 }, async () => {
    const fuzzer = new Fuzzer(minor);
    const watchdog = new Watchdog(minor);
    const tally: Tally = new Map();
    const failures: string[] = [];
    const before = bytesInUse();
    const most = { ms: 0, bytes: 0, ranges: 0, memory: 0 };
    for (let seed = firstSeed; seed < firstSeed + each && failures.length < maxFailures; seed++) {
      watchdog.begin(seed);
      const cpu = process.cpuUsage();
      const started = performance.now();
      let fault: string | null = null;
      try {
        const asked = fuzzer.run(seed, tally);
        most.bytes = Math.max(most.bytes, asked.askedBytes);
        most.ranges = Math.max(most.ranges, asked.askedRanges);
      } catch (error) {
        fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
      // What another process delays is no hang.
      const { user, system } = process.cpuUsage(cpu);
      const ms = Math.min(performance.now() - started, (user + system) / 1000);
      most.ms = Math.max(most.ms, ms);
      if (ms > maxMs) fault ??= `took ${ms.toFixed()} ms`;
      if (seed % 16 === 0) most.memory = Math.max(most.memory, bytesInUse() - before);
      if (most.memory > maxBytes) fault ??= `memory grew by ${most.memory} bytes`;
      if (fault !== null)
        failures.push(`npm run fuzz -- --version ${minor} --seed ${seed} --mutations 1\n${fault}`);
    }
    await watchdog.stop();
    if (process.env.PYSPY_FUZZ_MUTATIONS !== undefined) report(minor, tally, most);
    if (failures.length > 0) expect.fail(failures.join('\n\n'));
    // Most damage hits little of what is used; where nothing is good any more, nothing is tested.
    if (each >= 100) expect(tally.get('good'), JSON.stringify([...tally])).toBeGreaterThan(each * 5);
  });
});

function bytesInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function report(
  minor: string,
  tally: Tally,
  most: { ms: number; bytes: number; ranges: number; memory: number },
): void {
  const counts = [...tally].sort(([a], [b]) => a.localeCompare(b)).map(([what, count]) => `${what} ${count}`);
  process.stderr.write(
    `CPython ${minor}, ${each} mutations: ${counts.join(', ')}; at most ${most.ms.toFixed()} ms, ` +
      `${most.bytes} bytes asked in ${most.ranges} ranges, ${(most.memory / 1e6).toFixed()} MB in use\n`,
  );
}
