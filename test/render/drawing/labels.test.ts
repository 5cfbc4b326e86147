import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { arrange } from '../../../src/render/drawing/arrangement.js';
import { type Box, edgesOf, layOut, wholeView } from '../../../src/render/drawing/boxes.js';
import { type PictureData, scaled } from '../../../src/render/drawing/frames.js';
import { cellsIn, describeBox, detailsOf, fitLabel, type Label } from '../../../src/render/drawing/labels.js';
import { measures } from '../../../src/render/drawing/measures.js';
import { renderFlame } from '../../../src/render/picture/flame.js';
import { carriedBy, carriedByDiff, small } from '../pictures.js';
import { deepTree, diffTree, flameTree, hostileTree, webTree } from '../trees.js';

const inner = 1176;

function detailsIn(data: PictureData): string[][] {
  const tree = arrange(data, 'union');
  return layOut(tree, wholeView, inner, 6000).map((box) => detailsOf(describeBox(tree, box)));
}

describe('describeBox', () => {
  it('says time, share and samples, with what was called and without', () => {
    expect(detailsIn(carriedBy(small)).slice(1, 3)).toEqual([
      ['main', 'app.py:1', '1.00 s (100.0 %), 100 samples', 'self 0.00 s (0.0 %), 0 samples'],
      ['slow', 'app.py:10', '0.70 s (70.0 %), 70 samples', 'self 0.30 s (30.0 %), 30 samples'],
    ]);
  });

  it('says what both runs spent', () => {
    const details = detailsIn(carriedByDiff(diffTree(small, new Map([[5, 0]]))));
    expect(details.find(([name]) => name === 'fast')).toEqual([
      'fast',
      'app.py:20',
      'A 30.0 % (0.30 s) → B 0.0 % (0.00 s)',
      "−30.0 pp of A's time, gone: only in A",
      'self A 30.0 % → B 0.0 %',
      'not tested',
    ]);
  });

  it('says how many frames a box gathers, and what they are together', () => {
    const tree = flameTree([
      { parent: -1, name: 'all', samples: 100_000 },
      ...Array.from({ length: 2000 }, (_, at) => ({ parent: 0, name: `f${at}`, samples: 1 })),
    ]);
    expect(detailsIn(carriedBy(tree))[1]).toEqual([
      '2,000 frames too thin or too deep to draw here',
      '20.00 s (2.0 %), 2,000 samples',
    ]);
  });

  it('takes no self time from rounding', () => {
    // A third of a second has no end in decimals: what is left of 3 × 1/3 in the picture's integers is no self time.
    const thirds = flameTree([
      { parent: -1, name: 'all' },
      { parent: 0, name: 'caller' },
      ...['a', 'b', 'c'].map((name) => ({ parent: 1, name, samples: 1 })),
      { parent: 0, name: 'other', samples: 1000 },
    ]);
    const nodes = thirds.nodes.map((node) => ({ ...node, selfS: node.selfSamples / 3 }));
    const data = carriedBy({ ...thirds, nodes });
    const time = data.kind === 'flame' ? data.values.time : [];
    const caller = data.texts.indexOf('caller');
    const node = data.name.indexOf(caller);
    expect(time[node]! - 3 * time[node + 1]!).toBe(1);
    const called = detailsIn(data).find(([name]) => name === 'caller');
    expect(called?.at(-1)).toBe('self 0.00 s (0.0 %), 0 samples');
  });
});

it('makes of an integer the number that it was', () => {
  expect(scaled(2_250_000, 1e-7)).toBe(0.225);
  expect(2_250_000 * 1e-7).not.toBe(0.225);
  expect(scaled(12, 100)).toBe(1200);
});

describe('fitLabel', () => {
  const label: Label = {
    ...{ name: 'Outer.method', notes: ['+3.0 pp', 'a/b.py:1'], keepNote: false },
    ...{ head: '', place: '', lines: [] },
  };

  it('adds notes as far as there is room', () => {
    expect(fitLabel(label, 40)).toEqual(['Outer.method', ' +3.0 pp a/b.py:1']);
    expect(fitLabel(label, 20)).toEqual(['Outer.method', ' +3.0 pp']);
    expect(fitLabel(label, 19)).toEqual(['Outer.method', '']);
  });

  it('shortens the name first where the note is worth more', () => {
    const kept = { ...label, keepNote: true };
    expect(fitLabel(kept, 16)).toEqual(['…method', ' +3.0 pp']);
    expect(fitLabel(label, 16)).toEqual(['Outer.method', '']);
    // Five cells of a name say too little.
    expect(fitLabel(kept, 13)).toEqual(['Outer.method', '']);
  });

  it('says nothing where nothing fits', () => {
    expect(fitLabel(label, 2)).toEqual(['', '']);
    expect(fitLabel(label, -1)).toEqual(['', '']);
  });
});

/** What both drawings say of a box. */
type Drawn = readonly [title: string, x: number, width: number, text: string];

function stillBoxes(svg: string): Drawn[] {
  const { document } = new JSDOM(svg, { contentType: 'image/svg+xml' }).window;
  return [...document.querySelectorAll('.frame')].map((group): Drawn => {
    const rect = group.querySelector('rect')!;
    const number = (name: string) => Number(rect.getAttribute(name));
    const title = group.querySelector('title')!.textContent!;
    return [title, number('x'), number('width'), group.querySelector('text')?.textContent ?? ''];
  });
}

describe('the script', () => {
  it.each([
    ['a small program', small],
    ['a web service', webTree(800)],
    ['a deep recursion', deepTree(3000)],
    ['a hostile program', hostileTree()],
  ])('draws the boxes and labels of the still picture: %s', (_, tree) => {
    for (const width of [320, 1200, 4000]) {
      const still = stillBoxes(renderFlame(tree, { title: 't', command: 'c', window: 'w', width }));
      const arranged = arrange(carriedBy(tree), 'union');
      const live = layOut(arranged, wholeView, width - 2 * measures.margin, 6000).map((box: Box): Drawn => {
        const label = describeBox(arranged, box);
        const edges = edgesOf(box);
        const text = fitLabel(label, cellsIn(edges.width, measures.cell)).join('');
        return [detailsOf(label).join('\n'), edges.x, edges.width, text];
      });
      expect(live).toEqual(still);
    }
  });
});
