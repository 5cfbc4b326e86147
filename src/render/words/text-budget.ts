/** Text of any program, shown whole as long as there is room. Ordinary programs stay far below; this bounds what a hostile one can do. */
import { showText } from './text.js';

/** Longest text once the room is used up, in UTF-16 units. */
const shortText = 24;

export class TextBudget {
  #left: number;

  /** @param room UTF-16 units of shown text, about */
  constructor(room: number) {
    this.#left = room;
  }

  /** Makes a text fit to show; it is cut short where there is no room. */
  show(text: string): string {
    const shown = this.#left > 0 ? showText(text) : showText(text, shortText);
    this.#left -= shown.length;
    return shown;
  }
}
