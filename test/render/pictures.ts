/** What pictures carry, for the tests of what their script does with it. */
import { JSDOM } from 'jsdom';
import type { PictureData } from '../../src/render/drawing/frames.js';
import { renderDiffFlame } from '../../src/render/picture/diff-flame.js';
import { renderFlame } from '../../src/render/picture/flame.js';
import type { DiffTree } from '../../src/replay/diff/diff-tree.js';
import type { FlameTree } from '../../src/replay/trees/flame-tree.js';
import { flameTree } from './trees.js';

/** main: 100 samples; slow 70 (of which dumps 40, of which encode 30), fast 30. Nodes are in this order, all first. */
export const small = flameTree([
  { parent: -1, name: 'all' },
  { parent: 0, name: 'main', file: 'app.py', line: 1, module: 'app' },
  { parent: 1, name: 'slow', file: 'app.py', line: 10, module: 'app', samples: 30 },
  { parent: 2, name: 'dumps', file: 'json/__init__.py', line: 5, module: 'json', samples: 10 },
  { parent: 3, name: 'encode', file: 'json/encoder.py', line: 8, module: 'json', samples: 30 },
  { parent: 1, name: 'fast', file: 'app.py', line: 20, module: 'app', samples: 30 },
]);

/** The JSON of a flame graph, as its script reads it. */
export function carriedBy(tree: FlameTree): PictureData {
  return readData(renderFlame(tree, { title: 't', command: 'c', window: 'w' }));
}

/** The same of a differential one. */
export function carriedByDiff(tree: DiffTree): PictureData {
  const side = { label: 'x', command: 'c', seconds: 1, secondsOfWhole: 1, samples: 100 };
  return readData(renderDiffFlame(tree, { title: 't', a: side, b: side, findings: new Map() }));
}

function readData(svg: string): PictureData {
  const { document } = new JSDOM(svg, { contentType: 'image/svg+xml' }).window;
  return JSON.parse(document.querySelector('script')!.textContent!) as PictureData;
}
