/** What is looked at on the page of a comparison, and its form in the address. */
import { fragmentOf as fragmentOfPlace, placeOfFragment } from '../browser/address.js';
import type { WidthOf } from '../drawing/arrangement.js';
import type { Listing } from '../drawing/comparison-data.js';
import { type Theme, themeOf } from '../figures/theme.js';

/** What lines are sorted by: "rank" is the order of `diff`. */
export const sortKeys = ['rank', 'a', 'b', 'change', 'name'] as const;
export type SortKey = (typeof sortKeys)[number];

export interface LookedAt {
  /** The frame that the flame graph is zoomed to, as it writes it; '' for none. */
  readonly zoom: string;
  /** Whose time makes widths. */
  readonly widthOf: WidthOf;
  readonly search: string;
  readonly inverted: boolean;
  /** Root on top. */
  readonly icicle: boolean;
  /** By which time functions are listed. */
  readonly by: Listing;
  readonly sortBy: SortKey;
  /** The other way round: least first, names from the end. */
  readonly isReversed: boolean;
  readonly theme: Theme;
}

/** "#zoom=12&by=self&sort=-change"; "#" for what the page opens with. */
export function fragmentOf(looked: LookedAt): string {
  const { zoom, widthOf, search, inverted, icicle, by, sortBy, isReversed, theme } = looked;
  const [node = 0, first = -1] = zoom.split('.').filter(Boolean).map(Number);
  const words = new URLSearchParams(fragmentOfPlace({ view: { node, first }, widthOf, search }).slice(1));
  if (inverted) words.set('inverted', '1');
  if (icicle) words.set('icicle', '1');
  if (by !== 'total') words.set('by', by);
  if (sortBy !== 'rank') words.set('sort', `${isReversed ? '-' : ''}${sortBy}`);
  if (theme !== 'auto') words.set('theme', theme);
  return `#${words}`;
}

/** What a fragment says; what makes no sense counts as not said, and a zoom may lead nowhere. */
export function lookedAtOf(fragment: string): LookedAt {
  const words = new URLSearchParams(fragment.replace(/^#/, ''));
  const { widthOf, search } = placeOfFragment(`#${words}`);
  const sort = words.get('sort') ?? '';
  const sortBy = sortKeys.find((key) => key === sort.replace(/^-/, '')) ?? 'rank';
  return {
    zoom: words.get('zoom') ?? '',
    ...{ widthOf, search },
    inverted: words.get('inverted') === '1',
    icicle: words.get('icicle') === '1',
    by: words.get('by') === 'self' ? 'self' : 'total',
    sortBy,
    isReversed: sortBy !== 'rank' && sort.startsWith('-'),
    theme: themeOf(words.get('theme')),
  };
}
