/** The buttons of the page, which are also the legend: states, whose code it is, how the flame graph is drawn, the theme. */
import { originNames, stateNames } from '../drawing/page-data.js';
import { lookOf, type Palette } from '../figures/palette.js';
import type { Recording } from '../figures/recording.js';
import type { Selection } from '../figures/selection.js';
import { nextTheme, themeText } from '../figures/theme.js';
import { toggles } from '../figures/toggles.js';
import { button, html, press } from './html.js';

type Toggle = keyof typeof toggles;
const toggleNames = Object.keys(toggles) as Toggle[];

export class Tools {
  readonly states = html('span', { class: 'tools' });
  readonly drawing = html('span', { class: 'tools' });
  readonly theme: HTMLButtonElement;
  readonly all: HTMLButtonElement;
  readonly #stateButtons: readonly HTMLButtonElement[];
  readonly #toggles: Readonly<Record<Toggle, HTMLButtonElement>>;
  readonly #origins = html('span', { class: 'tools' });
  readonly #choose: (change: Partial<Selection>) => void;
  /** Indexes of originNames. */
  readonly #legend: readonly number[];
  #selection: Selection;

  /** @param choose takes what a button changes */
  constructor(
    { head: { hasCpu, processes }, hasNative, tasks }: Recording,
    selection: Selection,
    choose: (change: Partial<Selection>) => void,
  ) {
    const native = originNames.indexOf('native code');
    this.#legend = hasNative ? [0, 1, 2, native] : [0, 1, 2];
    this.#selection = selection;
    this.#choose = choose;
    this.theme = button('', () => this.nextTheme(), { class: 'theme' });
    this.all = button('All (w)', () => choose({ window: null, zoom: '' }), { class: 'all' });
    this.#stateButtons = stateNames.map((name, at) =>
      button('', () => this.#toggleState(at), { class: 'key', title: `count the time of threads: ${name}` }),
    );
    this.states.append(...this.#stateButtons);
    const make = (name: Toggle): [Toggle, HTMLButtonElement] => {
      const [key, text, title] = toggles[name];
      return [name, button(`${text} (${key})`, () => this.#toggle(name), { class: name, title })];
    };
    this.#toggles = Object.fromEntries(toggleNames.map(make)) as Record<Toggle, HTMLButtonElement>;
    if (!hasCpu) {
      this.#toggles.cpu.disabled = true;
      this.#toggles.cpu.title = 'CPU time is not known of this recording';
    }
    // There is nothing to tell apart.
    for (const [name, isThere] of [
      ['native', hasNative],
      ['processes', processes.length > 1],
      ['tasks', tasks.length > 0],
    ] as const)
      this.#toggles[name].hidden = !isThere;
    this.drawing.append(...Object.values(this.#toggles), this.#origins);
  }

  /** Does what the key of a toggle says. @returns whether it is one */
  press(key: string): boolean {
    const name = toggleNames.find((each) => toggles[each][0] === key);
    if (name !== undefined) this.#toggle(name);
    return name !== undefined;
  }

  #toggle(name: Toggle): void {
    const { disabled, hidden } = this.#toggles[name];
    if (disabled || hidden) return;
    this.#choose({ [name]: !this.#selection[name], zoom: '' });
  }

  nextTheme(): void {
    this.#choose({ theme: nextTheme[this.#selection.theme] });
  }

  #toggleState(at: number): void {
    this.#choose({ states: this.#selection.states.map((on, state) => (state === at ? !on : on)), zoom: '' });
  }

  draw(selection: Selection, palette: Palette): void {
    this.#selection = selection;
    const { theme, states, window } = selection;
    this.theme.textContent = themeText(theme);
    this.all.disabled = window === null;
    // Callers are always above, callees below.
    for (const name of ['inverted', 'icicle'] as const) this.#toggles[name].disabled = selection.calls !== '';
    for (const name of toggleNames) press(this.#toggles[name], selection[name]);
    this.#stateButtons.forEach((element, at) => {
      element.replaceChildren(swatch(palette.states[at]!), ` ${stateNames[at]}`);
      press(element, states[at]!);
    });
    this.#origins.replaceChildren(
      ...this.#legend.map((origin) => {
        const name = originNames[origin]!;
        const [colour] = lookOf({ module: name, origin }, palette.isDark);
        return html('span', { class: 'key' }, swatch(colour), name);
      }),
    );
  }
}

function swatch(colour: string): HTMLElement {
  const element = html('span', { class: 'swatch' });
  element.style.background = colour;
  return element;
}
