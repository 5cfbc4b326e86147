/** What the live view shows, and how keys change it. It knows neither terminal nor recorder. */
import { compareText } from '../../compare-text.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { LiveScreen, LiveSorting, RecorderFigures } from '../../render/live/live-screen.js';
import { rowsThatFit, type ScreenSize, sortings } from '../../render/live/live-screen.js';
import { isOfCode } from '../../render/terminal/row-names.js';
import { type LiveFigures, type LiveRow, LiveSums } from '../../replay/live/live-sums.js';
import { findNeighbours, type Neighbours } from '../../replay/live/neighbours.js';
import { CodePaths } from '../../replay/names/code-path.js';
import type { SampleFilter } from '../../replay/samples/sample-filter.js';
import { switchMine } from '../../replay/samples/stack-filter.js';
import { type Grouping, groupings, matchesRow } from '../../replay/sums/rows.js';
import { filterWords } from './filter-words.js';
import { RowChoice } from './row-choice.js';
import { RowPrompt } from './row-prompt.js';

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
  d: 'file',
  o: 'module',
  t: 'thread',
  p: 'process',
  a: 'task',
  b: 'wait',
};

export class LiveView {
  readonly #options: LiveViewOptions;
  readonly #sums: LiveSums;
  #filter: SampleFilter;
  #by: Grouping;
  #sort: LiveSorting;
  #figures: LiveFigures | null = null;
  #rows: LiveRow[] = [];
  #history: ReadonlyMap<string, readonly number[]> = new Map();
  #neighbours: Neighbours | null = null;
  #paths = new CodePaths([]);
  readonly #choice = new RowChoice();
  readonly #prompt: RowPrompt;
  #page: LiveScreen['page'] = 'table';
  #isPaused = false;
  #message: string | null = null;

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#filter = options.filter;
    this.#by = options.by;
    this.#sort = options.sort;
    this.#prompt = new RowPrompt(options.rowFilter);
    this.#sums = new LiveSums(options.filter, options.by);
  }

  /**
   * Takes what the trace holds by now, unless the picture is held.
   * @param reader of the trace, opened just now
   * @param isNew false where a key asked for it: what is held is then shown in another way
   */
  update(reader: TraceReader, isNew: boolean): void {
    if (this.#isPaused && isNew) return;
    this.#paths = new CodePaths(reader.processes());
    this.#figures = this.#sums.update(reader, this.#isPaused) ?? this.#figures;
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
    return {
      command,
      process,
      recorder,
      figures: this.#figures,
      rows: this.#rows,
      selected: this.#choice.at(this.#rows),
      first: this.#choice.first(this.#rows, rowsThatFit(size)),
      sort: this.#sort,
      filters: filterWords(this.#filter, this.#options.filter, this.#prompt.expression),
      isPaused: this.#isPaused,
      history: this.#history,
      page: this.#page,
      neighbours: this.#neighbours,
      prompt: this.#prompt.text,
      message: this.#message,
      shorten: (file) => (this.#options.fullFilenames ? file : this.#paths.relative(file)),
    };
  }

  /**
   * Does what a key stands for.
   * @param name as readline names keys; `text` what it types
   * @returns what it asks of others; "update" if the trace must be read again
   */
  press(name: string, text: string, size: ScreenSize): Wish | 'update' | null {
    this.#message = null;
    if (name === 'ctrl-c') return 'quit';
    if (name === 'ctrl-z') return 'suspend';
    if (this.#prompt.text !== null) {
      this.#prompt.press(name, text);
      this.#order();
      return null;
    }
    if (this.#choice.press(name, this.#rows, rowsThatFit(size))) {
      if (this.#page === 'neighbours') this.#findNeighbours();
      return null;
    }
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
        if (this.#page === 'table') return this.#leaveProcess();
        this.#page = 'table';
        return null;
      case 'return':
      case 'right':
        if (this.#by === 'process' && this.#page === 'table') return this.#enterProcess();
        this.#page = 'neighbours';
        this.#findNeighbours();
        return null;
      case '/':
        this.#page = 'table';
        this.#prompt.open();
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
      case 'm':
        return this.#count({ ...this.#filter, stacks: switchMine(this.#filter, this.#options.filter) });
      case 'space':
        this.#isPaused = !this.#isPaused;
        return this.#isPaused ? null : 'update';
      case 'r':
        this.#sums.reset();
        this.say('Seconds are counted from now on.');
        return 'update';
      default:
        return null;
    }
  }

  #show(by: Grouping): 'update' {
    this.#by = by;
    this.#page = 'table';
    this.#choice.reset();
    // Who waits is idle mostly.
    if (by === 'wait') this.#filter = { ...this.#filter, idle: true };
    this.#sums.show(this.#filter, by);
    return 'update';
  }

  /** From the list of processes to what one of them does, and back. */
  #enterProcess(): 'update' | null {
    const process = this.#rows[this.#choice.at(this.#rows)]?.row.process;
    if (process === undefined) return null;
    this.#count({ ...this.#filter, process: process.pid });
    return this.#show('function');
  }

  #leaveProcess(): 'update' | null {
    const { process } = this.#options.filter;
    if (this.#filter.process === process) return null;
    this.#count({ ...this.#filter, process });
    return this.#show('process');
  }

  #count(filter: SampleFilter): 'update' {
    this.#filter = filter;
    this.#sums.show(filter, this.#by);
    return 'update';
  }

  #sortBy(sort: LiveSorting): null {
    this.#sort = sort;
    this.#choice.reset();
    this.#order();
    return null;
  }

  #order(): void {
    const { expression } = this.#prompt;
    const orders = [this.#sort, ...sortings];
    this.#rows = (this.#figures?.rows ?? [])
      .filter(({ row }) => expression === null || matchesRow(row, expression))
      .sort((a, b) => {
        for (const order of orders) if (a[order] !== b[order]) return b[order] - a[order];
        return compareText(a.key, b.key);
      });
    if (this.#page === 'neighbours') this.#findNeighbours();
  }

  #findNeighbours(): void {
    this.#choice.hold(this.#rows);
    const chosen = this.#rows[this.#choice.at(this.#rows)];
    const by = this.#figures?.by;
    this.#neighbours =
      chosen === undefined || by === undefined || !isOfCode(by)
        ? null
        : findNeighbours(this.#figures!.since, this.#paths, { by, key: chosen.key });
  }
}
