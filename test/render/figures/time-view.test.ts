/** What of the time a timeline shows, and how a window moves in it. */
import { expect, test } from 'vitest';
import { TimeView } from '../../../src/render/figures/time-view.js';

const seen = ({ fromNs, toNs }: TimeView): number[] => [fromNs, toNs];

test('zooms about a moment, and not beyond the ends', () => {
  const view = new TimeView(1_000, 10);
  view.zoomBy(0.5, 500);
  expect(seen(view)).toEqual([250, 750]);
  view.zoomBy(0.5, 250);
  expect(seen(view)).toEqual([250, 500]);
  view.zoomBy(0.000_1, 250);
  expect(seen(view)).toEqual([250, 260]);
  view.zoomBy(Number.POSITIVE_INFINITY, 255);
  expect(seen(view)).toEqual([0, 1_000]);
});

test('is moved by shares of what is seen', () => {
  const view = new TimeView(1_000, 10);
  view.show([100, 300]);
  view.pan(0.5);
  expect(seen(view)).toEqual([200, 400]);
  view.pan(9);
  expect(seen(view)).toEqual([800, 1_000]);
  view.pan(-9);
  expect(seen(view)).toEqual([0, 200]);
});

test('moves a window by steps, and keeps it within the recording', () => {
  const view = new TimeView(1_000, 10);
  expect(view.move(null, 1, false)).toEqual([0, 100]);
  expect(view.move([0, 100], 1, false)).toEqual([20, 120]);
  expect(view.move([0, 100], -1, false)).toEqual([0, 100]);
  expect(view.move([850, 1_000], 5, false)).toEqual([850, 1_000]);
  expect(view.move([0, 100], 1, true)).toEqual([0, 120]);
  expect(view.move([0, 100], -99, true)).toEqual([0, 2]);
  expect(view.middleOf([100, 300])).toBe(200);
});
