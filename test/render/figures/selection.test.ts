/** The selection and its form in the address. */
import { describe, expect, test } from 'vitest';
import {
  firstSelection,
  fragmentOf,
  type Selection,
  selectionOf,
} from '../../../src/render/figures/selection.js';

const page = { originS: 5, lengthNs: 10e9, lanes: 3, opensMine: false, hasCpu: true };

describe('an address', () => {
  test('is short for what the page opens with', () => {
    expect(fragmentOf(firstSelection, page)).toBe('#');
    expect(selectionOf('', page)).toEqual(firstSelection);
  });

  test('has all that was chosen', () => {
    const selection: Selection = {
      window: [1_500_000_000, 2_250_000_000],
      states: [true, false, true, false, true, false],
      lane: 2,
      task: 'load &=#()',
      inverted: true,
      cpu: true,
      mine: true,
      native: false,
      processes: true,
      threads: true,
      tasks: true,
      lines: true,
      icicle: true,
      search: 'a&b=#c',
      source: '/srv/app/a&b.py',
      calls: 'load (/srv/app/a&b.py:10)',
      zoom: '12.14',
      sortBy: 'total',
      theme: 'dark',
    };
    const fragment = fragmentOf(selection, page);
    // The time line is the trace's: --from takes the same numbers.
    expect(fragment).toContain('from=6.5&to=7.25');
    expect(selectionOf(fragment, page)).toEqual(selection);
  });

  test('of a page that opens with my code says when it is all code', () => {
    const mine = { ...page, opensMine: true };
    expect(selectionOf('', mine)).toEqual({ ...firstSelection, mine: true });
    expect(fragmentOf({ ...firstSelection, mine: true }, mine)).toBe('#');
    expect(fragmentOf(firstSelection, mine)).toBe('#mine=0');
    expect(selectionOf('#mine=0', mine)).toEqual(firstSelection);
  });

  test('asks for no CPU time where that is not known', () => {
    expect(selectionOf('#cpu=1', page).cpu).toBe(true);
    expect(selectionOf('#cpu=1', { ...page, hasCpu: false }).cpu).toBe(false);
  });

  test.each([
    ['a window that ends before it begins', '#from=9&to=7'],
    ['a window outside of the page', '#from=1&to=2'],
    ['no numbers', '#from=x&to=NaN&lane=y&states=abc&sort=z&theme=q'],
    ['a lane that is not there', '#lane=3'],
    ['states of another version', '#states=1111111'],
  ])('that leads nowhere counts as none: %s', (_, fragment) => {
    expect(selectionOf(fragment, page)).toEqual(firstSelection);
  });

  test('is cut to the page', () => {
    expect(selectionOf('#from=1&to=99', page).window).toEqual([0, 10e9]);
  });
});
