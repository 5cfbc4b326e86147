/** Debian's Chromium, or whichever one is on the PATH. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const pyspy = fileURLToPath(new URL('../../../bin/pyspy.js', import.meta.url));

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

/** What a page must not do, as it does it. */
export interface PageEvents {
  /** Errors of its script, what its policy forbids, and dialogs. */
  readonly errors: string[];
  /** Addresses that it asked for, but for files. */
  readonly requests: string[];
}

/**
 * Listens to a page from now on; the lists may be emptied in between.
 * @param own how addresses begin that are asked for rightly, beside files
 */
export function listenTo(page: Page, own = 'file:'): PageEvents {
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  // What the page's policy forbids is told on the console.
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('dialog', (dialog) => {
    errors.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith('file:') && !url.startsWith(own)) requests.push(url);
  });
  return { errors, requests };
}

/** Expects what a page shows, now or soon: it is drawn, and its address known here, a little after each input. */
export function shows<T>(read: () => T) {
  return expect.poll(read, { timeout: 20_000 });
}

/** Expects a page and its flame graph to be as wide as the window, on small screens and large ones. */
export async function expectFit(page: Page): Promise<void> {
  for (const width of [1_000, 2_500, 500]) {
    await page.setViewportSize({ width, height: 900 });
    const wide = () => page.$eval('.flame svg', (svg) => svg.getBoundingClientRect().width);
    await shows(async () => Math.abs((await wide()) - width + 70)).toBeLessThan(30);
    const scrolled = () => page.evaluate(() => document.documentElement.scrollWidth);
    await shows(scrolled).toBeLessThanOrEqual(width);
  }
}

/** Serves the page of a trace, or of a comparison, by `pyspy view`; the caller kills the server. */
export async function startView(...traces: string[]): Promise<{ server: ChildProcess; address: string }> {
  const server = spawn(process.execPath, [pyspy, 'view', ...traces, '--no-open'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [address] = (await once(createInterface(server.stdout!), 'line')) as [string];
  return { server, address };
}
