/** The page: draws the selection, and changes it as clicks, keys and the address say. */
import { literally, parseSearch } from '../browser/search.js';
import { type Palette, palettes } from '../figures/palette.js';
import { functionText, type PageFunction, type Recording } from '../figures/recording.js';
import type { Selection } from '../figures/selection.js';
import { WindowFigures } from '../figures/window-figures.js';
import { showSeconds } from '../words/picture-numbers.js';
import { FlameSection } from './flame-section.js';
import { FunctionTable } from './function-table.js';
import { HeatMap } from './heat-map.js';
import { helpDialog } from './help.js';
import { button, html, section, showMoment, space, wearTheme } from './html.js';
import { PageAddress } from './page-address.js';
import { SourceSection } from './source-section.js';
import { Timeline } from './timeline.js';
import { Tools } from './tools.js';

export class Page {
  readonly #main: HTMLElement;
  readonly #recording: Recording;
  readonly #address: PageAddress;
  readonly #figures: WindowFigures;
  readonly #timeline: Timeline;
  readonly #heat: HeatMap;
  readonly #flame: FlameSection;
  readonly #table: FunctionTable;
  readonly #source: SourceSection;
  readonly #tools: Tools;
  readonly #help = helpDialog();
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  readonly #windowText = html('span', { class: 'mute window', role: 'status' });
  #selection: Selection;
  #isScheduled = false;
  /** Whether a brush is being drawn. */
  #isDragged = false;

  constructor(main: HTMLElement, recording: Recording) {
    this.#main = main;
    this.#recording = recording;
    this.#figures = new WindowFigures(recording);
    this.#address = new PageAddress(recording);
    this.#selection = this.#address.recall();
    this.#timeline = new Timeline(recording, {
      choose: (window, isOver) => this.#choose({ window, zoom: '' }, isOver, 'not the timeline'),
      chooseLane: (lane) => this.#choose({ lane: this.#selection.lane === lane ? -1 : lane, zoom: '' }),
      chooseTask: (task) => this.#choose({ task: this.#selection.task === task ? '' : task, zoom: '' }),
      redraw: () => this.#timeline.draw(this.#selection, this.#palette, this.#width),
    });
    this.#heat = new HeatMap(recording, {
      choose: (window, isOver) => this.#choose({ window, zoom: '' }, isOver),
      details: (text) => this.#flame.tell(text),
    });
    this.#flame = new FlameSection(recording, {
      remember: (change) => this.#remember(change),
      searched: () => this.#drawSearch(),
      showAll: () => this.#choose({ calls: '', zoom: '' }),
    });
    this.#table = new FunctionTable(recording, {
      sort: (sortBy) => this.#choose({ sortBy }),
      showSource: (at) => this.#showSource(at),
      showCalls: (at) => this.#showCalls(at),
      find: (of) => this.#find(of),
      linesOf: (at) => this.#figures.linesOf(at, this.#selection),
    });
    this.#source = new SourceSection(recording, {
      close: () => this.#choose({ source: '' }),
      arrived: () => this.#drawSource(),
    });
    this.#tools = new Tools(recording, this.#selection, (change) => this.#choose(change));
    this.#build();
    this.#listen();
  }

  /** Draws what the address says. */
  open(): void {
    this.#drawAll();
  }

  get #palette(): Palette {
    const { theme } = this.#selection;
    const isDark = theme === 'dark' || (theme === 'auto' && this.#dark.matches);
    return isDark ? palettes.dark : palettes.light;
  }

  /** Of what a section holds, in pixels. */
  get #width(): number {
    return Math.max(280, this.#main.clientWidth - 50);
  }

  #build(): void {
    const { title, command, facts, notes } = this.#recording.head;
    const { theme, all, states, drawing } = this.#tools;
    const keys = button('Keys (?)', () => this.#help.showModal());
    this.#main.replaceChildren(
      html('header', {}, html('h1', {}, title), space(), theme, keys),
      html('p', { class: 'facts command' }, command),
      html('p', { class: 'facts' }, facts.join(' · ')),
      ...(notes.length > 0 ? [html('p', { class: 'notes' }, `Keep in mind: ${notes.join(' · ')}`)] : []),
      section('Timeline', [states, space(), this.#windowText, all], this.#timeline.element),
      section('Heat map', [], this.#heat.element),
      section('Flame graph', [drawing, space(), ...this.#flame.tools], ...this.#flame.contents),
      this.#source.element,
      section('Functions', [], this.#table.element),
      this.#help,
    );
  }

  #listen(): void {
    window.addEventListener('keydown', (event) => this.#press(event));
    window.addEventListener('popstate', () => {
      this.#selection = this.#address.recall();
      this.#drawAll();
    });
    window.addEventListener('resize', () => this.#schedule('all'));
    this.#dark.addEventListener('change', () => this.#schedule('all'));
  }

  #press(event: KeyboardEvent): void {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || this.#help.open) return;
    if (target instanceof HTMLInputElement) return;
    const actions: Readonly<Record<string, () => void>> = {
      '/': () => this.#flame.focusSearch(),
      s: () => this.#pressCalls(),
      f: () => this.#pressSource(),
      d: () => this.#tools.nextTheme(),
      w: () => this.#choose({ window: null, zoom: '' }),
      '?': () => this.#help.showModal(),
    };
    const act = actions[key];
    if (act === undefined && !this.#tools.press(key)) return;
    event.preventDefault();
    act?.();
  }

  /** Keeps a change in the address. A new window, another function or file is a step that Back takes back; other changes are none. */
  #remember(change: Partial<Selection>, isStep = false): void {
    this.#selection = { ...this.#selection, ...change };
    this.#address.keep(this.#selection, isStep);
  }

  /** Changes what is looked at, and draws it: all of it, or while a brush is dragged what does not disturb that. */
  #choose(change: Partial<Selection>, isOver = true, meanwhile: 'all' | 'not the timeline' = 'all'): void {
    this.#isDragged = !isOver;
    if (isOver) {
      const isStep = (['window', 'calls', 'source'] as const).some((what) => change[what] !== undefined);
      this.#remember(change, isStep);
      this.#drawAll();
    } else {
      this.#selection = { ...this.#selection, ...change };
      this.#schedule(meanwhile);
    }
  }

  /** Callers and callees of what is pointed at, else of the first row; where they are shown, all functions again. */
  #pressCalls(): void {
    const { calls } = this.#selection;
    const at = this.#pointedAt();
    if (at >= 0 || calls === '') this.#showCalls(at >= 0 ? at : this.#table.first());
    else this.#choose({ calls: '', zoom: '' });
  }

  /** The source of what is pointed at, likewise; else it is closed. */
  #pressSource(): void {
    const at = this.#pointedAt();
    if (at >= 0 || this.#selection.source === '') this.#showSource(at >= 0 ? at : this.#table.first(true));
    else this.#choose({ source: '' });
  }

  #showSource(at: number): void {
    const { file = '', line = 0 } = this.#recording.functions[at] ?? {};
    if (file === '' || line <= 0) this.#flame.tell('No source: it is no Python function of a file.');
    else {
      this.#source.want(line);
      this.#choose({ source: file });
    }
  }

  #pointedAt(): number {
    const inTable = this.#table.pointedAt();
    return inTable >= 0 ? inTable : this.#flame.pointedAt();
  }

  #showCalls(at: number): void {
    const of = this.#recording.functions[at];
    if (of === undefined) return;
    const text = functionText(of);
    const isShown = text === this.#selection.calls;
    this.#choose({ calls: isShown ? '' : text, zoom: '' });
    if (!isShown) this.#flame.focus();
  }

  #find({ name, file }: PageFunction): void {
    this.#remember({ search: `^${literally(name)} \\(${literally(file)}` });
    this.#drawSearch();
  }

  /** Draws with the next frame of the screen, once, however often it is asked for. */
  #schedule(what: 'all' | 'not the timeline'): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      if (what === 'all') this.#drawAll();
      else this.#drawWindow();
    });
  }

  #drawAll(): void {
    wearTheme(this.#selection.theme);
    this.#tools.draw(this.#selection, this.#palette);
    this.#timeline.draw(this.#selection, this.#palette, this.#width);
    this.#drawWindow();
  }

  /** All but the timeline. */
  #drawWindow(): void {
    const { head, lengthNs } = this.#recording;
    const palette = this.#palette;
    this.#heat.draw(this.#selection, palette, this.#width);
    this.#figures.choose(this.#selection);
    const { window, cpu } = this.#selection;
    this.#flame.draw(this.#figures, this.#selection, palette, this.#width);
    const [from, to] = window ?? [0, lengthNs];
    const moments = [from, to].map((ns) => showMoment(head.fromS + ns / 1e9, (to - from) / 1e9));
    const counted = `${showSeconds(this.#figures.allUs / 1e6)} of ${cpu ? 'CPU time' : 'time'}`;
    this.#windowText.textContent = `${moments.join(' to ')} · ${counted}`;
    // Its rows are many: they are drawn when the brush is let go.
    if (!this.#isDragged) this.#drawSource();
    this.#drawSearch();
  }

  #drawSource(): void {
    const { source } = this.#selection;
    const lines = source === '' ? [] : this.#figures.fileLines(source, this.#selection);
    this.#source.draw(source, lines, this.#figures.allUs);
  }

  #drawSearch(): void {
    const { search, sortBy } = this.#selection;
    this.#flame.drawSearch(search);
    const { pattern } = parseSearch(search);
    const isWanted = (of: PageFunction) => pattern?.test(functionText(of)) ?? true;
    this.#table.show(this.#figures.functions(this.#selection), {
      ...{ allUs: this.#figures.allUs, by: sortBy, isWanted, width: this.#width },
    });
  }
}
