/** A button of the bar. */
import { add, set } from './elements.js';

export class Button {
  readonly #group: SVGGElement;
  readonly #box: SVGRectElement;
  readonly #text: SVGTextElement;

  constructor(bar: Element, act: () => void) {
    this.#group = add(bar, 'g', { class: 'button', role: 'button', tabindex: 0 });
    this.#box = add(this.#group, 'rect', { y: 6, height: 22, rx: 4, fill: '#f4f4f4', stroke: '#bbb' });
    this.#text = add(this.#group, 'text', { y: 21, 'font-size': 11, 'text-anchor': 'middle' });
    this.#group.addEventListener('click', act);
    this.#group.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
  }

  /** Places the button with its right edge at x. Returns where the next one's is; a button without words is not shown. */
  place(x: number, words: string): number {
    this.#group.style.display = words ? '' : 'none';
    if (!words) return x;
    const width = words.length * 6.4 + 16;
    this.#text.textContent = words;
    this.#group.setAttribute('aria-label', words);
    set(this.#box, { x: x - width, width });
    set(this.#text, { x: x - width / 2 });
    return x - width - 8;
  }
}
