/** What is looked at on the page of a comparison, as an address. */
import { describe, expect, test } from 'vitest';
import { fragmentOf, type LookedAt, lookedAtOf } from '../../../src/render/comparison/looked-at.js';

const first = lookedAtOf('');

describe('the address of a comparison', () => {
  test('is empty for what the page opens with', () => {
    expect(fragmentOf(first)).toBe('#');
    expect(first).toMatchObject({ by: 'total', sortBy: 'rank', widthOf: 'union', theme: 'auto', zoom: '' });
  });

  test.each<[Partial<LookedAt>, string]>([
    [{ zoom: '12' }, '#zoom=12'],
    [{ zoom: '12.14' }, '#zoom=12.14'],
    [{ widthOf: 'b', inverted: true, icicle: true }, '#width=b&inverted=1&icicle=1'],
    [{ search: '^a b \\(', by: 'self' }, '#search=%5Ea+b+%5C%5C%28&by=self'.replace('%5C%5C', '%5C')],
    [{ sortBy: 'change' }, '#sort=change'],
    [{ sortBy: 'change', isReversed: true }, '#sort=-change'],
    [{ theme: 'dark' }, '#theme=dark'],
  ])('brings again %j', (change, fragment) => {
    const looked = { ...first, ...change };
    expect(fragmentOf(looked)).toBe(fragment);
    expect(lookedAtOf(fragment)).toEqual(looked);
  });

  test('counts as not said where it makes no sense', () => {
    expect(lookedAtOf('#sort=-rank&by=all&width=c&theme=pink&inverted=yes')).toEqual(first);
    expect(lookedAtOf('#sort=--a')).toEqual(first);
  });
});
