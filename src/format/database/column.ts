/** Reading columns of rows that anyone may have written: each value is checked before it is believed. */
import { PyspyError } from '../../errors.js';

export type Row = Readonly<Record<string, unknown>>;

/** No text in a trace is longer, in UTF-8 bytes; what is longer is not read at all. */
export const maxTextBytes = 1 << 20;

/** SQL for a text column that comes out as null where it is unreasonably long, without being loaded. */
export function cappedText(column: string): string {
  return `iif(octet_length(${column}) > ${maxTextBytes}, NULL, ${column}) AS ${column}`;
}

/** Why a trace cannot be used, as one sentence: "run.trace is damaged: <what>". */
export function damagedTrace(path: string, what: string, cause?: unknown): PyspyError {
  return new PyspyError('trace', `${path} is damaged: ${what}`, {
    hint: 'Copy it again from where it was recorded, or record again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Reads the columns of one table; errors name the trace and the table. */
export class ColumnReader {
  readonly #path: string;
  readonly #table: string;

  constructor(path: string, table: string) {
    this.#path = path;
    this.#table = table;
  }

  /** A whole number that a double holds exactly, from `low` on. @throws PyspyError of kind "trace" */
  integer(row: Row, column: string, low = 0): number {
    const value = row[column];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < low)
      throw this.#wrong(column, 'a whole number in range');
    return value;
  }

  /** @throws PyspyError of kind "trace" */
  optionalInteger(row: Row, column: string, low = 0): number | null {
    return row[column] === null ? null : this.integer(row, column, low);
  }

  /** A 64-bit number, from a statement that returns such. @throws PyspyError of kind "trace" */
  bigint(row: Row, column: string): bigint {
    const value = row[column];
    if (typeof value !== 'bigint') throw this.#wrong(column, 'a whole number');
    return value;
  }

  /** What `integer` gives, from a statement that returns 64-bit numbers. @throws PyspyError of kind "trace" */
  integerOfWide(row: Row, column: string): number {
    return this.integer({ [column]: Number(this.bigint(row, column)) }, column);
  }

  /** @throws PyspyError of kind "trace" */
  real(row: Row, column: string): number {
    const value = row[column];
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
      throw this.#wrong(column, 'a number of at least 0');
    return value;
  }

  /** @throws PyspyError of kind "trace" */
  text(row: Row, column: string): string {
    const value = row[column];
    if (typeof value !== 'string') throw this.#wrong(column, `text of at most ${maxTextBytes} bytes`);
    return value;
  }

  /** @throws PyspyError of kind "trace" */
  optionalText(row: Row, column: string): string | null {
    return row[column] === null ? null : this.text(row, column);
  }

  /** A JSON array of strings: a command line. @throws PyspyError of kind "trace" */
  strings(row: Row, column: string): string[] {
    let list: unknown;
    try {
      list = JSON.parse(this.text(row, column));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    if (!Array.isArray(list) || !list.every((item) => typeof item === 'string'))
      throw this.#wrong(column, 'a JSON array of strings');
    return list;
  }

  /** @throws PyspyError of kind "trace" */
  bytes(row: Row, column: string): Uint8Array {
    const value = row[column];
    if (!(value instanceof Uint8Array)) throw this.#wrong(column, 'a blob of acceptable size');
    return value;
  }

  #wrong(column: string, expected: string): PyspyError {
    return damagedTrace(this.#path, `${this.#table}.${column} is not ${expected}`);
  }
}
