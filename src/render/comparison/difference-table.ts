/** The table of a comparison: functions with what they took on both sides, and whether the change is more than chance. */
import { literally, type Search } from '../browser/search.js';
import type { ComparisonLine, ListedLines } from '../drawing/comparison-data.js';
import { button, html } from '../page/html.js';
import { showCounted } from '../words/picture-numbers.js';
import { fitName, fitText } from '../words/text.js';
import { signed } from '../words/text-numbers.js';
import type { LookedAt, SortKey } from './looked-at.js';

export interface TableActions {
  readonly sort: (by: SortKey) => void;
  /** Looks for a function everywhere. */
  readonly find: (search: string) => void;
}

/** Of the table's width, at least, for a name and for a place. */
const nameShare = 0.25;
const placeShare = 0.22;

/** Rows at first, as `diff` has them, so that the flame graph is not far; and so many more each time. */
const firstRows = 25;
const moreRows = 200;

/** What a search looks in: as it is with frames. */
function textOf({ name, file }: ComparisonLine): string {
  return `${name} (${file})`;
}

interface Column {
  readonly text: string;
  /** Of its cells, for the style sheet: the last ones to stay where there is little room are those of the change. */
  readonly kind: string;
  readonly isNumber?: boolean;
  readonly key?: SortKey;
  readonly title: string;
}

const isNumber = true;

const columns: readonly Column[] = [
  { text: 'verdict', kind: 'verdict', key: 'rank', title: 'as diff has them: what changed first' },
  { text: 'A %', kind: 'side', isNumber, key: 'a', title: 'before' },
  { text: 'B %', kind: 'side', isNumber, key: 'b', title: 'after' },
  { text: 'change', kind: 'change', isNumber, key: 'change', title: 'B - A in points: + is slower in B' },
  { text: '±95%', kind: 'detail', isNumber, title: 'half the confidence interval' },
  { text: 'MDE', kind: 'detail', isNumber, title: 'smallest change detectable with 80 % power' },
  { text: 'worth', kind: 'detail', isNumber, title: 'independent samples of the poorer side' },
  { text: 'time', kind: 'time', title: 'total: with all that it called; self: its own' },
  { text: 'function', kind: 'function', key: 'name', title: 'by name' },
  { text: 'file', kind: 'file', title: '' },
];

export class DifferenceTable {
  readonly element = html('div');
  readonly #actions: TableActions;
  #lines: readonly ComparisonLine[] = [];
  /** All samples: stays first, and is no function. */
  #whole: ComparisonLine | null = null;
  #shown = firstRows;
  #looked: Pick<LookedAt, 'sortBy' | 'isReversed'> = { sortBy: 'rank', isReversed: false };
  /** Of all lines. */
  #greatest = 1;
  /** Whether lines are of both measures. */
  #isMixed = false;
  /** Characters of a name and of a place that there is room for. */
  #nameCells = 80;
  #placeCells = 80;

  constructor(actions: TableActions) {
    this.#actions = actions;
  }

  /** @param width of the table in pixels */
  show(
    { lines, whole }: ListedLines,
    looked: Pick<LookedAt, 'sortBy' | 'isReversed'>,
    { pattern }: Search,
    width: number,
  ): void {
    this.#looked = looked;
    this.#whole = whole;
    this.#greatest = Math.max(...lines.map(({ change }) => Math.abs(change)), 1e-9);
    this.#lines = sortLines(
      lines.filter((line) => pattern?.test(textOf(line)) ?? true),
      looked,
    );
    this.#shown = firstRows;
    this.#isMixed = new Set(lines.map(({ measure }) => measure)).size > 1;
    this.#nameCells = Math.max(12, Math.floor((width * nameShare - 14) / 7.3));
    this.#placeCells = Math.max(12, Math.floor((width * placeShare - 14) / 6.8));
    this.#draw();
  }

  #draw(): void {
    const focused = this.#focused;
    const shown = columns.filter(({ text }) => text !== 'time' || this.#isMixed);
    const head = html('tr', {}, ...shown.map((column) => this.#headingOf(column)));
    const body = html(
      'tbody',
      {},
      ...[...(this.#whole === null ? [] : [this.#whole]), ...this.#lines.slice(0, this.#shown)].map((line) =>
        this.#rowOf(line),
      ),
    );
    const parts: Node[] = [html('table', { class: 'lines' }, html('thead', {}, head), body)];
    const left = this.#lines.length - this.#shown;
    if (left > 0) {
      const further = button(showCounted(left, 'more row'), () => {
        this.#shown += moreRows;
        this.#draw();
      });
      parts.push(further);
    }
    if (this.#lines.length === 0) parts.push(html('p', { class: 'mute' }, 'Nothing here that matches.'));
    this.element.replaceChildren(...parts);
    this.element.querySelector<HTMLElement>(`button[data-sort="${focused}"]`)?.focus();
  }

  /** The heading that has the keyboard: drawn anew, it keeps it. */
  get #focused(): string {
    const { activeElement } = document;
    const isOurs = activeElement instanceof HTMLElement && this.element.contains(activeElement);
    return isOurs ? (activeElement.dataset.sort ?? '') : '';
  }

  #headingOf({ text, kind, isNumber = false, key, title }: Column): HTMLElement {
    const { sortBy, isReversed } = this.#looked;
    const isUp = (key === 'name') !== isReversed;
    const sorted = key !== undefined && key === sortBy && key !== 'rank';
    return html(
      'th',
      {
        scope: 'col',
        class: `${isNumber ? 'number ' : ''}${kind}`,
        ...(sorted ? { 'aria-sort': isUp ? 'ascending' : 'descending' } : {}),
        ...(key === undefined ? { title } : {}),
      },
      key === undefined
        ? text
        : button(text, () => this.#actions.sort(key), { title: `sort: ${title}`, 'data-sort': key }),
    );
  }

  #rowOf(line: ComparisonLine): HTMLTableRowElement {
    const { name, file, was, measure, verdict, a, b, half, mde, worth } = line;
    const side = (value: number | null) => html('td', { class: 'number side' }, value?.toFixed(1) ?? '-');
    const detail = (text = '') => html('td', { class: 'number detail' }, text);
    const place = was === null ? file : `${file} (was ${was})`;
    const isWhole = line === this.#whole;
    const find = () => this.#actions.find(`^${literally(name)} \\(${literally(file)}`);
    return html(
      'tr',
      {},
      html('td', { class: verdict || 'none' }, verdict || (isWhole ? '' : 'not tested')),
      side(a),
      side(b),
      this.#changeOf(line),
      detail(half?.toFixed(1)),
      detail(mde?.toFixed(1)),
      detail(worth?.toString()),
      ...(this.#isMixed ? [html('td', {}, measure)] : []),
      html(
        'td',
        {},
        isWhole
          ? name
          : button(fitName(name, this.#nameCells), find, { title: `${name}: find it in the flame graph` }),
      ),
      // The end of a path says most.
      html('td', { class: 'file', title: place }, fitText(place, this.#placeCells, 'start')),
    );
  }

  /** A bar to the left for less, to the right for more; grey where it may be chance. */
  #changeOf({ change, verdict }: ComparisonLine): HTMLElement {
    const bar = html('i');
    const size = (50 * Math.abs(change)) / this.#greatest;
    bar.style.width = `${size}%`;
    bar.style.left = `${change < 0 ? 50 - size : 50}%`;
    const isProven = verdict === 'slower' || verdict === 'faster';
    return html(
      'td',
      { class: `number change${isProven ? ` ${verdict}` : ''}` },
      bar,
      html('span', {}, signed(change)),
    );
  }
}

function sortLines(
  lines: readonly ComparisonLine[],
  { sortBy, isReversed }: Pick<LookedAt, 'sortBy' | 'isReversed'>,
): ComparisonLine[] {
  if (sortBy === 'rank') return [...lines];
  const sign = isReversed ? -1 : 1;
  return lines.toSorted((x, y) => {
    if (sortBy === 'name') return sign * (x.name < y.name ? -1 : x.name > y.name ? 1 : 0);
    return sign * ((y[sortBy] ?? 0) - (x[sortBy] ?? 0));
  });
}
