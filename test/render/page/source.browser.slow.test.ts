/** Source on a page that is served, and on a report, in a real browser. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../commands/run-cli.js';
import { TraceBuilder } from '../../format/trace-builder.js';
import {
  chromiumPath,
  listenTo,
  type PageEvents,
  shows,
  startChromium,
  startView,
} from '../browser/chromium.js';

const hostileLine = "    return '</script><img src=x onerror=alert(1)>'  # \u202e\x07";
const appText = [
  'import json',
  'def main():',
  '    load()',
  '    serve()',
  ...Array.from({ length: 15 }, () => '# …'),
  'def load():',
  hostileLine,
  ...Array.from({ length: 300 }, (_, at) => `# ${at}`),
  'def serve():',
  '    return json.dumps({})',
  '',
].join('\n');

describe.skipIf(chromiumPath === '')('source in a browser (needs chromium)', { timeout: 180_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'pyspy-source-'));
  const at = (name: string) => join(directory, name);
  let browser: Browser;
  let page: Page;
  let server: ChildProcess;
  let address = '';
  let told: PageEvents;

  beforeAll(async () => {
    writeFileSync(at('app.py'), appText);
    const trace = new TraceBuilder(at('run.trace'));
    const process = trace.process({ cwd: directory });
    const thread = trace.thread(process, 'MainThread');
    const code = (name: string, firstLine: number, file = at('app.py')) => ({ name, file, firstLine });
    const main = code('main', 2);
    const loads = trace.stack([main, 3], [code('load', 20), 21]);
    const serves = trace.stack([main, 4], [code('serve', 322), 323], [code('dumps', 5, at('gone.py')), 9]);
    for (let tick = 1; tick <= 400; tick++)
      trace.tick(tick * 10e6, [{ thread, stack: tick <= 300 ? loads : serves, cpuNs: 10e6 }]);
    trace.end();
    const file = at('run.html');
    expect(await runCli('report', at('run.trace'), '-o', file)).toMatchObject({ status: 0 });
    ({ server, address } = await startView(at('run.trace')));
    browser = await startChromium();
    page = await browser.newPage({ viewport: { width: 1_000, height: 900 } });
    told = listenTo(page, address);
  }, 60_000);

  beforeEach(() => {
    told.errors.length = 0;
  });

  afterAll(async () => {
    await browser?.close();
    server?.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  async function open(url: string): Promise<void> {
    await page.goto('about:blank');
    await page.goto(url);
    await page.waitForSelector('.flame .frame');
  }

  const text = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '');
  /** Line and text of each row of the source. */
  const lines = () =>
    page.$$eval('.source tbody tr', (rows) =>
      rows.map((row) => {
        const cells = [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '');
        return cells.slice(-2).join(' ').trim();
      }),
    );
  const nothingWrong = () => expect(told).toEqual({ errors: [], requests: [] });

  test('is shown beside the time of its lines, as text, and opened further', async () => {
    await open(address);
    await page.click('tr:has-text("load") button.text');
    await shows(() => text('.source .note')).toMatch(/^Source: .*app\.py\. Functions are where they were/);
    await shows(lines).toEqual([
      '1 import json',
      '2 def main():',
      '3     load()',
      '4     serve()',
      ...['5 # …', '6 # …', '7 # …'],
      '10 lines more',
      '18 # …',
      '19 # …',
      '20 def load():',
      "▶ 21     return '</script><img src=x onerror=alert(1)>'  # \\u202e\\x07",
      ...['22 # 0', '23 # 1', '24 # 2'],
      '295 lines more',
      ...['320 # 298', '321 # 299'],
      '322 def serve():',
      '323     return json.dumps({})',
    ]);
    const row = (line: number) => text(`.source tr[data-line="${line}"]`);
    expect(await row(21)).toMatch(/^3\.0\d* s 75\.\d %3\.0\d* s 75\.\d %/);
    expect(await row(3)).toMatch(/^0\.00 s 0\.0 %3\.0\d* s 75\.\d %3/);
    expect(await row(323)).toMatch(/^0\.00 s 0\.0 %(?:0\.99|1\.0)\d* s 2\d\.\d %323/);
    await page.click('tr.gap:has-text("10 lines") button');
    await shows(lines).toHaveLength(29);
    await page.click('tr.gap button');
    await shows(lines).toContain('95 lines more');
    nothingWrong();
  });

  test('keeps the keyboard and its place where it is drawn anew', async () => {
    await open(address);
    await page.hover('.frame[aria-label^="serve,"] rect');
    await page.keyboard.press('f');
    await shows(lines).toContain('323     return json.dumps({})');
    const focused = () => page.evaluate(() => document.activeElement?.className);
    await shows(focused).toBe('code');
    const before = await page.$('.source .code');
    await page.keyboard.press('i');
    await shows(() => page.url()).toMatch(/inverted/);
    // What does not change it leaves it there.
    expect(await before?.evaluate((box) => box.isConnected)).toBe(true);
    await page.click('tr.gap button');
    await shows(() => before?.evaluate((box) => box.isConnected)).toBe(false);
    expect(await focused()).toBe('code');
    nothingWrong();
  });

  test('is in the address and under a key, follows the window, and Back closes it', async () => {
    await open(address);
    await page.hover('.frame[aria-label^="serve,"] rect');
    await page.keyboard.press('f');
    await shows(() => page.url()).toContain('source=');
    await shows(lines).toContain('323     return json.dumps({})');
    const link = page.url();
    await page.goBack();
    await shows(() => page.isVisible('.source')).toBe(false);
    await open(link.replace('#', '#from=3.5&to=4&mine=1&'));
    // With my code, the file that is gone is no library's; load has no time there.
    await shows(lines).not.toContain('20 def load():');
    await shows(() => text('.source tr[data-line="4"]')).toMatch(/100\.0 %4/);
    await page.keyboard.press('f');
    await shows(() => page.isVisible('.source')).toBe(false);
    await page.focus('tr:has-text("dumps") button.calls');
    await page.keyboard.press('f');
    await shows(() => text('.source .note')).toMatch(/^No source of .*gone\.py: it is not on this machine/);
    // Lines can be read without it.
    await shows(lines).toEqual(['▶ 9 dumps']);
    await page.click('.source button.close');
    await shows(() => page.isVisible('.source')).toBe(false);
    await open(`${address}#source=%2Fetc%2Fpasswd`);
    await shows(() => page.isVisible('.source')).toBe(false);
    nothingWrong();
  });

  test('that is not what ran is not shown', async () => {
    writeFileSync(at('app.py'), `# moved\n${appText}`);
    await open(address);
    await page.click('tr:has-text("load") button.text');
    await shows(() => text('.source .note')).toMatch(/is not what ran: \w+ does not begin at line \d+ there/);
    await shows(lines).toEqual(['3 main', '4 main', '▶ 21 load', '323 serve']);
    writeFileSync(at('app.py'), appText);
    nothingWrong();
  });

  test('is not in a report, which has the lines and says so', async () => {
    await open(pathToFileURL(at('run.html')).href);
    await page.click('tr:has-text("load") button.text');
    await shows(() => text('.source .note')).toMatch(/^A report has no source, only lines/);
    await shows(lines).toEqual(['3 main', '4 main', '▶ 21 load', '323 serve']);
    nothingWrong();
  });

  test('fits narrow and wide windows, dark and light', async () => {
    await open(address);
    await page.click('tr:has-text("load") button.text');
    await shows(lines).toContain('1 import json');
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [500, 1_000, 2_500]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        const scrolled = () => page.evaluate(() => document.documentElement.scrollWidth);
        await shows(scrolled).toBeLessThanOrEqual(width);
        const isInside = () =>
          page.$eval('.source tr[data-line="3"] td:last-child', (cell) => cell.clientWidth > 100);
        await shows(isInside).toBe(true);
      }
    nothingWrong();
  });

  test('is missed where the server is gone, and lines stay', async () => {
    await open(address);
    server.kill('SIGTERM');
    await once(server, 'exit');
    await page.click('tr:has-text("load") button.text');
    await shows(() => text('.source .note')).toContain('does not answer any more');
    await shows(lines).toEqual(['3 main', '4 main', '▶ 21 load', '323 serve']);
    // The browser tells of the refused connection.
    expect(told.errors.filter((error) => !error.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
  });
});
