/** The table of the window: functions with their own time, and with all that they called. */

import type { FunctionTime, LineTime } from '../figures/call-sums.js';
import type { PageFunction, Recording } from '../figures/recording.js';
import type { SortBy } from '../figures/selection.js';
import { showCounted } from '../words/picture-numbers.js';
import { fitText } from '../words/text.js';
import { button, html } from './html.js';
import { timeCell } from './time-cell.js';

export interface TableActions {
  readonly sort: (by: SortBy) => void;
  /** Shows callers and callees of a function. */
  readonly showCalls: (at: number) => void;
  /** Shows the source of a function's file. */
  readonly showSource: (at: number) => void;
  /** Looks for a function in the flame graph. */
  readonly find: (of: PageFunction) => void;
  readonly linesOf: (at: number) => LineTime[];
}

/** Of the table's width, for a place. */
const placeShare = 0.24;

/** Rows at first, and so many more each time. */
const pageOfRows = 50;

export class FunctionTable {
  readonly element = html('div');
  readonly #recording: Recording;
  readonly #actions: TableActions;
  #rows: readonly FunctionTime[] = [];
  #shown = pageOfRows;
  #allUs = 1;
  #by: SortBy = 'self';
  /** Characters of a place that there is room for. */
  #placeCells = 80;

  constructor(recording: Recording, actions: TableActions) {
    this.#recording = recording;
    this.#actions = actions;
  }

  /** @param isWanted whether a function is to be listed */
  show(
    rows: readonly FunctionTime[],
    options: {
      readonly allUs: number;
      readonly by: SortBy;
      readonly isWanted: (of: PageFunction) => boolean;
      /** Of the table in pixels. */
      readonly width: number;
    },
  ): void {
    const { functions } = this.#recording;
    const { by } = options;
    const nameOf = ({ function: at }: FunctionTime) => functions[at]!.name;
    this.#rows = rows
      .filter(({ function: at }) => options.isWanted(functions[at]!))
      .sort((a, b) => {
        if (by === 'name')
          return nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : a.function - b.function;
        const [one, other] = by === 'self' ? [a.selfUs, b.selfUs] : [a.totalUs, b.totalUs];
        return other - one || b.totalUs - a.totalUs || a.function - b.function;
      });
    this.#shown = pageOfRows;
    this.#allUs = options.allUs || 1;
    this.#by = by;
    this.#placeCells = Math.max(12, Math.floor((options.width * placeShare - 16) / 7.25));
    this.#draw();
  }

  /** Index of the function whose row has the keyboard; -1 for none. */
  pointedAt(): number {
    const row = document.activeElement?.closest<HTMLElement>('tr[data-function]');
    return row == null || !this.element.contains(row) ? -1 : Number(row.dataset.function);
  }

  /** Index of the function of the first row, or of the first one with lines; -1 for none. */
  first(hasLines = false): number {
    const { functions } = this.#recording;
    return this.#rows.find(({ function: at }) => !hasLines || functions[at]!.line > 0)?.function ?? -1;
  }

  #draw(): void {
    const heading = (by: SortBy, text: string, width: string) => {
      const kind = by === 'name' ? {} : { class: 'number' };
      const sorted = this.#by === by ? { 'aria-sort': by === 'name' ? 'ascending' : 'descending' } : {};
      const cell = html(
        'th',
        { scope: 'col', ...kind, ...sorted },
        button(text, () => this.#actions.sort(by)),
      );
      cell.style.width = width;
      return cell;
    };
    const place = html('th', { scope: 'col' }, 'file:line');
    const head = html('tr', {}, heading('self', 'self', '16%'), heading('total', 'total', '16%'));
    const more = html('th', { scope: 'col' }, 'show');
    more.style.width = '11%';
    head.append(heading('name', 'function', '33%'), place, more);
    const body = html('tbody');
    for (const row of this.#rows.slice(0, this.#shown)) body.append(this.#rowOf(row));
    const parts: Node[] = [html('table', {}, html('thead', {}, head), body)];
    const left = this.#rows.length - this.#shown;
    if (left > 0) {
      const further = button(`${showCounted(left, 'more row')}`, () => {
        this.#shown += pageOfRows * 4;
        this.#draw();
      });
      parts.push(further);
    }
    if (this.#rows.length === 0) parts.push(html('p', { class: 'mute' }, 'Nothing here that counts.'));
    this.element.replaceChildren(...parts);
  }

  #rowOf({ function: at, selfUs, totalUs }: FunctionTime): HTMLTableRowElement {
    const of = this.#recording.functions[at]!;
    const place = of.line > 0 ? `${of.file}:${of.line}` : of.file;
    const name = button(of.name, () => this.#actions.find(of), {
      title: `${of.name}: find it in the flame graph`,
    });
    // The end of a path says most.
    const shown = fitText(place, this.#placeCells, 'start');
    const lines = button(shown, () => this.#toggleLines(row, lines, at), {
      class: 'lines',
      title: `${place}: its lines`,
      'aria-expanded': 'false',
    });
    const calls = button('calls', () => this.#actions.showCalls(at), {
      class: 'calls',
      title: `${of.name}: its callers and callees`,
    });
    const source = button('source', () => this.#actions.showSource(at), {
      class: 'text',
      title: `${of.file}: its lines and their time`,
    });
    const row = html(
      'tr',
      { 'data-function': at },
      timeCell(selfUs, this.#allUs),
      timeCell(totalUs, this.#allUs),
      html('td', {}, name),
      html('td', { title: place }, ...(of.line > 0 ? [lines] : [shown])),
      html('td', {}, calls, ...(of.line > 0 ? [' ', source] : [])),
    );
    return row;
  }

  /** Lines of a function under its row, or none again. */
  #toggleLines(row: HTMLElement, toggle: HTMLElement, at: number): void {
    const isOpen = toggle.getAttribute('aria-expanded') === 'true';
    toggle.setAttribute('aria-expanded', String(!isOpen));
    if (isOpen) {
      while (row.nextElementSibling?.classList.contains('line')) row.nextElementSibling.remove();
      return;
    }
    const lines = this.#actions.linesOf(at);
    const hottest = Math.max(...lines.map(({ totalUs }) => totalUs));
    row.after(
      ...lines.map(({ line, selfUs, totalUs }) => {
        const text = line > 0 ? `line ${line}` : 'line not known';
        const cells = [
          timeCell(selfUs, this.#allUs),
          timeCell(totalUs, this.#allUs),
          html('td', { colspan: 3 }, text),
        ];
        return html('tr', { class: totalUs === hottest ? 'line hottest' : 'line' }, ...cells);
      }),
    );
  }
}
