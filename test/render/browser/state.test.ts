import { describe, expect, it } from 'vitest';
import { placeOfFragment } from '../../../src/render/browser/address.js';
import { State } from '../../../src/render/browser/state.js';
import { nameOf } from '../../../src/render/drawing/frames.js';
import { carriedBy, carriedByDiff, small } from '../pictures.js';
import { deepTree, diffTree, flameTree } from '../trees.js';

const inner = 1000;

/** Names of the boxes that are no ancestors of what is zoomed. */
function names(state: State): string[] {
  return state
    .boxes(inner)
    .filter(({ below }) => !below)
    .map(({ node, to }) => (to < 0 ? nameOf(state.tree.frames, node) : 'gathered'));
}

function boxOf(state: State, name: string) {
  return state
    .boxes(inner)
    .find(({ node, to }) => nameOf(state.tree.frames, node) === name && (name === '(no name)' || to < 0))!;
}

describe('State', () => {
  it('begins with all frames', () => {
    const state = new State(carriedBy(small));
    expect(names(state)).toEqual(['all', 'main', 'slow', 'dumps', 'encode', 'fast']);
    expect(state.isZoomed).toBe(false);
    expect(state.place).toEqual({ view: { node: 0, first: -1 }, widthOf: 'union', search: '' });
  });

  it('zooms to a frame, its ancestors below it, and out', () => {
    const state = new State(carriedBy(small));
    expect(state.zoomTo(boxOf(state, 'slow'))).toBe(true);
    expect(names(state)).toEqual(['slow', 'dumps', 'encode']);
    expect(state.isZoomed).toBe(true);
    const boxes = state.boxes(inner);
    expect(boxes.map(({ row, below }) => [row, below])).toEqual([
      [0, true],
      [1, true],
      [2, false],
      [3, false],
      [4, false],
    ]);
    expect(boxes.slice(0, 3).map(({ x, width }) => [x, width])).toEqual([
      [0, inner],
      [0, inner],
      [0, inner],
    ]);
    state.zoomOut();
    expect(names(state).length).toBe(6);
  });

  it('zooms to what a box gathers', () => {
    const thin = Array.from({ length: 4000 }, (_, at) => ({ parent: 1, name: `thin_${at}`, samples: 1 }));
    const tree = flameTree([
      { parent: -1, name: 'all' },
      { parent: 0, name: 'crowd', samples: 6000 },
      ...thin,
    ]);
    const state = new State(carriedBy(tree));
    expect(names(state)).toEqual(['all', 'crowd', 'gathered']);
    const gathered = state.boxes(inner).find(({ to }) => to >= 0)!;
    expect(gathered.width).toBeCloseTo(400, 6);
    expect(state.zoomTo(gathered)).toBe(true);
    expect(state.place.view).toEqual({ node: 1, first: 2 });
    expect(names(state)).toEqual(['gathered']);
    expect(new State(carriedBy(tree)).boxes(20_000).length).toBe(4002);
  });

  it('draws some thousands of boxes at most, and no more rows than fit', () => {
    const wide = flameTree([
      { parent: -1, name: 'all' },
      ...Array.from({ length: 9000 }, (_, at) => ({ parent: 0, name: `f${at}`, samples: 1 + (at % 7) })),
    ]);
    const boxes = new State(carriedBy(wide)).boxes(100_000);
    expect(boxes.length).toBeGreaterThan(2000);
    expect(boxes.length).toBeLessThanOrEqual(6000);
    const deep = new State(carriedBy(deepTree(50_000)));
    expect(deep.boxes(inner).length).toBe(200);
    deep.zoomTo(deep.boxes(inner)[150]!);
    // Of 150 ancestors the root and the nearest 39.
    const below = deep.boxes(inner).filter((box) => box.below);
    expect(below.map(({ node }) => node)).toEqual([0, ...Array.from({ length: 39 }, (_, at) => 111 + at)]);
  });

  it('cannot zoom to frames that the picture does not carry', () => {
    const deep = new State(carriedBy(deepTree(50_000)));
    deep.goTo({ ...deep.place, view: { node: 19_990, first: -1 } });
    const hidden = deep.boxes(inner).at(-1)!;
    expect(deep.tree.frames.line[hidden.node]).toBe(30_000);
    const { view } = deep.place;
    expect(deep.zoomTo(hidden)).toBe(false);
    expect(deep.place.view).toEqual(view);
  });

  it('weighs two recordings, or either, and stays where it is if it can', () => {
    const tree = diffTree(
      small,
      new Map([
        [4, Number.POSITIVE_INFINITY],
        [5, 0],
      ]),
    );
    const state = new State(carriedByDiff(tree));
    const isIn = (name: string) => names(state).includes(name);
    expect([isIn('encode'), isIn('fast')]).toEqual([true, true]);
    state.zoomTo(boxOf(state, 'encode'));
    state.nextWidth();
    expect(state.widthOf).toBe('a');
    // "encode" is not in A.
    expect(state.isZoomed).toBe(false);
    expect([isIn('encode'), isIn('fast')]).toEqual([false, true]);
    state.zoomTo(boxOf(state, 'slow'));
    state.nextWidth();
    expect(state.widthOf).toBe('b');
    expect(names(state)).toContain('encode');
    expect(names(state)[0]).toBe('slow');
    state.nextWidth();
    expect(state.widthOf).toBe('union');
  });

  it('goes where an address leads, and nowhere for what is wrong in it', () => {
    const state = new State(carriedBy(small));
    state.goTo(placeOfFragment('#zoom=2&search=encode&width=a'));
    expect(names(state)).toEqual(['slow', 'dumps', 'encode']);
    expect(state.search.text).toBe('encode');
    expect(state.widthOf).toBe('union');
    for (const wrong of ['#zoom=999999.-4', '#zoom=-1', '#zoom=x', '#zoom=2.5', '#width=c']) {
      state.goTo(placeOfFragment(wrong));
      expect(state.place.view.first, wrong).toBe(-1);
      expect(state.place.view.node, wrong).toBe(wrong === '#zoom=2.5' ? 2 : 0);
      expect(state.search.text).toBe('');
    }
    state.goTo(placeOfFragment('#zoom=1.5'));
    expect(state.place.view).toEqual({ node: 1, first: 5 });
  });
});
