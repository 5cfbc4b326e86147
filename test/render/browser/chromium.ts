/** Debian's Chromium, or whichever one is on the PATH. */
import { spawnSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';
import { expect } from 'vitest';

/** Empty where there is none. */
export const chromiumPath = spawnSync('which', ['chromium'], { encoding: 'utf8' }).stdout?.trim() ?? '';

/** Starts it; the caller closes it. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-gpu',
    ],
  });
}

/** Expects what a page shows, now or soon: it is drawn, and its address known here, a little after each input. */
export function shows<T>(read: () => T) {
  return expect.poll(read, { timeout: 20_000 });
}
