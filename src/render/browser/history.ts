/** Keeps the state in the address of a picture that is opened by itself. */
import { fragmentOf, isSameZoom, placeOfFragment } from './address.js';
import type { Place } from './state.js';

/** Where the address leads. */
export function recall(): Place {
  return placeOfFragment(location.hash);
}

/** Each zoom is a step that Back takes back; other changes are none. */
export function remember(place: Place): void {
  const fragment = fragmentOf(place);
  if (fragment === (location.hash || '#')) return;
  try {
    // Not location.hash: going to a fragment takes the keyboard focus away.
    if (isSameZoom(fragment, location.hash)) history.replaceState(null, '', fragment);
    else history.pushState(null, '', fragment);
  } catch {
    // A sandboxed page has no history; the picture works without.
  }
}
