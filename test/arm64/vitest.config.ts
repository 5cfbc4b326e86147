import { defineConfig } from 'vitest/config';

// `npm run test:arm64`: not part of `npm test`, since it emulates another processor for some minutes.
export default defineConfig({
  test: {
    root: new URL('../../', import.meta.url).pathname,
    include: ['test/arm64/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    setupFiles: 'test/support/environment.ts',
    // An image is made of Debian's packages, and the guest takes its time.
    hookTimeout: 1_200_000,
  },
});
