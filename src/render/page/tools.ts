/** The buttons of the page, which are also the legend: states, whose code it is, how the flame graph is drawn, the theme. */
import { originNames, stateNames } from '../drawing/page-data.js';
import { lookOf, type Palette } from '../figures/palette.js';
import type { Recording } from '../figures/recording.js';
import type { Selection, Theme } from '../figures/selection.js';
import { button, html, press } from './html.js';

const toggles = {
  cpu: ['CPU time (c)', 'CPU time instead of wall time, in the flame graph and the table'],
  mine: ['My code (m)', "only your own code: a library's time counts for the line of yours that called it"],
  inverted: ['Inverted (i)', 'innermost functions first, their callers above them'],
  icicle: ['Root on top (o)', 'the other way up'],
  lines: ['Lines (l)', 'lines instead of functions'],
} as const;
type Toggle = keyof typeof toggles;
const toggleNames = Object.keys(toggles) as Toggle[];

const nextTheme: Readonly<Record<Theme, Theme>> = { auto: 'dark', dark: 'light', light: 'auto' };

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
    { head: { hasCpu }, functions }: Recording,
    selection: Selection,
    choose: (change: Partial<Selection>) => void,
  ) {
    const native = originNames.indexOf('native code');
    this.#legend = functions.some(({ origin }) => origin === native) ? [0, 1, 2, native] : [0, 1, 2];
    this.#selection = selection;
    this.#choose = choose;
    this.theme = button('', () => this.nextTheme(), { class: 'theme' });
    this.all = button('All (w)', () => choose({ window: null, zoom: '' }), { class: 'all' });
    this.#stateButtons = stateNames.map((name, at) =>
      button('', () => this.#toggleState(at), { class: 'key', title: `count the time of threads: ${name}` }),
    );
    this.states.append(...this.#stateButtons);
    const make = (name: Toggle): [Toggle, HTMLButtonElement] => {
      const [text, title] = toggles[name];
      return [name, button(text, () => this.toggle(name), { class: name, title })];
    };
    this.#toggles = Object.fromEntries(toggleNames.map(make)) as Record<Toggle, HTMLButtonElement>;
    if (!hasCpu) {
      this.#toggles.cpu.disabled = true;
      this.#toggles.cpu.title = 'CPU time is not known of this recording';
    }
    this.drawing.append(...Object.values(this.#toggles), this.#origins);
  }

  toggle(name: Toggle): void {
    if (this.#toggles[name].disabled) return;
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
    this.theme.textContent = `Theme: ${theme === 'auto' ? 'system' : theme} (d)`;
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
