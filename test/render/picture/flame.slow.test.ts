/** Flame graphs: what they show, that they fit, and that nothing a program says breaks them. */
import { describe, expect, it } from 'vitest';
import { contrast } from '../../../src/render/picture/colour.js';
import { renderFlame } from '../../../src/render/picture/flame.js';
import { displayWidth } from '../../../src/render/words/text.js';
import type { FlameTree } from '../../../src/replay/trees/flame-tree.js';
import { deepTree, flameTree, hostileTexts, hostileTree, seeded, webTree } from '../trees.js';
import { expectNested, framesOf, parse } from './drawn-frames.js';

const words = { title: 'A title', command: 'python -m app', window: '0 s to 10 s' };

describe('renderFlame', () => {
  it('says what it shows', () => {
    const text = parse(renderFlame(webTree(300), words)).documentElement.textContent ?? '';
    for (const part of [words.title, words.command, words.window, 'samples', 'wall time', '100.0 %']) {
      expect(text).toContain(part);
    }
  });

  it('gives the same bytes for the same input', () => {
    expect(renderFlame(webTree(500, 3), words)).toBe(renderFlame(webTree(500, 3), words));
  });

  it('draws widths in proportion, with the gathered ones so that sums hold', () => {
    const next = seeded(5);
    const tree = flameTree([
      { parent: -1, name: 'all' },
      { parent: 0, name: 'p', samples: 1000 },
      ...Array.from({ length: 600 }, (_, at) => ({
        parent: 1,
        name: `c${at}`,
        samples: 1 + Math.floor(next() * 50),
      })),
    ]);
    const frames = framesOf(renderFlame(tree, words));
    const [all, p, ...children] = frames;
    expect(all!.width).toBe(1176);
    expect(p!.width).toBe(1176);
    expect(children.at(-1)!.title).toMatch(/frames too thin/);
    const self = (1176 * tree.nodes[1]!.selfS) / tree.nodes[1]!.totalS;
    const sum = children.reduce((total, { width }) => total + width, 0);
    expect(Math.abs(sum + self - p!.width)).toBeLessThan(0.01 * children.length);
  });

  it('nests its boxes, upright and inverted', () => {
    expectNested(renderFlame(webTree(2000, 9), words));
    const upright = framesOf(renderFlame(webTree(100), words));
    const inverted = framesOf(renderFlame(webTree(100), { ...words, inverted: true }));
    expect(upright[0]!.y).toBe(Math.max(...upright.map(({ y }) => y)));
    expect(inverted[0]!.y).toBe(Math.min(...inverted.map(({ y }) => y)));
  });

  it('fits its text and makes it readable', () => {
    for (const width of [320, 700, 1200, 4000]) {
      for (const tree of [webTree(800), hostileTree()]) {
        for (const frame of framesOf(renderFlame(tree, { ...words, width }))) {
          if (frame.label !== '')
            expect(displayWidth(frame.label) * 6.7 + 8).toBeLessThanOrEqual(frame.width + 0.01);
          expect(contrast(frame.ink, frame.fill)).toBeGreaterThanOrEqual(4.5);
        }
      }
    }
  });

  it('bears a stack 50,000 frames deep, in a picture of bounded height', () => {
    const svg = renderFlame(deepTree(50_000), words);
    expect(Number(parse(svg).documentElement.getAttribute('height'))).toBeLessThan(4000);
    expect(svg).toContain('49,802 frames too thin or too deep');
  });

  it('bears 100,000 nodes, drawing some thousands of them', () => {
    const svg = renderFlame(webTree(100_000, 3), words);
    expect(framesOf(svg).length).toBeLessThan(6000);
    expect(svg.length).toBeLessThan(3_000_000);
    const flat = flameTree([
      { parent: -1, name: 'all' },
      ...Array.from({ length: 100_000 }, (_, at) => ({ parent: 0, name: `f${at}`, samples: 1 })),
    ]);
    expect(framesOf(renderFlame(flat, words)).map(({ label }) => label)).toEqual([
      'all 100.0 %',
      '(100,000 hidden) 100.0 %',
    ]);
  });

  it('caps what a hostile program can put in it', () => {
    const huge = 'x'.repeat(10_000);
    const tree = flameTree([
      { parent: -1, name: 'all' },
      ...Array.from({ length: 3000 }, (_, at) => ({
        parent: 0,
        name: `${at}${huge}`,
        file: `${huge}${at}`,
        module: `${at}${huge}`,
        samples: 1,
      })),
    ]);
    expect(renderFlame(tree, { ...words, width: 5000, command: huge }).length).toBeLessThan(8_000_000);
  });

  it('stays well-formed and inert whatever the target says', () => {
    for (const text of hostileTexts) {
      const tree = flameTree([
        { parent: -1, name: 'all' },
        { parent: 0, name: text, file: text, line: 1, module: text, samples: 1 },
      ]);
      const svg = renderFlame(tree, { title: text, command: text, window: text, notes: [text] });
      const document = parse(svg);
      expect(document.querySelectorAll('script').length).toBe(2);
      expect(document.querySelectorAll('image, foreignObject, a, use').length).toBe(0);
      for (const element of document.querySelectorAll('*')) {
        for (const { name } of element.attributes) expect(name).not.toMatch(/^on|href/i);
      }
      expect(() => JSON.parse(document.querySelector('script')!.textContent!)).not.toThrow();
      expect(svg).not.toMatch(/[^\t\n\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
    }
    expect(framesOf(renderFlame(hostileTree(), words)).length).toBe(hostileTexts.length + 1);
  });

  it('says so when there is nothing to draw', () => {
    const empty: FlameTree = { metric: 'cpu', nodes: [] };
    for (const tree of [empty, flameTree([{ parent: -1, name: 'all' }])]) {
      const document = parse(renderFlame(tree, words));
      expect(document.documentElement.textContent).toContain('No samples');
      expect(document.querySelectorAll('.frame, script').length).toBe(0);
    }
  });

  it('gives a module one colour in every picture', () => {
    const fillsOf = (tree: FlameTree) => {
      const titles = framesOf(renderFlame(tree, words));
      return new Set(titles.filter(({ title }) => title.includes('jinja2/')).map(({ fill }) => fill));
    };
    const fills = [fillsOf(webTree(300, 1)), fillsOf(webTree(700, 2))];
    expect(fills[0]!.size).toBe(1);
    expect(fills[1]).toEqual(fills[0]);
  });
});
