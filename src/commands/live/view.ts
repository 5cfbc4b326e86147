/** What the live view shows, and how keys change it. It knows neither terminal nor recorder. */
import type { TraceReader } from '../../format/reader.js';
import type { LiveScreen, LiveSorting, RecorderFigures } from '../../render/live/screen.js';
import { rowsThatFit, type ScreenSize, sortings } from '../../render/live/screen.js';
import { CodePaths } from '../../replay/code-path.js';
import type { SampleFilter } from '../../replay/filter.js';
import { type LiveFigures, type LiveRow, LiveSums } from '../../replay/live/live-sums.js';
import { findNeighbours, type Neighbours } from '../../replay/live/neighbours.js';
import { type Grouping, groupings, matchesRow } from '../../replay/top.js';

/** What a key asks of the one who owns the recording. */
export type Wish = 'quit' | 'write' | 'suspend';

export interface LiveViewOptions {
  readonly command: string;
  readonly process: string;
  readonly filter: SampleFilter;
  readonly by: Grouping;
  readonly sort: LiveSorting;
  readonly rowFilter: RegExp | null;
  readonly fullFilenames: boolean;
}

const viewKeys: Readonly<Record<string, Grouping>> = {
  f: 'function',
  l: 'line',
  m: 'file',
  t: 'thread',
  p: 'process',
};

export class LiveView {
  readonly #options: LiveViewOptions;
  readonly #sums: LiveSums;
  #filter: SampleFilter;
  #by: Grouping;
  #sort: LiveSorting;
  #rowFilter: RegExp | null;
  #figures: LiveFigures | null = null;
  #rows: LiveRow[] = [];
  #history: ReadonlyMap<string, readonly number[]> = new Map();
  #neighbours: Neighbours | null = null;
  #shorten: (file: string) => string = (file) => file;
  /** Key of the chosen row: it keeps the choice when rows change places. Null for the first row, whichever that is. */
  #chosen: string | null = null;
  #first = 0;
  #page: LiveScreen['page'] = 'table';
  #prompt: string | null = null;
  #isPaused = false;
  #message: string | null = null;

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#filter = options.filter;
    this.#by = options.by;
    this.#sort = options.sort;
    this.#rowFilter = options.rowFilter;
    this.#sums = new LiveSums(options.filter, options.by);
  }

  /**
   * Takes what the trace holds by now, unless the picture is held.
   * @param reader of the trace, opened just now
   * @param isNew false where a key asked for it: what is held is then shown in another way
   */
  look(reader: TraceReader, isNew: boolean): void {
    if (this.#isPaused && isNew) return;
    const paths = new CodePaths(reader.processes());
    if (!this.#options.fullFilenames) this.#shorten = (file) => paths.relative(file);
    this.#figures = this.#sums.look(reader, this.#isPaused) ?? this.#figures;
    this.#order();
    this.#history = this.#sums.history(
      reader,
      this.#rows.slice(0, 200).map(({ key }) => key),
    );
  }

  /** How many rows pass the filter. */
  get rowCount(): number {
    return this.#rows.length;
  }

  /** A word to the user, until the next key. */
  say(message: string): void {
    this.#message = message;
  }

  /** @param recorder what it says of itself by now */
  screen(recorder: RecorderFigures, size: ScreenSize): LiveScreen {
    const { command, process } = this.#options;
    const selected = this.#selected();
    const fitting = rowsThatFit(size);
    this.#first = Math.max(
      0,
      Math.min(Math.max(this.#first, selected - fitting + 1), selected, this.#rows.length - 1),
    );
    return {
      command,
      process,
      recorder,
      figures: this.#figures,
      rows: this.#rows,
      selected,
      first: this.#first,
      sort: this.#sort,
      filters: this.#filters(),
      isPaused: this.#isPaused,
      history: this.#history,
      page: this.#page,
      neighbours: this.#neighbours,
      prompt: this.#prompt,
      message: this.#message,
      shorten: this.#shorten,
    };
  }

  /**
   * Does what a key stands for.
   * @param name as readline names keys; `text` what it types
   * @returns what it asks of others; "look" if the trace must be looked at again
   */
  press(name: string, text: string, size: ScreenSize): Wish | 'look' | null {
    this.#message = null;
    if (name === 'ctrl-c') return 'quit';
    if (name === 'ctrl-z') return 'suspend';
    if (this.#prompt !== null) return this.#type(name, text);
    if (this.#move(name, rowsThatFit(size))) return null;
    if (viewKeys[name] !== undefined) return this.#show(viewKeys[name]);
    switch (name) {
      case 'q':
        return 'quit';
      case 'w':
        return 'write';
      case '?':
      case 'h':
        this.#page = this.#page === 'help' ? 'table' : 'help';
        return null;
      case 'escape':
      case 'backspace':
      case 'left':
        this.#page = 'table';
        return null;
      case 'return':
      case 'right':
        this.#page = 'neighbours';
        this.#lookAround();
        return null;
      case '/':
        this.#page = 'table';
        this.#prompt = this.#rowFilter?.source ?? '';
        return null;
      case 'v':
        return this.#show(groupings[(groupings.indexOf(this.#by) + 1) % groupings.length]!);
      case 's':
        return this.#sortBy(sortings[(sortings.indexOf(this.#sort) + 1) % sortings.length]!);
      case '1':
      case '2':
      case '3':
      case '4':
        return this.#sortBy(sortings[Number(name) - 1]!);
      case 'i':
        return this.#count({ ...this.#filter, idle: !this.#filter.idle });
      case 'g':
        return this.#count({ ...this.#filter, gil: !this.#filter.gil });
      case 'c':
        return this.#count({ ...this.#filter, metric: this.#filter.metric === 'cpu' ? 'wall' : 'cpu' });
      case 'space':
        this.#isPaused = !this.#isPaused;
        return this.#isPaused ? null : 'look';
      case 'r':
        this.#sums.reset();
        this.say('Seconds are counted from now on.');
        return 'look';
      default:
        return null;
    }
  }

  #type(name: string, text: string): 'look' | null {
    const prompt = this.#prompt ?? '';
    if (name === 'return') this.#prompt = null;
    else if (name === 'escape') this.#prompt = this.#rowFilter = null;
    else if (name === 'ctrl-u') this.#prompt = '';
    else if (name === 'backspace') this.#prompt = [...prompt].slice(0, -1).join('');
    else if (/^[^\p{Cc}]+$/u.test(text)) this.#prompt = (prompt + text).slice(0, 200);
    if (this.#prompt !== null) {
      try {
        this.#rowFilter = this.#prompt === '' ? null : new RegExp(this.#prompt, 'i');
      } catch {
        // Half an expression is on its way to a whole one: the last good one counts.
      }
    }
    this.#order();
    return null;
  }

  #show(by: Grouping): 'look' {
    this.#by = by;
    this.#page = 'table';
    this.#chosen = null;
    this.#sums.show(this.#filter, by);
    return 'look';
  }

  #count(filter: SampleFilter): 'look' {
    this.#filter = filter;
    this.#sums.show(filter, this.#by);
    return 'look';
  }

  #sortBy(sort: LiveSorting): null {
    this.#sort = sort;
    this.#chosen = null;
    this.#order();
    return null;
  }

  #order(): void {
    const rowFilter = this.#rowFilter;
    const orders = [this.#sort, ...sortings];
    this.#rows = (this.#figures?.rows ?? [])
      .filter(({ row }) => rowFilter === null || matchesRow(row, rowFilter))
      .sort((a, b) => {
        for (const order of orders) if (a[order] !== b[order]) return b[order] - a[order];
        return a.key < b.key ? -1 : 1;
      });
    if (this.#page === 'neighbours') this.#lookAround();
  }

  #lookAround(): void {
    const chosen = this.#rows[this.#selected()];
    this.#chosen = chosen?.key ?? null;
    const by = this.#figures?.by;
    this.#neighbours =
      chosen === undefined || by === undefined || by === 'thread' || by === 'process'
        ? null
        : findNeighbours(this.#figures!.since, by, chosen.key);
  }

  #selected(): number {
    return this.#chosen === null
      ? 0
      : Math.max(
          0,
          this.#rows.findIndex(({ key }) => key === this.#chosen),
        );
  }

  #move(name: string, page: number): boolean {
    const steps: Readonly<Record<string, number>> = {
      up: -1,
      k: -1,
      down: 1,
      j: 1,
      pageup: -page,
      pagedown: page,
      home: -Infinity,
      end: Infinity,
    };
    const step = steps[name];
    if (step === undefined) return false;
    const to = Math.max(0, Math.min(this.#selected() + step, this.#rows.length - 1));
    // The first row is no certain one: whatever comes to be first is chosen then.
    this.#chosen = to === 0 ? null : (this.#rows[to]?.key ?? null);
    if (this.#page === 'neighbours') this.#lookAround();
    return true;
  }

  #filters(): string[] {
    const { idle, gil, gilWait, collecting, stacks } = this.#filter;
    return [
      ...(this.#rowFilter === null ? [] : [`/${this.#rowFilter.source}/`]),
      ...(gil ? ['GIL held'] : []),
      ...(gilWait ? ['GIL wait'] : []),
      ...(collecting ? ['GC'] : []),
      ...(idle ? ['with idle'] : []),
      ...(stacks?.focus ? [`through /${stacks.focus.source}/`] : []),
      ...(stacks?.exclude ? [`not through /${stacks.exclude.source}/`] : []),
      ...(stacks?.hideImportlib ? ['no importlib'] : []),
      ...(stacks?.collapseRecursion ? ['recursion collapsed'] : []),
    ];
  }
}
