/** The source of a file with the time of its lines beside it; without its text, the lines alone. */
import { type PageSource, sourceQuery } from '../drawing/page-data.js';
import type { FileLine } from '../figures/file-lines.js';
import type { Recording } from '../figures/recording.js';
import { showCounted } from '../words/picture-numbers.js';
import { sourceNote } from '../words/source-words.js';
import { button, html, space } from './html.js';
import { timeCell } from './time-cell.js';

/** Lines around those that took time. */
const context = 3;
/** Lines that a gap gives at a time. */
const mostOpened = 200;
/** Rows at most, of a file that has more of them with time. */
const mostRows = 5_000;

/** What is known of a file's text, or why it is not, in words. */
type Known = PageSource | string;

const notInReport =
  'A report has no source, only lines: "pyspy view" shows the text of files that are on its machine.';

export class SourceSection {
  readonly element = html('section', { class: 'source', 'aria-label': 'Source' });
  readonly #recording: Recording;
  readonly #close: () => void;
  readonly #arrived: () => void;
  readonly #known = new Map<string, Known>();
  /** Lines that were asked for beyond those near time, of the file that is shown. */
  readonly #opened = new Set<number>();
  #file = '';
  /** The line to be brought into sight once it is there; 0 for none. */
  #wanted = 0;
  /** What it was drawn of: a file can have thousands of rows, and most of what is pressed changes none. */
  #drawn: readonly unknown[] = [];

  /** @param arrived is called when there is more to draw */
  constructor(recording: Recording, actions: { readonly close: () => void; readonly arrived: () => void }) {
    this.#recording = recording;
    this.#close = actions.close;
    this.#arrived = actions.arrived;
    this.element.hidden = true;
  }

  /** Brings a line into sight when it is drawn next. */
  want(line: number): void {
    this.#wanted = line;
  }

  /**
   * @param file as functions have it; '' for none
   * @param lines those with time
   * @param allUs of the window
   */
  draw(file: string, lines: readonly FileLine[], allUs: number): void {
    if (file !== this.#file) this.#opened.clear();
    this.#file = file;
    this.element.hidden = file === '';
    if (file === '') return;
    const known = this.#recording.head.isServed ? this.#ask(file) : notInReport;
    const of = [file, known, this.#opened.size, allUs, JSON.stringify(lines)];
    if (of.every((each, at) => each === this.#drawn[at])) {
      this.#showWanted();
      return;
    }
    this.#drawn = of;
    const texts = typeof known === 'string' ? null : known.lines;
    const note = typeof known === 'string' ? known : sourceNote(known);
    const tools = html(
      'div',
      { class: 'tools' },
      html('h2', {}, 'Source'),
      html('b', {}, file),
      space(),
      button('Close (f)', this.#close, { class: 'close' }),
    );
    const body = html('tbody');
    for (const row of this.#rows(lines, texts, allUs || 1)) body.append(row);
    const head = html('tr');
    for (const text of ['self', 'total', 'line'])
      head.append(html('th', { scope: 'col', class: `number ${text}` }, text));
    head.append(html('th', { scope: 'col' }, texts === null ? 'functions' : 'source'));
    const nothing = html('p', { class: 'mute' }, 'No line of it counts here.');
    const box = html('div', { class: 'code', tabindex: 0 }, html('table', {}, html('thead', {}, head), body));
    const before = this.element.querySelector('.code')?.scrollTop ?? 0;
    const hadKeyboard = this.element.contains(document.activeElement);
    this.element.replaceChildren(
      tools,
      html('p', { class: 'facts note' }, note),
      ...(lines.length === 0 && texts === null ? [nothing] : [box]),
    );
    box.scrollTop = before;
    if (hadKeyboard) box.focus({ preventScroll: true });
    this.#showWanted();
  }

  /** Brings the line that is wanted into sight, and the keyboard to it. */
  #showWanted(): void {
    const box = this.element.querySelector<HTMLElement>('.code');
    if (this.#wanted === 0 || box === null) return;
    const rows = [...box.querySelectorAll<HTMLElement>('tr[data-line]')];
    const row = rows.find((each) => Number(each.dataset.line) >= this.#wanted) ?? rows[0];
    if (row !== undefined) box.scrollTop = Math.max(0, row.offsetTop - 60);
    this.element.scrollIntoView({ block: 'nearest' });
    box.focus({ preventScroll: true });
    // The text may be under way, which moves all.
    if (this.#known.get(this.#file) !== waiting) this.#wanted = 0;
  }

  #rows(lines: readonly FileLine[], texts: readonly string[] | null, allUs: number): HTMLElement[] {
    const times = new Map(lines.map((line) => [line.line, line]));
    const hottest = Math.max(0, ...lines.map(({ selfUs }) => selfUs));
    const rows: HTMLElement[] = [];
    let before = 0;
    const shown = this.#shown(lines, texts);
    for (const line of shown.slice(0, mostRows)) {
      if (texts !== null && line > before + 1) rows.push(this.#gap(before + 1, line - 1));
      before = Math.max(before, line);
      const time = times.get(line);
      const isHottest = time !== undefined && time.selfUs > 0 && time.selfUs === hottest;
      const names = (time?.functions ?? []).map((at) => this.#recording.functions[at]!.name).join(', ');
      const text = texts === null || line === 0 ? names : (texts[line - 1] ?? '');
      const cells =
        time === undefined
          ? [html('td', { class: 'number' }), html('td', { class: 'number' })]
          : [timeCell(time.selfUs, allUs), timeCell(time.totalUs, allUs)];
      const number = html('td', { class: 'number' }, line > 0 ? String(line) : '–');
      const row = html('tr', { 'data-line': line, ...(isHottest ? { class: 'hottest' } : {}) });
      if (isHottest) number.prepend(html('span', { title: 'the hottest line', class: 'mark' }, '▶ '));
      row.append(...cells, number, html('td', names === '' ? {} : { title: names }, text));
      rows.push(row);
    }
    if (shown.length > mostRows) {
      const left = `${showCounted(shown.length - mostRows, 'further line')} left out: choose a shorter window`;
      rows.push(html('tr', { class: 'gap' }, html('td', { colspan: 3 }), html('td', {}, left)));
    } else if (texts !== null && before < texts.length) rows.push(this.#gap(before + 1, texts.length));
    return rows;
  }

  /** Numbers of the lines that are shown: 0 is what belongs to none. */
  #shown(lines: readonly FileLine[], texts: readonly string[] | null): number[] {
    if (texts === null) return lines.map(({ line }) => line);
    const shown = new Set(this.#opened);
    for (const { line } of lines)
      if (line === 0) shown.add(0);
      else
        for (let at = Math.max(1, line - context); at <= Math.min(texts.length, line + context); at++)
          shown.add(at);
    return [...shown].sort((a, b) => a - b);
  }

  #gap(from: number, to: number): HTMLElement {
    const more = button(`${showCounted(to - from + 1, 'line')} more`, () => {
      for (let line = from; line <= Math.min(to, from + mostOpened - 1); line++) this.#opened.add(line);
      this.#arrived();
    });
    return html('tr', { class: 'gap' }, html('td', { colspan: 3 }), html('td', {}, more));
  }

  #ask(file: string): Known {
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    this.#known.set(file, waiting);
    void fetchSource(file).then((found) => {
      this.#known.set(file, found);
      this.#arrived();
    });
    return waiting;
  }
}

const waiting = 'Reading the source …';

async function fetchSource(file: string): Promise<Known> {
  try {
    const answer = await fetch(`${location.pathname}${sourceQuery}${encodeURIComponent(file)}`);
    if (!answer.ok) return `No source: ${(await answer.text()).slice(0, 500)}`;
    return (await answer.json()) as PageSource;
  } catch {
    return 'No source: "pyspy view" does not answer any more. Lines are from the recording.';
  }
}
