/** Prints the rows of a query as they come: a table for people, CSV or JSON for programs. */

import { escapeTerminal } from '../../render/terminal/terminal.js';
import { jsonText } from '../../render/words/json.js';
import { cutMiddle } from '../../render/words/text.js';
import type { SqlValue } from '../../replay/sql/query.js';
import { show } from '../output/show.js';
import { print } from '../output/stdout.js';

export interface SqlPrinter {
  /** Comes first, and prints nothing yet: a line of progress may still be there. */
  columns(names: readonly string[]): void;
  /** @returns whether more are wanted */
  rows(rows: readonly SqlValue[][]): Promise<boolean>;
  /** Not called where the query fails: what was printed stays as it is. */
  end(): Promise<void>;
}

/** Of a cell in a table, in UTF-16 units. */
const maxCellLength = 2_000;
/** Rows that a table shows; columns are as wide as what is in them, so all of it is in memory. */
const tableRows = 1_000;

export function createSqlPrinter(format: 'text' | 'csv' | 'json'): SqlPrinter {
  switch (format) {
    case 'text':
      return new TablePrinter();
    case 'csv':
      return new CsvPrinter();
    case 'json':
      return new JsonPrinter();
  }
}

class TablePrinter implements SqlPrinter {
  #columns: readonly string[] = [];
  readonly #rows: string[][] = [];
  /** Whether a column holds nothing but numbers. */
  #isNumeric: boolean[] = [];
  #more = false;

  columns(names: readonly string[]): void {
    this.#columns = names;
    this.#isNumeric = names.map(() => true);
  }

  async rows(rows: readonly SqlValue[][]): Promise<boolean> {
    for (const row of rows) {
      if (this.#rows.length === tableRows) {
        this.#more = true;
        return false;
      }
      row.forEach((value, at) => {
        if (typeof value === 'string' || value instanceof Uint8Array) this.#isNumeric[at] = false;
      });
      // A terminal is not as wide as a text may be long, and all rows are in memory.
      this.#rows.push(row.map(showCell));
    }
    return true;
  }

  async end(): Promise<void> {
    const columns = this.#columns.map((title, at) => ({ title, isNumeric: this.#isNumeric[at] ?? false }));
    await show({ kind: 'rows', result: { columns, rows: this.#rows, hasMore: this.#more } });
  }
}

/** RFC 4180: lines end in CR LF, and quotes stand around what needs them. NULL is empty, a blob hexadecimal. */
class CsvPrinter implements SqlPrinter {
  /** Titles that are not printed yet. */
  #head = '';

  columns(names: readonly string[]): void {
    this.#head = line(names);
  }

  async rows(rows: readonly SqlValue[][]): Promise<boolean> {
    const text = this.#head + rows.map((row) => line(row.map(exact))).join('');
    this.#head = '';
    await print(text);
    return true;
  }

  async end(): Promise<void> {
    if (this.#head !== '') await print(this.#head);
  }
}

/** {"columns": […], "rows": [{…}, …]}, a row a line. */
class JsonPrinter implements SqlPrinter {
  #columns: readonly string[] = [];
  #count = 0;

  columns(names: readonly string[]): void {
    this.#columns = names;
  }

  async rows(rows: readonly SqlValue[][]): Promise<boolean> {
    const head = this.#head();
    const text = rows.map((row) => {
      // Built by hand: a column may be called __proto__.
      const fields = row.map((value, at) => `${jsonText(this.#columns[at])}: ${jsonText(forJson(value))}`);
      return `${this.#count++ > 0 ? ',' : ''}\n    {${fields.join(', ')}}`;
    });
    await print(head + text.join(''));
    return true;
  }

  async end(): Promise<void> {
    await print(`${this.#head()}${this.#count > 0 ? '\n  ' : ''}]\n}\n`);
  }

  #head(): string {
    return this.#count > 0 ? '' : `{\n  "columns": ${jsonText(this.#columns)},\n  "rows": [`;
  }
}

function line(cells: readonly string[]): string {
  const quoted = cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  const text = quoted.join(',');
  // A terminal would obey what names hold.
  return `${process.stdout.isTTY ? escapeTerminal(text) : text}\r\n`;
}

function exact(value: SqlValue): string {
  if (value === null) return '';
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value);
}

/** As much of a value as a table may show, in memory of its own: a part of a text would keep all of it. */
function showCell(value: SqlValue): string {
  if (value instanceof Uint8Array) return showValue(value.slice(0, maxCellLength));
  const text = showValue(value);
  return text.length <= maxCellLength ? text : Buffer.from(cutMiddle(text, maxCellLength)).toString();
}

/** For people: six digits after the point are a microsecond. */
function showValue(value: SqlValue): string {
  if (typeof value === 'number') return String(Number(value.toFixed(6)));
  return exact(value);
}

/** Whole numbers that a double would round become decimal text. */
function forJson(value: SqlValue): string | number | null {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value instanceof Uint8Array ? exact(value) : value;
}
