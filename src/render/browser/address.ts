/** The state as the fragment of an address, so that a view can be kept, sent, and left by the Back button. */
import type { WidthOf } from '../drawing/arrangement.js';
import type { Place } from './state.js';

/** "#zoom=12.14&search=json&width=a"; "#" for the picture as it opens. */
export function fragmentOf({ view: { node, first }, widthOf, search }: Place): string {
  const words = new URLSearchParams();
  if (node > 0 || first >= 0) words.set('zoom', first < 0 ? `${node}` : `${node}.${first}`);
  if (search) words.set('search', search);
  if (widthOf !== 'union') words.set('width', widthOf);
  return `#${words}`;
}

/** What a fragment says; numbers may lead nowhere. */
export function placeOfFragment(fragment: string): Place {
  const words = new URLSearchParams(fragment.slice(1));
  const [node = 0, first = -1] = (words.get('zoom') ?? '').split('.').filter(Boolean).map(Number);
  const width = words.get('width');
  const widthOf: WidthOf = width === 'a' || width === 'b' ? width : 'union';
  return { view: { node, first }, widthOf, search: words.get('search') ?? '' };
}

/** Whether two fragments zoom to the same frame. */
export function isSameZoom(one: string, other: string): boolean {
  const zoom = (fragment: string) => new URLSearchParams(fragment.slice(1)).get('zoom');
  return zoom(one) === zoom(other);
}
