import { expect, it } from 'vitest';
import { fragmentOf, isSameZoom, placeOfFragment } from '../../../src/render/browser/address.js';
import type { Place } from '../../../src/render/browser/state.js';
import { wholeView } from '../../../src/render/drawing/boxes.js';

it('says nothing of a picture as it opens', () => {
  expect(fragmentOf({ view: wholeView, widthOf: 'union', search: '' })).toBe('#');
  for (const nothing of ['', '#', '#search=', '#width=union', '#width=nonsense', '#other=1'])
    expect(placeOfFragment(nothing)).toEqual({ view: wholeView, widthOf: 'union', search: '' });
});

it('reads what it writes', () => {
  const places: Place[] = [
    { view: { node: 12, first: -1 }, widthOf: 'union', search: '' },
    { view: { node: 0, first: 3 }, widthOf: 'a', search: '' },
    { view: { node: 12, first: 14 }, widthOf: 'b', search: '<locals>&#%+ ü=😀' },
  ];
  for (const place of places) expect(placeOfFragment(fragmentOf(place))).toEqual(place);
  expect(fragmentOf(places[1]!)).toBe('#zoom=0.3&width=a');
});

it('tells another zoom from another search', () => {
  expect(isSameZoom('#zoom=1&search=a', '#search=b&zoom=1')).toBe(true);
  expect(isSameZoom('#search=a', '')).toBe(true);
  expect(isSameZoom('#zoom=1', '#zoom=1.2')).toBe(false);
  expect(isSameZoom('#zoom=1', '#')).toBe(false);
});
