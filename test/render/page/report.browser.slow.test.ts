/** The page in a real browser: what a person would drag, click, type and read. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { status } from '../../../src/format/vocabulary.js';
import { runCli } from '../../commands/run-cli.js';
import { type Code, TraceBuilder } from '../../format/trace-builder.js';
import { chromiumPath, expectFit, listenTo, shows, startChromium } from '../browser/chromium.js';

const hostileText = '</script><script>alert(1)</script><img src=x onerror=alert(2)>&"\'';
const golden = fileURLToPath(new URL('../../golden/traces/v2-complete.trace', import.meta.url));

/** Ten seconds: MainThread loads for a little more than half of it and serves for the rest; a worker waits, and runs from 6 s to 7 s. */
function makeService(path: string): void {
  const trace = new TraceBuilder(path);
  const process = trace.process({ command: ['python3', 'app.py'], cwd: '/srv/app' });
  const code = (name: string, firstLine: number, file = '/srv/app/app.py'): Code => ({
    name,
    file,
    firstLine,
  });
  const [main, load, serve] = [code('main', 1), code('load', 10), code('serve', 20)];
  const dumps = code('dumps', 5, '/usr/lib/python3.12/json/__init__.py');
  const boss = trace.thread(process, 'MainThread');
  const worker = trace.thread(process, 'worker');
  const loads = trace.stack([main, 2], [load, 11]);
  const serves = trace.stack([main, 3], [serve, 21], [dumps, 9]);
  const waits = trace.stack([code('work', 30), 31]);
  for (let tick = 1; tick <= 1_000; tick++)
    trace.tick(tick * 10e6, [
      { thread: boss, stack: tick <= 520 ? loads : serves, status: 3, cpuNs: 10e6 },
      { thread: worker, stack: waits, status: tick > 600 && tick <= 700 ? 1 : 0 },
    ]);
  trace.end();
}

describe.skipIf(chromiumPath === '')('report in a browser (needs chromium)', { timeout: 180_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'pyspy-page-'));
  const at = (name: string) => join(directory, name);
  let browser: Browser;
  let page: Page;
  let errors: string[];
  let requests: string[];

  beforeAll(async () => {
    makeService(at('service.trace'));
    expect(await runCli('mark', at('service.trace'), 'loaded', '--at', '5s')).toMatchObject({ status: 0 });
    expect(await runCli('report', at('service.trace'), '-o', at('service.html'))).toMatchObject({
      status: 0,
    });
    browser = await startChromium();
    page = await browser.newPage({ viewport: { width: 1_000, height: 900 } });
    ({ errors, requests } = listenTo(page));
  }, 60_000);

  beforeEach(async () => {
    errors.length = 0;
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1_000, height: 900 });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function open(fragment = '', name = 'service.html'): Promise<void> {
    await page.goto('about:blank');
    await page.goto(pathToFileURL(at(name)).href + fragment);
    await page.waitForSelector('.flame .frame');
  }

  const labels = () =>
    page.$$eval('.flame .frame:not(.below)', (groups) =>
      groups
        .map((group) => group.querySelector('text')?.firstChild?.textContent ?? '')
        .filter((text) => text !== ''),
    );
  const text = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '');
  const rows = () =>
    page.$$eval('tbody tr', (all) =>
      all.map((row) => [...row.querySelectorAll('td')].slice(0, 3).map((cell) => cell.textContent ?? '')),
    );
  const nothingWrong = () => expect({ errors, requests }).toEqual({ errors: [], requests: [] });

  /** Drags over a stretch of the timeline, in shares of its width. */
  async function brush(from: number, to: number): Promise<void> {
    const box = (await page.locator('.brush .overlay').boundingBox())!;
    const y = box.y + 20;
    await page.mouse.move(box.x + box.width * from, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * ((from + to) / 2), y, { steps: 3 });
    await page.mouse.move(box.x + box.width * to, y, { steps: 3 });
    await page.mouse.up();
  }

  test('shows all of the time at first, and a brush what was in it; Back brings the time before again', async () => {
    await open();
    await shows(labels).toEqual(expect.arrayContaining(['main', 'serve', 'load', 'dumps']));
    await shows(async () => (await rows()).map(([, , name]) => name)).toEqual([
      'load',
      'dumps',
      'work',
      'main',
      'serve',
    ]);
    await brush(0.1, 0.4);
    await shows(labels).toEqual(['all', 'main', 'load']);
    await shows(() => page.url()).toMatch(/#from=\d\.\d+&to=\d\.\d+/);
    await shows(() => text('.window')).toMatch(
      /^(?:0\.99|1\.0)\d* s to (?:3\.99|4\.0)\d* s · (?:2\.9|3\.0)\d+ s of time$/,
    );
    const link = page.url();
    await brush(0.55, 0.95);
    await shows(labels).toEqual(['all', 'main', 'serve', 'dumps', 'work']);
    await page.goBack();
    await shows(labels).toEqual(['all', 'main', 'load']);
    await page.goBack();
    await shows(labels).toContain('serve');
    // The address alone is enough.
    await open(new URL(link).hash);
    await shows(labels).toEqual(['all', 'main', 'load']);
    await page.keyboard.press('w');
    await shows(labels).toContain('serve');
    await shows(() => page.$$eval('.mark title', (marks) => marks.map((mark) => mark.textContent))).toEqual([
      'loaded',
    ]);
    nothingWrong();
  });

  test('a stretch of the heat map is a window, a click a column', async () => {
    await open();
    const box = (await page.locator('.heat canvas').boundingBox())!;
    // Ten columns of a second each, and one that begins at the end.
    const column = 20;
    await page.mouse.move(box.x + 2 * column + 4, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + 3 * column + 4, box.y + 70, { steps: 2 });
    await page.mouse.up();
    await shows(() => page.url()).toMatch(/from=2\.0\d*&to=3\.4\d*/);
    await shows(labels).toEqual(['all', 'main', 'load']);
    await page.mouse.click(box.x + 6 * column + 4, box.y + 30);
    await shows(() => page.url()).toMatch(/from=6&to=7(?:&|$)/);
    await shows(labels).toEqual(['all', 'main', 'serve', 'dumps', 'work']);
    nothingWrong();
  });

  test('states and lanes count or do not', async () => {
    await open();
    const total = async () => Number(/· ([\d.]+) s of/.exec(await text('.window'))![1]);
    await shows(total).toBeCloseTo(11, 0);
    await page.click('button.key:has-text("idle")');
    await shows(total).toBeCloseTo(20, 0);
    await shows(async () => (await rows())[0]![2]).toBe('work');
    await page.click('button.key:has-text("running")');
    await shows(labels).toEqual(['all', 'work']);
    await page.click('button.lane:has-text("MainThread")');
    await shows(() => text('table + p')).toBe('Nothing here that counts.');
    await page.click('button.lane:has-text("MainThread")');
    await shows(labels).toEqual(['all', 'work']);
    nothingWrong();
  });

  test('search tells the share, marks the boxes and filters the table', async () => {
    await open();
    await page.keyboard.press('/');
    await page.keyboard.type('dumps');
    await shows(() => text('.matched')).toMatch(/^43\.\d % matched$/);
    await shows(() => page.$$eval('.flame .match', (found) => found.length)).toBe(1);
    await shows(async () => (await rows()).map(([, , name]) => name)).toEqual(['dumps']);
    await shows(() => page.url()).toContain('search=dumps');
    await page.fill('input[type=search]', '(');
    await shows(() => text('.matched')).toMatch(/regular expression/i);
    await page.keyboard.press('Escape');
    await shows(rows).toHaveLength(5);
    await page.click('tbody button:has-text("serve")');
    await shows(() => text('.matched')).toMatch(/^43\.\d % matched$/);
    nothingWrong();
  });

  test('the table has the lines of a function, and sorts', async () => {
    await open();
    await page.click('tr:has-text("main") button.lines');
    const lines = () => page.$$eval('tr.line', (all) => all.map((row) => row.lastElementChild!.textContent));
    await shows(lines).toEqual(['line 2', 'line 3']);
    await page.click('tr:has-text("main") button.lines');
    await shows(lines).toEqual([]);
    await page.click('th button:has-text("total")');
    await shows(async () => (await rows())[0]![2]).toBe('main');
    await shows(() => page.url()).toContain('sort=total');
    await page.click('th button:has-text("function")');
    await shows(async () => (await rows()).map(([, , name]) => name)).toEqual([
      'dumps',
      'load',
      'main',
      'serve',
      'work',
    ]);
    nothingWrong();
  });

  test('the flame graph is inverted, turned over, split into lines, and zoomed', async () => {
    await open();
    const yOf = (name: string) =>
      page.$eval(`.frame[aria-label^="${name},"] rect`, (rect) => Number(rect.getAttribute('y')));
    await shows(async () => (await yOf('all')) > (await yOf('main'))).toBe(true);
    await page.keyboard.press('o');
    await shows(async () => (await yOf('all')) < (await yOf('main'))).toBe(true);
    await page.keyboard.press('l');
    await shows(labels).toEqual(['all', 'main', 'load', 'main', 'serve', 'dumps', 'work']);
    await page.keyboard.press('l');
    await page.keyboard.press('i');
    await shows(labels).toEqual(['all', 'load', 'main', 'dumps', 'serve', 'main', 'work']);
    await page.click('.frame[aria-label^="dumps,"] rect');
    await shows(labels).toEqual(['dumps', 'serve', 'main']);
    await shows(() => page.url()).toContain('zoom=');
    await page.keyboard.press('Escape');
    await shows(labels).toHaveLength(7);
    nothingWrong();
  });

  test('my code counts libraries for their callers, in the graph, the table and the address', async () => {
    await open();
    await page.keyboard.press('m');
    await shows(labels).toEqual(['all', 'main', 'load', 'serve', 'work']);
    await shows(async () => (await rows()).map(([, , name]) => name)).toEqual([
      'load',
      'serve',
      'work',
      'main',
    ]);
    await shows(() => page.getAttribute('button.mine', 'aria-pressed')).toBe('true');
    await shows(() => page.url()).toContain('mine=1');
    await page.click('tr:has-text("serve") button.lines');
    await shows(() => text('tr.line')).toMatch(/^4\.8.*43\.\d %.*line 21$/);
    await open(new URL(page.url()).hash);
    await shows(labels).not.toContain('dumps');
    await page.click('button.mine');
    await shows(labels).toContain('dumps');
    // What is one's own can be said, and is then what the page opens with.
    const file = at('folders.html');
    const folder = ['--mine-path', 'json'];
    expect(await runCli('report', at('service.trace'), '-o', file, ...folder)).toMatchObject({ status: 0 });
    await open('', 'folders.html');
    await shows(labels).toEqual(['all', '[no code of your own]', 'dumps']);
    await page.keyboard.press('m');
    await shows(labels).toContain('serve');
    nothingWrong();
  });

  test('CPU time is in the graph, the table and the address, where it is known', async () => {
    await open();
    await shows(labels).toContain('work');
    await page.keyboard.press('c');
    // The worker ran for a second, and used none that was measured.
    await shows(labels).toEqual(['all', 'main', 'load', 'serve', 'dumps']);
    await shows(() => text('.window')).toMatch(/· 10\.00 s of CPU time$/);
    await shows(async () => (await rows())[0]![0]).toMatch(/^5\.2\d* s 52\.0 %$/);
    await shows(() => page.getAttribute('button.cpu', 'aria-pressed')).toBe('true');
    await open(new URL(page.url()).hash);
    await shows(labels).not.toContain('work');
    await page.click('button.cpu');
    await shows(labels).toContain('work');
    const trace = new TraceBuilder(at('unknown.trace'));
    const thread = trace.thread(trace.process(), 'MainThread');
    const stack = trace.stack([{ name: 'main', file: '/srv/app/app.py', firstLine: 1 }, 2]);
    for (let tick = 1; tick <= 10; tick++)
      trace.tick(tick * 10e6, [{ thread, stack, status: status.stateUnknown }]);
    trace.end();
    const file = at('unknown.html');
    expect(await runCli('report', at('unknown.trace'), '-o', file)).toMatchObject({ status: 0 });
    await open('#cpu=1', 'unknown.html');
    await shows(() => page.getAttribute('button.cpu', 'title')).toContain('not known');
    expect(await page.isDisabled('button.cpu')).toBe(true);
    await page.keyboard.press('c');
    await shows(() => text('.window')).toMatch(/0\.10 s of time$/);
    nothingWrong();
  });

  test('callers and callees of a function, by row, frame and key, and back', async () => {
    await open();
    const head = () => text('p.calls');
    const whole = ['all', 'main', 'serve', 'dumps', 'load', 'work'];
    const all = async () => (await labels()).toSorted();
    await page.click('tr:has-text("serve") button.calls');
    await shows(head).toMatch(/^serve \(\/srv\/app\/app\.py:20\) · 4\.8\d* s, 43\.\d % of the time/);
    // Callers from the outermost on, the function twice, callees.
    await shows(labels).toEqual(['serve', 'main', 'serve', 'dumps']);
    const link = new URL(page.url()).hash;
    expect(link).toContain('calls=serve');
    expect(await page.isDisabled('button.inverted')).toBe(true);
    // The keyboard is in the graph; a caller's or callee's own are a key away.
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('s');
    await shows(head).toMatch(/^dumps /);
    await shows(labels).toEqual(['dumps', 'serve', 'main', 'dumps']);
    await page.goBack();
    await shows(head).toMatch(/^serve /);
    // Both are zoomed, and both zooms are in the address.
    await page.click('.flame:first-of-type .frame[aria-label^="main,"] rect');
    await shows(() => page.url()).toMatch(/zoom=_\d/);
    await page.keyboard.press('Escape');
    await shows(() => page.url()).not.toContain('zoom=');
    await page.keyboard.press('/');
    await page.keyboard.type('dumps');
    await shows(() => text('.matched')).toBe('0.0 % of callers, 100.0 % of callees matched');
    await page.keyboard.press('Escape');
    await page.click('button.whole');
    await shows(all).toEqual(whole.toSorted());
    await open(link);
    await shows(head).toMatch(/^serve /);
    await page.keyboard.press('m');
    await shows(labels).toEqual(['serve', 'main', 'serve']);
    await page.keyboard.press('m');
    await brush(0.1, 0.3);
    await shows(head).toContain('no time here');
    await page.keyboard.press('s');
    await shows(labels).toEqual(['all', 'main', 'load']);
    // Pointed at by mouse; with nothing pointed at it is the first row.
    await page.hover('.frame[aria-label^="load,"] rect');
    await page.keyboard.press('s');
    await shows(labels).toEqual(['load', 'main', 'load']);
    await page.keyboard.press('s');
    await page.focus('th button');
    await page.keyboard.press('s');
    await shows(head).toMatch(/^load /);
    await open('#calls=nobody');
    await shows(all).toEqual(whole.toSorted());
    nothingWrong();
  });

  test('all of it works by keyboard', async () => {
    await open();
    await page.focus('.brush');
    for (const key of ['ArrowRight', 'ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key);
    // A window of a tenth, moved by a fiftieth, with its end another fiftieth away.
    await shows(() => page.url()).toMatch(/from=0\.2\d*&to=1\.4\d*/);
    await shows(labels).toEqual(['all', 'main', 'load']);
    await page.keyboard.press('Enter');
    await shows(() => text('.axis')).not.toContain('10 s');
    await page.keyboard.press('0');
    await page.keyboard.press('Escape');
    await shows(() => page.url()).not.toContain('from=');
    await page.focus('.heat canvas');
    for (const key of ['ArrowRight', 'Enter', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
    await shows(() => page.url()).toMatch(/from=1&to=2\.02/);
    await page.focus('.flame .frame');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await shows(labels).toEqual(['main', 'load']);
    await page.keyboard.press('?');
    await shows(() => page.$eval('dialog', (dialog) => dialog.open)).toBe(true);
    await page.keyboard.press('Escape');
    nothingWrong();
  });

  test('is dark or light by the system, and by its own choice', async () => {
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    /** Of the timeline, where MainThread runs. */
    const lane = () =>
      page.$eval('.lanes canvas', (canvas) => {
        const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(100, 10, 1, 1);
        return [...data].join();
      });
    await open();
    const [lightPaper, lightLane] = [await paper(), await lane()];
    expect(lightPaper).toBe('rgb(255, 255, 255)');
    expect(lightLane).toBe('0,114,178,255');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shows(lane).toBe('79,179,240,255');
    await shows(paper).toBe('rgb(22, 25, 30)');
    await page.keyboard.press('d');
    await page.keyboard.press('d');
    await shows(async () => [await paper(), await lane()]).toEqual([lightPaper, lightLane]);
    await shows(() => page.url()).toContain('theme=light');
    nothingWrong();
  });

  test('fits its window', async () => {
    await open();
    await expectFit(page);
    nothingWrong();
  });

  test('shows evil names as text, with gaps and torn samples', async () => {
    expect(await runCli('report', golden, '-o', at('evil.html'), '--title', hostileText)).toMatchObject({
      status: 0,
    });
    await open('', 'evil.html');
    await shows(() => text('h1')).toBe(hostileText);
    await shows(() => page.title()).toBe(hostileText);
    await shows(() => page.$$eval('.gap', (gaps) => gaps.length)).toBe(1);
    await shows(() => page.$$eval('rect.torn', (torn) => torn.length)).toBeGreaterThan(0);
    await shows(() => text('main')).toContain('evil\\x1b[31m;rm -rf\\n<b>&"\'');
    await shows(() => page.$$eval('main script, main img, main b', (found) => found.length)).toBe(0);
    nothingWrong();
  });

  test('a thousand threads and a hundred thousand stacks do not stall it', async () => {
    const trace = new TraceBuilder(at('large.trace'));
    const process = trace.process({ command: ['python3', 'app.py'], cwd: '/srv/app' });
    const threads = Array.from({ length: 1_000 }, (_, id) => trace.thread(process, `Thread-${id} (serve)`));
    const codes = Array.from(
      { length: 400 },
      (_, id): Code => ({ name: `step_${id}`, file: `/srv/app/part${id % 20}.py`, firstLine: id + 1 }),
    );
    let next = 0;
    for (let tick = 1; tick <= 100; tick++)
      trace.tick(
        tick * 100e6,
        threads.map((thread) => {
          // Every sample has a stack of its own.
          const id = next++;
          const path = [id % 7, (id >> 3) % 400, (id >> 5) % 400, id % 400, (id * 7) % 400];
          return {
            thread,
            stack: trace.stack(...path.map((at): [Code, number] => [codes[at]!, 1 + (id % 1_000)])),
          };
        }),
      );
    trace.end();
    expect(await runCli('report', at('large.trace'), '-o', at('large.html'))).toMatchObject({ status: 0 });
    await open('', 'large.html');
    await shows(() => page.$$eval('button.lane', (lanes) => lanes.map((lane) => lane.textContent))).toEqual([
      'Thread-N (serve) × 1,000',
    ]);
    await brush(0.2, 0.3);
    for (const key of ['t', 'i', 'm', 'f', 'l', 's']) {
      await page.keyboard.press(key);
      await page.waitForSelector('.flame .frame');
    }
    await shows(() => page.isVisible('p.calls')).toBe(true);
    await shows(() => page.isVisible('.source')).toBe(true);
    // Half a minute would be a stall; this takes some hundred milliseconds.
    nothingWrong();
  }, 120_000);
});
