import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { contrast } from '../../src/render/picture/colour.js';
import { renderDiffFlame } from '../../src/render/picture/diff-flame.js';
import { renderFlame } from '../../src/render/picture/flame.js';
import { displayWidth } from '../../src/render/words/text.js';
import type { FlameTree } from '../../src/replay/trees/flame-tree.js';
import { deepTree, diffTree, flameTree, hostileTexts, hostileTree, seeded, webTree } from './trees.js';

const words = { title: 'A title', command: 'python -m app', window: '0 s to 10 s' };
const a = { label: 'before.trace', command: 'python app.py', seconds: 10, secondsOfWhole: 10, samples: 1000 };
const b = {
  label: 'after.trace',
  command: 'python app.py --new',
  seconds: 12,
  secondsOfWhole: 12,
  samples: 1200,
};
/** Every function of diffTree is certain; see there for their numbers. */
const findings = new Map([...Array(60).keys()].map((at) => [at, { isProven: true, text: 'certain' }]));
const sides = { title: 'Two runs', a, b, findings };

/** Parses as strictly as a browser does, and fails on what is not well-formed. */
function parse(svg: string): Document {
  const { DOMParser } = new JSDOM('').window;
  const document = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(document.querySelector('parsererror')).toBeNull();
  return document;
}

interface Drawn {
  readonly title: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly fill: string;
  readonly ink: string;
}

function framesOf(svg: string): Drawn[] {
  return [...parse(svg).querySelectorAll('.frame')].map((group) => {
    const rect = group.querySelector('rect')!;
    const number = (name: string) => Number(rect.getAttribute(name));
    return {
      title: group.querySelector('title')!.textContent ?? '',
      label: group.querySelector('text')?.textContent ?? '',
      x: number('x'),
      y: number('y'),
      width: number('width'),
      fill: rect.getAttribute('fill')!,
      ink: group.querySelector('text')?.getAttribute('fill') ?? '#000',
    };
  });
}

/** Every box lies over a box of the row nearer the root, and rows add up to no more than what carries them. */
function expectNested(svg: string): void {
  const frames = framesOf(svg);
  const rows = [...new Set(frames.map(({ y }) => y))].sort((one, other) => other - one);
  for (const [at, y] of rows.entries()) {
    const row = frames.filter((frame) => frame.y === y).sort((one, other) => one.x - other.x);
    for (const [index, frame] of row.entries()) {
      const next = row[index + 1];
      if (next) expect(frame.x + frame.width).toBeLessThanOrEqual(next.x + 0.02);
      if (at === 0) continue;
      const under = frames.filter((other) => other.y === rows[at - 1]);
      const carried = under.some(
        (other) => other.x <= frame.x + 0.02 && frame.x + frame.width <= other.x + other.width + 0.02,
      );
      expect(carried, frame.title).toBe(true);
    }
  }
}

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

describe('renderDiffFlame', () => {
  const tree = flameTree([
    { parent: -1, name: 'all' },
    { parent: 0, name: 'same', samples: 50 },
    { parent: 0, name: 'gone', samples: 25 },
    { parent: 0, name: 'born', file: 'x.py', line: 3, samples: 25 },
  ]);
  const union = diffTree(
    tree,
    new Map([
      [2, 0],
      [3, Number.POSITIVE_INFINITY],
    ]),
  );
  const svg = renderDiffFlame(union, sides);
  const byName = (name: string) => framesOf(svg).find(({ title }) => title.startsWith(`${name}\n`))!;

  it('drops nothing of either side', () => {
    expect(byName('all').width).toBe(1176);
    expect(byName('gone').width).toBe(1176 / 6);
    expect(byName('born').width).toBe(1176 / 6);
  });

  it('is grey where a change may be chance, and says so', () => {
    const unsure = new Map([[2, { isProven: false, text: 'may be chance' }]]);
    const frames = framesOf(renderDiffFlame(union, { ...sides, findings: unsure }));
    const named = (name: string) => frames.find(({ title }) => title.startsWith(`${name}\n`))!;
    expect(named('born').fill).toBe(named('same').fill);
    expect(named('born').title).toMatch(/may be chance$/);
    expect(named('gone').title).toMatch(/not tested/);
    expect(byName('born').fill).not.toBe(byName('same').fill);
  });

  it('says size and sign in text, and hatches what is in one run only', () => {
    expect(byName('born').title).toBe(
      "born\nx.py:3\nA 0.0 % (0.00 s) → B 33.3 % (4.00 s)\n+33.3 pp of A's time, new: only in B\nself A 0.0 % → B 33.3 %\ncertain",
    );
    expect(byName('born').label).toBe('born +33.3 pp x.py:3');
    expect(byName('gone').label).toBe('gone −33.3 pp');
    const hatches = [...parse(svg).querySelectorAll('.frame rect[fill^="url"]')].map((rect) =>
      rect.getAttribute('fill'),
    );
    expect(hatches.sort()).toEqual(['url(#pyspy-gone-white)', 'url(#pyspy-new-black)']);
    for (const hatch of hatches) expect(parse(svg).querySelector(hatch!.slice(4, -1))).not.toBeNull();
  });

  it('says which run is which and what colours mean', () => {
    const text = parse(svg).documentElement.textContent ?? '';
    for (const part of [
      'A  before.trace',
      'B  after.trace',
      '12.00 s',
      '1,200 samples',
      '--new',
      'new: only in B',
      '+10.0 pp',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('keeps its promises on large, deep, hostile and empty trees', () => {
    const grown = diffTree(
      webTree(3000),
      new Map([...Array(300).keys()].map((at) => [at * 7, (at % 4) / 2])),
    );
    expect(renderDiffFlame(grown, sides)).toBe(renderDiffFlame(grown, sides));
    expectNested(renderDiffFlame(grown, sides));
    for (const frame of framesOf(renderDiffFlame(grown, sides))) {
      expect(contrast(frame.ink, frame.fill)).toBeGreaterThanOrEqual(4.5);
    }
    expect(renderDiffFlame(diffTree(deepTree(50_000), new Map()), sides)).toContain('too deep');
    parse(renderDiffFlame(diffTree(hostileTree(), new Map()), { ...sides, title: '\u0000]]>' }));
    const empty = renderDiffFlame({ metric: 'wall', nodes: [] }, sides);
    expect(parse(empty).documentElement.textContent).toContain('No samples');
    const oneSided = renderDiffFlame(
      diffTree(webTree(50), new Map([...Array(50).keys()].map((at) => [at, 0]))),
      sides,
    );
    expect(framesOf(oneSided)[0]!.title).toContain('B 0.0 %');
  });
});
