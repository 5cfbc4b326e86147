/** A page that is a file has as many entries as there is room for. */
import { describe, expect, test } from 'vitest';
import type { PageLimits } from '../../../src/replay/page/page-contents.js';
import { fitPage } from '../../../src/run/replay/page-room.js';

const limits = { mostEntries: 500_000 } as PageLimits;

/** Draws pages with so many bytes an entry, and besides. */
function drawn(perEntry: number, besides: number, entries = Number.POSITIVE_INFINITY) {
  const asked: number[] = [];
  const page = fitPage(
    ({ mostEntries }) => {
      asked.push(mostEntries);
      return { text: '.'.repeat(Math.round(besides + perEntry * Math.min(entries, mostEntries))) };
    },
    limits,
    1_000_000,
  );
  return { asked, size: page.text.length };
}

describe('a page', () => {
  test('that fits is drawn once, with all there is room for', () => {
    expect(drawn(1.5, 200_000)).toEqual({ asked: [500_000], size: 950_000 });
    expect(drawn(9, 0, 1_000)).toEqual({ asked: [500_000], size: 9_000 });
  });

  test.each([
    [2, 100_000],
    [2.5, 100_000],
    [7, 150_000],
    [9, 400_000],
    [30, 20_000],
  ])('of %f bytes an entry and %i besides fits in the end, and is not far below', (perEntry, besides) => {
    const { asked, size } = drawn(perEntry, besides);
    expect(size).toBeLessThanOrEqual(1_000_000);
    expect(size).toBeGreaterThan(500_000);
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  test('that does not fit with few entries is as it is', () => {
    const { asked, size } = drawn(0.001, 2_000_000);
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(size).toBeGreaterThan(1_000_000);
    expect(Math.min(...drawn(0, 9_000_000).asked)).toBeGreaterThanOrEqual(20_000);
  });
});
