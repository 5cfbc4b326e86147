import { defineConfig } from 'vitest/config';

// They emulate another machine for minutes, and have a command of their own.
const emulated = ['test/arm64/**'];

// Tests of live processes: one at a time, so that the program, the recorder and nothing else share the machine.
const live = ['test/live/**/*.test.ts', 'test/pack.test.ts'];
// What takes more than some five seconds alone: not with every commit.
const slow = ['test/**/*.slow.test.ts'];
// Windows programs under Wine, if there is one.
const wine = ['test/wine/**/*.test.ts'];

// The packages of a release, which take a while to make.
const packages = ['test/packages/**/*.test.ts'];

const common = {
  pool: 'forks',
  setupFiles: 'test/support/environment.ts',
  // Tests wait for conditions; a limit only ends what hangs, on a starved machine too.
  testTimeout: 180_000,
  hookTimeout: 120_000,
} as const;

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...common,
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...slow, ...live, ...wine, ...packages, ...emulated],
        },
      },
      { test: { ...common, name: 'slow', include: slow } },
      {
        test: {
          ...common,
          name: 'live',
          // A test whose figures are off is measured up to five times.
          testTimeout: 300_000,
          include: live,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          name: 'wine',
          include: wine,
          maxWorkers: 1,
          fileParallelism: false,
          // One process runs all golden cases; what hangs is ended earlier (test/support/wine.ts).
          testTimeout: 240_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...common,
          name: 'packages',
          include: packages,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
