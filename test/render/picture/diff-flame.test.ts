/** Differential flame graphs: both sides whole, chance in grey, the rest in colour and words. */
import { describe, expect, it } from 'vitest';
import { contrast } from '../../../src/render/picture/colour.js';
import { renderDiffFlame } from '../../../src/render/picture/diff-flame.js';
import { deepTree, diffTree, flameTree, hostileTree, webTree } from '../trees.js';
import { expectNested, framesOf, parse } from './drawn-frames.js';

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
