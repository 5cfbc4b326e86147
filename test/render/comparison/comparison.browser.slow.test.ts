/** The page of a comparison in a real browser: what a person would read, click, type and press. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../commands/run-cli.js';
import { createRandom } from '../../format/random.js';
import { TraceBuilder } from '../../format/trace-builder.js';
import {
  chromiumPath,
  expectFit,
  listenTo,
  type PageEvents,
  shows,
  startChromium,
  startView,
} from '../browser/chromium.js';

const hostileText = '</script><script>alert(1)</script><img src=x onerror=alert(2)>&"\'\u202e';

let seed = 1;

/** Twenty seconds of a program that is in each of some functions by chance, as often as they weigh. */
function makeRun(path: string, functions: Readonly<Record<string, number>>): void {
  const random = createRandom(seed++);
  const trace = new TraceBuilder(path);
  const process = trace.process({ command: ['python3', 'app.py'], cwd: '/srv/app' });
  const thread = trace.thread(process, 'MainThread');
  const code = (name: string) => ({ name, file: '/srv/app/app.py', firstLine: 1 });
  const weighed = Object.entries(functions).map(
    ([name, weight]) => [trace.stack([code('main'), 2], [code(name), 3]), weight] as const,
  );
  const whole = weighed.reduce((sum, [, weight]) => sum + weight, 0);
  const stackAt = (place: number): number => {
    let left = place;
    for (const [stack, weight] of weighed) {
      left -= weight;
      if (left <= 0) return stack;
    }
    return weighed[0]![0];
  };
  for (let tick = 1; tick <= 2_000; tick++) {
    const stack = stackAt(random() * whole);
    trace.tick(tick * 10e6, [{ thread, stack, cpuNs: 10e6 }]);
  }
  trace.end();
}

const others = { load: 1, parse: 1, render: 1, store: 1, send: 1 };

describe.skipIf(chromiumPath === '')(
  'a comparison in a browser (needs chromium)',
  { timeout: 180_000 },
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'pyspy-comparison-'));
    const at = (name: string) => join(directory, name);
    const runsOf = (side: string) => [1, 2].map((run) => at(`${side}${run}.trace`));
    const sides = [...runsOf('a'), '--', ...runsOf('b')];
    let browser: Browser;
    let page: Page;
    let told: PageEvents;

    beforeAll(async () => {
      for (const path of runsOf('a')) makeRun(path, { ...others, tax: 1, [hostileText]: 0.2 });
      for (const path of runsOf('b')) makeRun(path, { ...others, tax: 3, fresh: 0.5 });
      expect(await runCli('report', ...sides, '-o', at('page.html'))).toMatchObject({ status: 0 });
      browser = await startChromium();
      page = await browser.newPage({ viewport: { width: 1_000, height: 900 } });
      told = listenTo(page);
    }, 60_000);

    beforeEach(async () => {
      told.errors.length = 0;
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 1_000, height: 900 });
    });

    afterAll(async () => {
      await browser?.close();
      rmSync(directory, { recursive: true, force: true });
    });

    async function open(fragment = '', name = 'page.html'): Promise<void> {
      await page.goto('about:blank');
      await page.goto(pathToFileURL(at(name)).href + fragment);
      await page.waitForSelector('.flame .frame');
    }

    const text = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '');
    const labels = () =>
      page.$$eval('.flame .frame:not(.below)', (groups) =>
        groups
          .map((group) => group.querySelector('text')?.firstChild?.textContent ?? '')
          .filter((label) => label !== ''),
      );
    const fillOf = (name: string) =>
      page.$eval(`.flame .frame[aria-label^="${name},"] rect`, (rect) => rect.getAttribute('fill'));
    /** Cells of each line of the table. */
    const lines = () =>
      page.$$eval('table.lines tbody tr', (rows) =>
        rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')),
      );
    /** Names of functions, below the line of all samples. */
    const names = async () => (await lines()).slice(1).map((cells) => cells.at(-2));
    const nothingWrong = () => expect(told).toEqual({ errors: [], requests: [] });

    test('says the verdict, and lists the lines, as diff does', async () => {
      const { stdout } = await runCli('diff', ...sides, '--limit', '0');
      const told = stdout.replace(/\s+/g, ' ').trim();
      await open();
      const verdict = await text('p.verdict');
      expect(verdict).toMatch(/^Verdict: regression: slower in B: tax \(app\.py\)/);
      // A terminal's lines are cut where they are full.
      expect(told.endsWith(verdict)).toBe(true);
      for (const about of await page.$$eval('p.about', (all) => all.map((each) => each.textContent ?? '')))
        if (!about.startsWith('Width') && !about.startsWith('±95%')) expect(told).toContain(about);
      const listed = (await lines()).map((cells) => cells.slice(0, 4).join(' '));
      const printed = stdout
        .split('\n')
        .filter((line) => /^(slower|faster|same|unclear|) .* (app\.py|\(all samples\))$/.test(line))
        .map((line) =>
          line
            .trim()
            .split(/ +/)
            .slice(0, line.startsWith(' ') ? 3 : 4)
            .join(' '),
        );
      expect(printed.length).toBeGreaterThan(7);
      expect(listed.map((cells) => cells.replace(/^not tested /, ''))).toEqual(printed);
      nothingWrong();
    });

    test('is sorted by a click, and again the other way round, in the address', async () => {
      await open();
      expect((await names()).slice(0, 2)).toEqual(['main', 'tax']);
      await page.click('th button:text-is("change")');
      await shows(async () => (await names()).slice(0, 3)).toEqual(['main', 'tax', 'fresh']);
      await shows(() => page.url()).toMatch(/#sort=change$/);
      // It keeps the keyboard.
      await page.keyboard.press('Enter');
      await shows(() => page.url()).toMatch(/#sort=-change$/);
      await shows(async () => (await names()).slice(-2)).toEqual(['tax', 'main']);
      expect(await page.getAttribute('th.change', 'aria-sort')).toBe('ascending');
      const changes = (await lines()).slice(1).map((cells) => Number(cells[3]));
      expect(changes).toEqual(changes.toSorted((a, b) => a - b));
      const link = new URL(page.url()).hash;
      await page.click('th button:text-is("function")');
      await shows(async () => (await names()).slice(1, 3)).toEqual(['fresh', 'load']);
      await open(link);
      await shows(async () => (await names()).slice(-2)).toEqual(['tax', 'main']);
      nothingWrong();
    });

    test('lists functions by self time, too', async () => {
      await open();
      expect(await text('p.about')).toContain('total: in the function and what it calls');
      const main = async () => (await lines()).find((cells) => cells.at(-2) === 'main');
      expect((await main())!.slice(0, 2)).toEqual(['slower', '100.0']);
      await page.keyboard.press('t');
      await shows(async () => text('p.about')).toContain('self: in the function alone');
      expect((await main())!.slice(0, 3)).toEqual(['not tested', '0.0', '0.0']);
      await shows(() => page.url()).toMatch(/#by=self$/);
      nothingWrong();
    });

    test('draws what changed as the picture does, with both sides in words', async () => {
      await open();
      await runCli('diff', ...sides, '--flame', at('diff.svg'));
      const ofPage = await Promise.all(['tax', 'fresh', 'load', 'main'].map(fillOf));
      const title = () => text('.flame .frame[aria-label^="tax,"] title');
      const words = await title();
      expect(words).toMatch(/^tax\napp\.py\nA 1\d\.\d % \(\d\.\d+ s\) → B \d\d\.\d % \(\d+\.?\d* s\)\n\+\d/);
      expect(words).toMatch(/total: slower, \+\d.*95 % interval/);
      await page.hover('.flame .frame[aria-label^="tax,"]');
      await shows(() => text('.details')).toMatch(/^tax · A 1\d\.\d % .* → B .* · app\.py$/);
      expect(await page.$$eval('.flame .frame[aria-label^="fresh,"] rect', (rects) => rects.length)).toBe(2);
      await page.goto(pathToFileURL(at('diff.svg')).href);
      await page.waitForSelector('.frame[data-box]');
      const ofPicture = await Promise.all(
        ['tax', 'fresh', 'load', 'main'].map((name) =>
          page.$eval(`.frame[aria-label^="${name},"] rect`, (rect) => rect.getAttribute('fill')),
        ),
      );
      expect(ofPage).toEqual(ofPicture);
      expect(new Set(ofPage).size).toBeGreaterThan(1);
      expect(await page.$eval('.frame[aria-label^="tax,"] title', (each) => each.textContent)).toBe(words);
      nothingWrong();
    });

    test('zooms into a frame, which Back leaves, and widths can be those of one side', async () => {
      await open();
      const width = (name: string) =>
        page.$eval(`.flame .frame[aria-label^="${name},"] rect`, (rect) =>
          Number(rect.getAttribute('width')),
        );
      const before = await width('tax');
      await page.click('.flame .frame[aria-label^="tax,"]');
      await shows(labels).toEqual(['tax']);
      await shows(() => page.url()).toMatch(/#zoom=\d+$/);
      const link = new URL(page.url()).hash;
      await page.goBack();
      await shows(labels).toContain('load');
      await page.keyboard.press('x');
      await shows(() => width('tax')).toBeLessThan(before * 0.8);
      await shows(() => text('button.width')).toBe('Width: A only (x)');
      await page.keyboard.press('x');
      await shows(() => width('tax')).toBeGreaterThan(before * 1.2);
      await shows(() => page.url()).toMatch(/#width=b$/);
      await open(link);
      await shows(labels).toEqual(['tax']);
      nothingWrong();
    });

    test('a search finds in the table and in the flame graph; a click on a name does, too', async () => {
      await open();
      await page.keyboard.press('/');
      await page.keyboard.type('tax|load');
      await shows(async () => (await names()).toSorted()).toEqual(['load', 'tax']);
      await shows(() => text('.matched')).toMatch(/^\d\d\.\d % matched$/);
      await shows(() => page.$$eval('.flame .match', (found) => found.length)).toBe(2);
      await shows(() => page.url()).toMatch(/#search=tax%7Cload$/);
      await page.keyboard.press('Escape');
      await shows(async () => (await names()).length).toBeGreaterThan(7);
      await page.click('table.lines button:text-is("render")');
      await shows(names).toEqual(['render']);
      await shows(() => page.$$eval('.flame .match', (found) => found.length)).toBe(1);
      await page.fill('input[type=search]', '(');
      await shows(() => text('.matched')).toMatch(/Invalid regular expression/);
      nothingWrong();
    });

    test('all of it works by keyboard', async () => {
      await open();
      await page.focus('.flame .frame');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowUp');
      await shows(() => text('.details')).toMatch(/^tax · /);
      await page.keyboard.press('Enter');
      await shows(labels).toEqual(['tax']);
      await shows(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(
        /^tax,/,
      );
      await page.keyboard.press('Escape');
      await shows(labels).toContain('load');
      await page.keyboard.press('i');
      await shows(() => page.url()).toMatch(/inverted=1/);
      // Innermost functions stand on the root, their callers on them.
      await shows(() => page.getAttribute('.flame .frame[aria-label^="tax,"]', 'aria-level')).toBe('2');
      await page.keyboard.press('o');
      await shows(() => page.getAttribute('button.icicle', 'aria-pressed')).toBe('true');
      await page.keyboard.press('?');
      await shows(() => page.$eval('dialog', (dialog) => dialog.open)).toBe(true);
      await page.keyboard.press('Escape');
      nothingWrong();
    });

    test('is dark or light by the system, and by its own choice', async () => {
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await open();
      const light = [await paper(), await fillOf('load')];
      expect(light).toEqual(['rgb(255, 255, 255)', '#e6e6e6']);
      await page.emulateMedia({ colorScheme: 'dark' });
      await shows(async () => [await paper(), await fillOf('load')]).toEqual(['rgb(22, 25, 30)', '#3d434d']);
      await page.keyboard.press('d');
      await page.keyboard.press('d');
      await shows(async () => [await paper(), await fillOf('load')]).toEqual(light);
      await shows(() => page.url()).toContain('theme=light');
      nothingWrong();
    });

    test('fits its window', async () => {
      await open();
      await expectFit(page);
      nothingWrong();
    });

    test('shows evil names as text', async () => {
      const evil = await runCli('report', ...sides, '-o', at('evil.html'), '--title', hostileText);
      expect(evil).toMatchObject({ status: 0 });
      await open('', 'evil.html');
      await shows(() => text('h1')).toBe(hostileText.replace('\u202e', '\\u202e'));
      await shows(() => text('table.lines')).toContain('</script><');
      await shows(() => page.$$eval('main script, main img', (found) => found.length)).toBe(0);
      nothingWrong();
    });

    test('eight thousand functions do not stall it, and what there is no room for is said', async () => {
      const runs = [...Array(8).keys()].map((run) => {
        const trace = new TraceBuilder(at(`many${run}.trace`));
        const thread = trace.thread(trace.process({ cwd: '/srv/app' }), 'MainThread');
        const code = (name: string) => ({ name, file: '/srv/app/app.py', firstLine: 1 });
        for (let tick = 1; tick <= 2_000; tick++) {
          const name = tick % 2 === 0 ? 'busy' : `step_${run}_${tick}`;
          trace.tick(tick * 10e6, [{ thread, stack: trace.stack([code('main'), 2], [code(name), 3]) }]);
        }
        trace.end();
        return at(`many${run}.trace`);
      });
      const sides = [...runs.slice(0, 4), '--', ...runs.slice(4)];
      expect(await runCli('report', ...sides, '-o', at('many.html'))).toMatchObject({ status: 0 });
      await open('', 'many.html');
      await shows(() => text('section > p.mute')).toBe(
        'The page has no room for 3002 more rows, not tested.',
      );
      // With that of all samples.
      expect(await lines()).toHaveLength(26);
      await page.click('button:text-is("4,975 more rows")');
      await shows(async () => (await lines()).length).toBe(226);
      nothingWrong();
    }, 120_000);

    test('is served on loopback, and reads the traces anew', async () => {
      const { server, address } = await startView(...sides);
      try {
        expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
        const served = await browser.newPage();
        const events = listenTo(served, address);
        await served.goto(address);
        await served.waitForSelector('.flame .frame');
        expect(await served.textContent('p.verdict')).toMatch(/^Verdict: regression: slower in B: tax/);
        expect(events).toEqual({ errors: [], requests: [] });
        expect((await fetch(`${address}source?file=app.py`)).status).toBe(404);
        expect((await fetch(address.replace(/[\w-]{32}/, 'x'.repeat(32)))).status).toBe(404);
        await served.close();
      } finally {
        server.kill('SIGTERM');
        await once(server, 'exit');
      }
    });
  },
);
