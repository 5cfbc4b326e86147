import { expect, it } from 'vitest';
import { arrange } from '../../../src/render/drawing/arrangement.js';
import { hiddenIn, layOut, wholeView } from '../../../src/render/drawing/boxes.js';
import { carriedBy, carriedByDiff } from '../pictures.js';
import { diffTree, flameTree } from '../trees.js';

/** A wide tower of three rows, and a thin one of sixty. */
const towers = flameTree([
  { parent: -1, name: 'all' },
  { parent: 0, name: 'wide' },
  { parent: 1, name: 'wider', samples: 9_970 },
  { parent: 0, name: 'thin0' },
  ...Array.from({ length: 58 }, (_, at) => ({ parent: at + 3, name: `thin${at + 1}` })),
  { parent: 61, name: 'thin59', samples: 30 },
]);

it('cuts rows of a difference that are under half a percent in all, and shows them where it is zoomed', () => {
  const tree = arrange(carriedByDiff(diffTree(towers, new Map())), 'union');
  const boxes = layOut(tree, wholeView, 1000, 6000);
  expect(Math.max(...boxes.map(({ row }) => row))).toBe(3);
  expect(boxes.filter((box) => box.row === 3).map((box) => hiddenIn(tree, box))).toEqual([58]);
  const zoomed = layOut(
    tree,
    { node: boxes.find(({ row, x }) => row === 1 && x > 0)!.node, first: -1 },
    1000,
    6000,
  );
  expect(zoomed.filter((box) => !box.below && hiddenIn(tree, box) === 0)).toHaveLength(60);
});

it('draws all rows of a flame graph, however thin', () => {
  const boxes = layOut(arrange(carriedBy(towers), 'union'), wholeView, 1000, 6000);
  expect(Math.max(...boxes.map(({ row }) => row))).toBe(60);
});
