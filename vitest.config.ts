import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Live tests wait for conditions in real processes; a limit only ends what hangs.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
