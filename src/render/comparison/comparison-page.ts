/** The page of a comparison: verdict, table and differential flame graph; draws what is looked at, and changes it as clicks and keys say. */
import { parseSearch } from '../browser/search.js';
import type { ComparisonHead } from '../drawing/comparison-data.js';
import { nextTheme, themeText } from '../figures/theme.js';
import { helpDialog, type KeyList } from '../page/help.js';
import { button, html, press, section, space, wearTheme } from '../page/html.js';
import { showPercent } from '../words/picture-numbers.js';
import { DifferenceFlame } from './difference-flame.js';
import { DifferenceTable } from './difference-table.js';
import { fragmentOf, type LookedAt, lookedAtOf, type SortKey } from './looked-at.js';
import { sideDetails } from './side-details.js';

const keys: KeyList = [
  ['/', 'search functions and files, as a regular expression; Escape ends it'],
  ['t', 'list functions by self or total time'],
  ['i', 'inverted: innermost functions first, their callers above them'],
  ['o', 'the other way up: root on top'],
  ['x', 'widths: of A and B, of A, of B'],
  ['d', 'dark, light, as the system has it'],
  ['Tab', 'to the table, the flame graph'],
  ['flame graph: arrows, Enter', 'go to a frame, zoom to it; Escape zooms out; Ctrl-C copies the name'],
  ['?', 'this list'],
];

export class ComparisonPage {
  readonly #main: HTMLElement;
  readonly #head: ComparisonHead;
  readonly #table: DifferenceTable;
  readonly #flame: DifferenceFlame;
  readonly #help = helpDialog(keys);
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  readonly #theme = button('', () => this.#choose({ theme: nextTheme[this.#looked.theme] }));
  readonly #by = button('', () => this.#nextBy(), { class: 'by' });
  readonly #about = html('p', { class: 'about' });
  readonly #more = html('p', { class: 'mute' });
  readonly #matched = html('span', { class: 'mute matched', role: 'status' });
  readonly #search = html('input', {
    ...{ type: 'search', size: 20, placeholder: 'search (/)', 'aria-label': 'Search functions and files' },
  });
  #looked: LookedAt;
  #isScheduled = false;

  constructor(main: HTMLElement, head: ComparisonHead) {
    this.#main = main;
    this.#head = head;
    this.#looked = lookedAtOf(location.hash);
    this.#table = new DifferenceTable({
      sort: (by) => this.#sort(by),
      find: (search) => this.#searchFor(search),
    });
    this.#flame = new DifferenceFlame(head, {
      choose: (change) => this.#choose(change),
      openSearch: () => this.#search.focus(),
    });
    this.#build();
    this.#listen();
  }

  /** Draws what the address says. */
  open(): void {
    this.#draw();
  }

  /** Of what a section holds, in pixels. */
  get #width(): number {
    return Math.max(280, this.#main.clientWidth - 50);
  }

  #build(): void {
    const { title, sides, verdict, verdictText, about, notes } = this.#head;
    const runs = sides.reduce((sum, side) => sum + side.runs.length, 0);
    this.#main.replaceChildren(
      html(
        'header',
        {},
        html('h1', {}, title),
        space(),
        this.#theme,
        button('Keys (?)', () => this.#help.showModal()),
      ),
      html('p', { class: `verdict ${verdict}` }, verdictText),
      ...sides.map((side) => sideDetails(side, runs <= 2)),
      ...notes.map((note) => html('p', { class: 'notes' }, note)),
      section(
        'Functions',
        [this.#by, space(), this.#matched, this.#search],
        this.#about,
        ...about.map((text) => html('p', { class: 'about' }, text)),
        this.#table.element,
        this.#more,
      ),
      section('Flame graph', this.#flame.tools, ...this.#flame.contents),
      this.#help,
    );
  }

  #listen(): void {
    window.addEventListener('keydown', (event) => this.#press(event));
    window.addEventListener('popstate', () => {
      this.#looked = lookedAtOf(location.hash);
      this.#draw();
    });
    window.addEventListener('resize', () => this.#schedule());
    this.#dark.addEventListener('change', () => this.#schedule());
    this.#search.addEventListener('input', () => this.#searchFor(this.#search.value));
    this.#search.addEventListener('keydown', ({ key }) => {
      if (key !== 'Escape') return;
      this.#searchFor('');
      this.#search.blur();
    });
  }

  #press(event: KeyboardEvent): void {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || this.#help.open) return;
    if (target instanceof HTMLInputElement) return;
    const actions: Readonly<Record<string, () => void>> = {
      '/': () => this.#search.focus(),
      Escape: () => this.#searchFor(''),
      t: () => this.#nextBy(),
      i: () => this.#flame.toggle('inverted'),
      o: () => this.#flame.toggle('icicle'),
      x: () => this.#flame.nextWidth(),
      d: () => this.#theme.click(),
      '?': () => this.#help.showModal(),
    };
    const act = actions[key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }

  #nextBy(): void {
    this.#choose({ by: this.#looked.by === 'total' ? 'self' : 'total' });
  }

  /** The same column again turns it round. */
  #sort(by: SortKey): void {
    const { sortBy, isReversed } = this.#looked;
    this.#choose({ sortBy: by, isReversed: by !== 'rank' && by === sortBy && !isReversed });
  }

  #searchFor(search: string): void {
    this.#remember({ search });
    this.#drawTable();
    this.#drawSearch();
  }

  #choose(change: Partial<LookedAt>): void {
    this.#remember(change);
    this.#draw();
  }

  /** Keeps a change in the address: a zoom is a step that Back takes back, other changes are none. */
  #remember(change: Partial<LookedAt>): void {
    const isStep = change.zoom !== undefined && change.zoom !== this.#looked.zoom;
    this.#looked = { ...this.#looked, ...change };
    const fragment = fragmentOf(this.#looked);
    if (fragment === (location.hash || '#')) return;
    try {
      if (isStep) history.pushState(null, '', fragment);
      else history.replaceState(null, '', fragment);
    } catch {
      // A sandboxed page has no history; it works without.
    }
  }

  /** Draws with the next frame of the screen, once, however often it is asked for. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { theme, by } = this.#looked;
    wearTheme(theme);
    this.#theme.textContent = themeText(theme);
    const isDark = theme === 'dark' || (theme === 'auto' && this.#dark.matches);
    this.#by.textContent = `Listed by: ${by} time (t)`;
    press(this.#by, by === 'self');
    this.#flame.draw(this.#looked, isDark, this.#width);
    this.#drawTable();
    this.#drawSearch();
  }

  #drawTable(): void {
    const { by, search } = this.#looked;
    const listed = this.#head.listed[by];
    this.#about.textContent = listed.about;
    this.#more.hidden = listed.more === '';
    this.#more.textContent = listed.more === '' ? '' : `The page has no room for ${listed.more}.`;
    this.#table.show(listed, this.#looked, parseSearch(search), this.#width);
  }

  #drawSearch(): void {
    const { search } = this.#looked;
    if (this.#search.value !== search) this.#search.value = search;
    const { share, problem } = this.#flame.search(search);
    this.#matched.textContent = problem || (search === '' ? '' : `${showPercent(share)} matched`);
  }
}
