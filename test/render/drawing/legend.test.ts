import { expect, it } from 'vitest';
import { framesTop, placeLegend } from '../../../src/render/drawing/legend.js';
import { measures } from '../../../src/render/drawing/measures.js';

const inner = 300;
const place = (...widths: number[]) => placeLegend(widths, inner + 2 * measures.margin);

it('wraps what does not fit', () => {
  expect(place(100, 200, 1)).toEqual({
    places: [
      { x: 0, row: 0 },
      { x: 100, row: 0 },
      { x: 0, row: 1 },
    ],
    rows: 2,
  });
});

it('leaves rows out that are too many', () => {
  const { places, rows } = place(200, 200, 200, 200);
  expect(places.map(({ row }) => row)).toEqual([0, 1, 2, 3]);
  expect(rows).toBe(measures.legendRows);
});

it('takes no room where there is none, and bears what is too wide', () => {
  expect(place()).toEqual({ places: [], rows: 0 });
  expect(place(1000).places).toEqual([{ x: 0, row: 0 }]);
  expect(framesTop(80, 2) - framesTop(80, 0)).toBe(2 * measures.legendRow);
});
