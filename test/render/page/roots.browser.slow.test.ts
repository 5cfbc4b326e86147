/** Roots, native code and tasks on a page, in a real browser: of a report, and of a page that is served. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { functionKind } from '../../../src/format/vocabulary.js';
import { runCli } from '../../commands/run-cli.js';
import { type Code, TraceBuilder } from '../../format/trace-builder.js';
import {
  chromiumPath,
  listenTo,
  type PageEvents,
  shows,
  startChromium,
  startView,
} from '../browser/chromium.js';

const hostileTask = '</script><img src=x onerror=alert(1)>&"\'';

/**
 * Ten seconds of two processes. In the first, MainThread runs one task for 4.2 s, then another to 8 s, then none; a worker waits
 * until then. In the second MainThread computes for 8 s in all, half of that in native code.
 */
function makeFarm(path: string): void {
  const trace = new TraceBuilder(path);
  const app = trace.process({ pid: 50, command: ['python3', 'app.py'], cwd: '/srv/app' });
  const fork = trace.process({ pid: 51, command: ['python3', 'app.py'], cwd: '/srv/app' });
  const code = (name: string, firstLine: number, file = '/srv/app/app.py'): Code => ({
    ...{ name, file, firstLine },
  });
  const task = (name: string) => ({ ...code(name, 0, ''), kind: functionKind.task });
  const main = code('main', 1);
  const loads = trace.stack([task('load()'), 0], [main, 2], [code('load', 10), 11]);
  const evil = trace.stack([task(hostileTask), 0], [main, 2], [code('save', 20), 21]);
  const polls = trace.stack([main, 2], [code('poll', 30), 31]);
  const waits = trace.stack([code('wait', 40), 41]);
  const plain = trace.stack([main, 3], [code('solve', 50), 51]);
  const pow = { ...code('pow', 0, '/usr/lib/libm.so.6'), kind: functionKind.native };
  const native = trace.stack([main, 3], [code('solve', 50), 51], [pow, 0]);
  const [boss, worker, child] = [
    trace.thread(app, 'MainThread'),
    trace.thread(app, 'worker'),
    trace.thread(fork, 'MainThread'),
  ];
  for (let tick = 1; tick <= 1_000; tick++)
    trace.tick(tick * 10e6, [
      {
        ...{ thread: boss, status: 3, cpuNs: 10e6 },
        stack: tick <= 420 ? loads : tick <= 800 ? evil : polls,
      },
      ...(tick <= 800 ? [{ thread: worker, stack: waits, status: 0 }] : []),
      {
        ...{ thread: child, status: tick % 5 === 0 ? 0 : 3, cpuNs: tick <= 500 ? 10e6 : 0 },
        stack: tick % 2 === 0 ? plain : native,
      },
    ]);
  trace.end();
}

describe.skipIf(chromiumPath === '')('roots in a browser (needs chromium)', { timeout: 180_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'pyspy-roots-'));
  const at = (name: string) => join(directory, name);
  let browser: Browser;
  let page: Page;
  let server: ChildProcess;
  let address = '';
  let told: PageEvents;

  beforeAll(async () => {
    makeFarm(at('farm.trace'));
    expect(await runCli('report', at('farm.trace'), '-o', at('farm.html'))).toMatchObject({ status: 0 });
    ({ server, address } = await startView(at('farm.trace')));
    browser = await startChromium();
    page = await browser.newPage({ viewport: { width: 1_000, height: 900 } });
    told = listenTo(page, address);
  }, 60_000);

  beforeEach(() => {
    told.errors.length = 0;
  });

  afterAll(async () => {
    server?.kill();
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function open(fragment = '', of = pathToFileURL(at('farm.html')).href): Promise<void> {
    await page.goto('about:blank');
    await page.goto(of + fragment);
    await page.waitForSelector('.flame .frame');
  }

  const nothingWrong = () => expect(told).toEqual({ errors: [], requests: [] });
  const hash = () => new URL(page.url()).hash;
  const text = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '');
  /** Names of a row of the flame graph, from the left on. */
  const row = (level: number) =>
    page.$$eval(`.flame .frame[aria-level="${level}"]`, (groups) =>
      groups
        .toSorted((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left)
        .map((group) => group.getAttribute('aria-label')!.split(', ')[0]!.trim()),
    );
  const names = () =>
    page.$$eval('tbody tr', (all) => all.map((each) => each.querySelectorAll('td')[2]!.textContent));
  const isOn = (name: string) => page.getAttribute(`button.${name}`, 'aria-pressed');

  test('threads and processes are roots by key and button, one in the other, and in the address', async () => {
    await open();
    await shows(() => row(2)).toEqual(['main']);
    await page.keyboard.press('t');
    await shows(() => row(2)).toEqual(['MainThread · pid 50', 'MainThread · pid 51']);
    await shows(() => row(3)).toEqual(['main', 'main']);
    await page.keyboard.press('p');
    await shows(() => row(2)).toEqual(['pid 50 · python3 app.py', 'pid 51 · python3 app.py']);
    await shows(() => row(3)).toEqual(['MainThread', 'MainThread']);
    const link = hash();
    expect(link).toBe('#processes=1&threads=1');
    await page.click('button.key:has-text("idle")');
    await shows(() => row(3)).toEqual(['MainThread', 'worker', 'MainThread']);
    await page.click('button.threads');
    await shows(() => row(3)).toEqual(['main', 'wait', 'main']);
    await open(link);
    await shows(() => row(3)).toEqual(['MainThread', 'MainThread']);
    expect([await isOn('processes'), await isOn('threads')]).toEqual(['true', 'true']);
    nothingWrong();
  });

  test('roots go with a window, Back, CPU time, search, lines, inversion, my code and zoom', async () => {
    await open('#threads=1');
    await shows(() => row(2)).toHaveLength(2);
    // A window without the first task: a column of the heat map is a second.
    const box = (await page.locator('.heat canvas').boundingBox())!;
    await page.mouse.click(box.x + 9 * 20 + 4, box.y + 30);
    await shows(() => hash()).toContain('from=9');
    await shows(() => row(4)).toEqual(['poll', 'solve']);
    await page.keyboard.press('c');
    await shows(() => row(2)).toEqual(['MainThread · pid 50']);
    await page.keyboard.press('c');
    await shows(() => row(2)).toHaveLength(2);
    await page.goBack();
    await shows(() => row(4)).toEqual(['load', 'save', 'poll', 'solve']);
    await page.keyboard.press('/');
    await page.keyboard.type('pid 51');
    await shows(() => text('.matched')).toBe('44.4 % matched');
    await page.keyboard.press('Escape');
    await page.keyboard.press('i');
    await page.keyboard.press('m');
    await shows(() => row(2)).toEqual(['solve', 'load', 'save', 'poll']);
    await shows(() => row(4)).toEqual([
      'MainThread · pid 51',
      ...Array.from({ length: 3 }, () => 'MainThread · pid 50'),
    ]);
    await page.keyboard.press('i');
    await page.keyboard.press('l');
    await shows(() => row(2)).toHaveLength(2);
    await page.click('.frame[aria-label^="MainThread · pid 51,"] rect');
    await shows(() => row(2)).toEqual(['MainThread · pid 51']);
    await shows(() => hash()).toMatch(/mine=1&threads=1&lines=1&zoom=\d/);
    await page.keyboard.press('Escape');
    await shows(() => row(2)).toHaveLength(2);
    nothingWrong();
  });

  test('callers end in their roots, and the table has none', async () => {
    await open('#threads=1&processes=1');
    await shows(names).toEqual(['load', 'solve', 'pow', 'save', 'poll', 'main']);
    await page.click('tr:has-text("main") button.calls');
    await shows(() => text('p.calls')).toMatch(/^main .*· 18\.00 s, 100\.0 % of the time/);
    await shows(() => row(3)).toEqual(
      expect.arrayContaining(['pid 50 · python3 app.py', 'pid 51 · python3 app.py']),
    );
    // A root has no callers: s on it shows all functions again.
    await page.hover('.frame[aria-label^="MainThread,"] rect');
    await page.keyboard.press('s');
    await shows(() => row(3)).toEqual(['MainThread', 'MainThread']);
    nothingWrong();
  });

  test('native code is shown or is its callers’, in the graph, the table and the address', async () => {
    await open();
    await shows(() => row(4)).toContain('pow');
    expect(await isOn('native')).toBe('true');
    await page.keyboard.press('n');
    await shows(() => row(4)).not.toContain('pow');
    await shows(names).not.toContain('pow');
    await shows(() => text('tr:has-text("solve")')).toMatch(/^8\.00 s 44\.4 %/);
    expect(hash()).toBe('#native=0');
    await open('#native=0');
    await shows(names).not.toContain('pow');
    await page.click('button.native');
    await shows(() => text('tr:has-text("solve")')).toMatch(/^4\.\d* s 22\.2 %/);
    nothingWrong();
  });

  test('tasks have lanes, which leave one task alone, and are roots', async () => {
    await open('#threads=1');
    const lanes = () =>
      page.$$eval('button.lane', (all) =>
        all.filter((lane) => lane.classList.contains('task')).map((lane) => lane.textContent),
      );
    await shows(lanes).toEqual(['task load()', `task ${hostileTask}`]);
    /** Whether a lane is painted at a moment of the ten seconds. */
    const isPainted = (name: string, second: number) =>
      page.evaluate(
        ([lane, share]) => {
          const label = [...document.querySelectorAll('button.lane')].find(
            (each) => each.textContent === lane,
          ) as HTMLElement;
          const canvas = document.querySelector<HTMLCanvasElement>('.lanes canvas')!;
          const y = Number.parseInt(label.style.top, 10) + 10;
          return canvas.getContext('2d')!.getImageData(canvas.width * share, y, 1, 1).data[3]! > 0;
        },
        [`task ${name}`, second / 10] as const,
      );
    for (const [name, second, expected] of [
      ['load()', 2, true],
      ['load()', 6, false],
      [hostileTask, 2, false],
      [hostileTask, 6, true],
      [hostileTask, 9, false],
    ] as const)
      expect([name, second, await isPainted(name, second)]).toEqual([name, second, expected]);
    await page.keyboard.press('a');
    await shows(() => row(3)).toEqual(['load()', hostileTask, '[no task]', '[no task]']);
    await page.click('button.task:has-text("load")');
    await shows(() => text('.window')).toMatch(/· 4\.[12]\d s of time$/);
    await shows(names).toEqual(['load', 'main']);
    await shows(() => row(3)).toEqual(['load()']);
    const link = hash();
    expect(link).toBe('#task=load%28%29&threads=1&tasks=1');
    await page.click('button.task:has-text("load")');
    await shows(names).toContain('solve');
    await open(link);
    await shows(names).toEqual(['load', 'main']);
    await shows(() => page.$$eval('button.task[aria-pressed=true]', (on) => on.length)).toBe(1);
    await open('#task=gone');
    await shows(names).toContain('solve');
    nothingWrong();
  });

  test('the same on a page that is served', async () => {
    await open('#threads=1&tasks=1&native=0', address);
    await shows(() => row(3)).toEqual(['load()', hostileTask, '[no task]', '[no task]']);
    await shows(names).not.toContain('pow');
    await page.keyboard.press('p');
    await shows(() => row(2)).toEqual(['pid 50 · python3 app.py', 'pid 51 · python3 app.py']);
    await page.keyboard.press('?');
    const keys = await page.$$eval('dialog dt', (all) => all.map((key) => key.textContent));
    expect(keys).toEqual(expect.arrayContaining(['n', 'p', 't', 'a']));
    expect(new Set(keys).size).toBe(keys.length);
    await page.keyboard.press('Escape');
    nothingWrong();
  });

  test('what a recording has not has no button, and its key does nothing', async () => {
    const trace = new TraceBuilder(at('plain.trace'));
    const thread = trace.thread(trace.process(), 'MainThread');
    const stack = trace.stack([{ name: 'main', file: '/srv/app/app.py', firstLine: 1 }, 2]);
    for (let tick = 1; tick <= 10; tick++) trace.tick(tick * 10e6, [{ thread, stack, status: 3 }]);
    trace.end();
    const file = at('plain.html');
    expect(await runCli('report', at('plain.trace'), '-o', file)).toMatchObject({ status: 0 });
    await open('#native=0&processes=1&tasks=1', pathToFileURL(file).href);
    await shows(() => row(2)).toEqual(['main']);
    for (const name of ['native', 'processes', 'tasks'])
      expect(await page.isVisible(`button.${name}`)).toBe(false);
    for (const key of ['n', 'p', 'a', 't']) await page.keyboard.press(key);
    await shows(() => row(2)).toEqual(['MainThread']);
    expect(hash()).toBe('#threads=1');
    nothingWrong();
  });
});
