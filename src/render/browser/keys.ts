/** What keys do. */
import type { Direction } from './neighbour.js';

export interface KeyActions {
  readonly openSearch: () => void;
  /** Ends the search and the zoom. */
  readonly reset: () => void;
  /** Zooms to the box that has the keyboard; false if none has. */
  readonly zoom: (event: Event) => boolean;
  /** Goes to another box; false if there is none and no box has the keyboard. */
  readonly move: (to: Direction | 'Home', event: Event) => boolean;
}

/** Does what a key says. The browser does not also do what it would do, where the picture did something. */
export function pressKey(event: KeyboardEvent, actions: KeyActions): void {
  const { key } = event;
  const withControl = event.ctrlKey || event.metaKey;
  if (key === '/' || (key === 'f' && withControl)) {
    event.preventDefault();
    actions.openSearch();
  } else if (withControl || event.altKey) {
    // The browser's own.
  } else if (key === 'Escape') {
    actions.reset();
  } else if (key === 'Enter' || key === ' ') {
    if (actions.zoom(event)) event.preventDefault();
  } else if (key.startsWith('Arrow') || key === 'Home') {
    if (actions.move(key as Direction | 'Home', event)) event.preventDefault();
  }
}
