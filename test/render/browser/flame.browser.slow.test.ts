/** The picture in a real browser: what a person would click, type and read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderDiffFlame } from '../../../src/render/picture/diff-flame.js';
import { renderFlame } from '../../../src/render/picture/flame.js';
import { deepTree, diffTree, flameTree, hostileTree, webTree } from '../trees.js';
import { chromiumPath, listenTo, shows, startChromium } from './chromium.js';

const words = { title: 'A picture', command: 'python app.py', window: 'the whole recording' };

/** main: 100 samples; slow 70 (of which json 30 under json 40), fast 30. */
const small = flameTree([
  { parent: -1, name: 'all' },
  { parent: 0, name: 'main', file: 'app.py', line: 1, module: 'app' },
  { parent: 1, name: 'slow', file: 'app.py', line: 10, module: 'app', samples: 30 },
  { parent: 1, name: 'fast', file: 'app.py', line: 20, module: 'app', samples: 30 },
  { parent: 2, name: 'dumps', file: 'json/__init__.py', line: 5, module: 'json', samples: 10 },
  { parent: 4, name: 'encode', file: 'json/encoder.py', line: 8, module: 'json', samples: 30 },
]);

describe.skipIf(chromiumPath === '')(
  'flame graph in a browser (needs chromium)',
  { timeout: 180_000 },
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'pyspy-browser-'));
    let browser: Browser;
    let page: Page;
    let errors: string[];
    let requests: string[];

    beforeAll(async () => {
      browser = await startChromium();
      page = await browser.newPage({ viewport: { width: 1200, height: 700 } });
      ({ errors, requests } = listenTo(page));
    }, 60_000);

    afterAll(async () => {
      await browser?.close();
      rmSync(directory, { recursive: true, force: true });
    });

    async function open(svg: string, name: string, fragment = ''): Promise<void> {
      errors.length = 0;
      const file = join(directory, name);
      writeFileSync(file, svg);
      await page.goto('about:blank');
      await page.goto(pathToFileURL(file).href + fragment);
    }

    /** Labels of the drawn frames, without the ancestors of the zoomed one. */
    const labels = () =>
      page.$$eval('.frame:not(.below)', (groups) =>
        groups.map((group) => group.querySelector('text')?.firstChild?.textContent ?? ''),
      );
    const widthOf = (name: string) =>
      page.$eval(`.frame[aria-label^="${name},"] rect`, (rect) => Number(rect.getAttribute('width')));
    const text = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '');
    const focused = () =>
      page.evaluate(() => document.activeElement?.querySelector('title')?.textContent?.split('\n')[0] ?? '');
    const clickFrame = (name: string) => page.click(`.frame[aria-label^="${name},"] rect`);

    it('draws at first what the still picture shows', async () => {
      const svg = renderFlame(webTree(300), words);
      await open(svg, 'same.svg');
      const live = await page.$$eval('.frame', (groups) =>
        groups.map((group) => group.querySelector('title')?.textContent),
      );
      const still = await page.evaluate((source) => {
        const parsed = new DOMParser().parseFromString(source, 'image/svg+xml');
        return [...parsed.querySelectorAll('.frame > title')].map((title) => title.textContent);
      }, svg);
      expect(live).toEqual(still);
      expect(errors).toEqual([]);
    });

    it('zooms by click, and resets by the root, by the button and by Escape', async () => {
      await open(renderFlame(small, words), 'zoom.svg');
      const all = ['all', 'main', 'slow', 'dumps', 'encode', 'fast'];
      await shows(labels).toEqual(all);
      await clickFrame('slow');
      await shows(labels).toEqual(['slow', 'dumps', 'encode']);
      await shows(() => widthOf('slow')).toBe(1176);
      await shows(() => page.url()).toContain('zoom=');
      await clickFrame('all');
      await shows(labels).toEqual(all);
      await clickFrame('dumps');
      await page.click('[aria-label="Reset zoom"]');
      await shows(labels).toEqual(all);
      await clickFrame('dumps');
      await page.keyboard.press('Escape');
      await shows(labels).toEqual(all);
      await page.goBack();
      await shows(labels).toEqual(['dumps', 'encode']);
      expect(errors).toEqual([]);
    });

    it('searches with a regular expression, counting nested matches once', async () => {
      await open(renderFlame(small, words), 'search.svg');
      await page.keyboard.press('/');
      await page.keyboard.type('json/.*py');
      await shows(() => text('.matched')).toBe('40.0 % matched');
      await shows(() => page.$$eval('.match', (groups) => groups.length)).toBe(2);
      await page.keyboard.press('Enter');
      await shows(focused).toBe('dumps');
      await page.click('[aria-label="Clear search"]');
      await shows(() => text('.matched')).toBe('');
      await page.keyboard.press('Control+f');
      await page.keyboard.type('fast|SLOW');
      await shows(() => text('.matched')).toBe('30.0 % matched');
      await page.keyboard.press('Escape');
      await page.keyboard.press('/');
      await page.keyboard.type('fast|slow');
      await shows(() => text('.matched')).toBe('100.0 % matched');
      await page.keyboard.press('Escape');
      await shows(() => page.$$eval('.match', (groups) => groups.length)).toBe(0);
      expect(errors).toEqual([]);
    });

    it('says that an expression is none instead of failing', async () => {
      await open(renderFlame(small, words), 'invalid.svg');
      await page.keyboard.press('/');
      await page.keyboard.type('(');
      await shows(() => text('.matched')).toMatch(/invalid regular expression/i);
      await page.keyboard.type('fast)');
      await shows(() => text('.matched')).toBe('30.0 % matched');
      expect(errors).toEqual([]);
    });

    it('is operated by keyboard, with the focus in sight', async () => {
      await open(renderFlame(small, words), 'keyboard.svg');
      await page.keyboard.press('Tab');
      await shows(focused).toBe('all');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowUp');
      await shows(focused).toBe('slow');
      await shows(() => page.$eval('.frame:focus rect', (rect) => getComputedStyle(rect).strokeWidth)).toBe(
        '2px',
      );
      await shows(() => text('.details')).toContain('app.py:10');
      await shows(() => text('.details')).toContain('0.70 s (70.0 %), 70 samples');
      await page.keyboard.press('ArrowRight');
      await shows(focused).toBe('fast');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      await shows(labels).toEqual(['slow', 'dumps', 'encode']);
      await shows(focused).toBe('slow');
      await page.keyboard.press('ArrowDown');
      await shows(focused).toBe('main');
      await page.keyboard.press('Space');
      await shows(labels).toEqual(['main', 'slow', 'dumps', 'encode', 'fast']);
      expect(errors).toEqual([]);
    });

    it('takes its view from the address', async () => {
      await open(renderFlame(small, words), 'hash.svg', '#zoom=2&search=encode');
      await shows(labels).toEqual(['slow', 'dumps', 'encode']);
      await shows(() => text('.matched')).toBe('30.0 % matched');
      await open(renderFlame(small, words), 'hash.svg', '#zoom=999999.-4&search=%5B&width=nonsense');
      await shows(async () => (await labels()).length).toBe(6);
      expect(errors).toEqual([]);
    });

    it('reveals gathered frames on zoom', async () => {
      const thin = Array.from({ length: 4000 }, (_, at) => ({
        parent: 2,
        name: `thin_${at}`,
        module: 'm',
        samples: 1,
      }));
      const tree = flameTree([
        { parent: -1, name: 'all' },
        { parent: 0, name: 'wide', module: 'm', samples: 400_000 },
        { parent: 0, name: 'crowd', module: 'm', samples: 0 },
        ...thin,
      ]);
      await open(renderFlame(tree, words), 'thin.svg');
      await shows(labels).not.toContain('(4,000 hidden)');
      await clickFrame('crowd');
      await shows(labels).toEqual(['crowd', '(4,000 hidden)']);
      await open(renderFlame(deepTree(50_000), words), 'deep.svg');
      const before = await page.$$eval('.frame', (groups) => groups.length);
      expect(before).toBeLessThanOrEqual(200);
      await page.click('.frame[aria-label*="too deep"] rect');
      await shows(async () =>
        Number(await page.$eval('svg', (svg) => svg.getAttribute('height'))),
      ).toBeLessThan(6000);
      await shows(() => page.$$eval('.frame:not(.below)', (groups) => groups.length)).toBe(200);
      expect(errors).toEqual([]);
    });

    it('keeps title and legend in sight, over the frames', async () => {
      await open(renderFlame(deepTree(100), words), 'tall.svg');
      const placed = () =>
        page.evaluate(() => {
          const box = (selector: string) => document.querySelector(selector)!.getBoundingClientRect();
          const at = document.elementFromPoint(40, 28);
          return {
            scrolled: window.scrollY,
            title: box('.header .fit').top,
            legend: box('.legend').bottom,
            isOver: at?.closest('.header') !== null,
          };
        });
      const first = await placed();
      // It opens where reading starts: at the root, which is below.
      expect(first.scrolled).toBeGreaterThan(1000);
      await page.evaluate(
        () =>
          new Promise((resolve) => {
            window.scrollTo(0, 600);
            // The scroll is told before the first of them.
            requestAnimationFrame(() => requestAnimationFrame(resolve));
          }),
      );
      for (const at of [first, await placed()]) {
        expect(at).toMatchObject({ isOver: true });
        expect(at.title).toBeGreaterThanOrEqual(0);
        expect(at.legend).toBeLessThan(200);
      }
      expect(errors).toEqual([]);
    });

    it('fits its window, and keeps text inside boxes', async () => {
      for (const width of [1600, 700, 400]) {
        await page.setViewportSize({ width, height: 700 });
        await open(renderFlame(webTree(300), words), 'fit.svg');
        const overflows = await page.$$eval('.frame', (groups) =>
          groups.flatMap((group) => {
            const label = group.querySelector('text');
            const room = Number(group.querySelector('rect')?.getAttribute('width'));
            return label && label.getComputedTextLength() > room ? [label.textContent] : [];
          }),
        );
        expect(overflows).toEqual([]);
        await shows(() =>
          page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
        ).toBe(true);
      }
      await page.setViewportSize({ width: 1200, height: 700 });
    });

    it('runs nothing that the target says, alone or inlined', async () => {
      const svg = renderFlame(hostileTree(), {
        title: '<b>&',
        command: ']]></script><script>pwned=9',
        window: '\u0000',
      });
      await open(svg, 'hostile.svg');
      await shows(() => page.$$eval('.frame', (groups) => groups.length)).toBeGreaterThan(20);
      await page.keyboard.press('/');
      await page.keyboard.type('script');
      expect(errors).toEqual([]);
      await shows(() => page.evaluate(() => 'pwned' in window)).toBe(false);

      const inlined = svg.replace(/^<\?xml.*\n/, '');
      await open(
        `<!doctype html><meta charset="utf-8"><body><p>text</p>${inlined}${inlined}</body>`,
        'inlined.html',
      );
      await shows(() => page.evaluate(() => 'pwned' in window)).toBe(false);
      await shows(() => page.$$eval('svg.pyspy', (pictures) => pictures.length)).toBe(2);
      await page.click('svg.pyspy >> nth=1 >> .frame >> nth=3');
      await shows(
        async () =>
          await page.$$eval('svg.pyspy', (pictures) =>
            pictures.map((svg) => svg.querySelectorAll('.below').length),
          ),
      ).toEqual([0, 1]);
      expect(errors).toEqual([]);
      expect(requests).toEqual([]);
    });

    it('compares two runs, by the width of both or of either', async () => {
      const tree = diffTree(
        small,
        new Map([
          [3, 0],
          [5, Number.POSITIVE_INFINITY],
        ]),
      );
      const side = { label: 'x.trace', command: 'python x.py', seconds: 1, secondsOfWhole: 1, samples: 100 };
      await open(
        renderDiffFlame(tree, { title: 'A and B', a: side, b: side, findings: new Map() }),
        'diff.svg',
      );
      await shows(labels).toContain('encode');
      await shows(labels).toContain('fast');
      const details = await page.$eval('.frame[aria-label^="fast,"]', (group) =>
        group.getAttribute('aria-label'),
      );
      expect(details).toContain('gone: only in A');
      await page.click('[aria-label="Width: A and B"]');
      await shows(labels).toContain('fast');
      await shows(labels).not.toContain('encode');
      await page.click('[aria-label="Width: A only"]');
      await shows(labels).toContain('encode');
      await shows(labels).not.toContain('fast');
      expect(errors).toEqual([]);
    });
  },
);
