/** What a check of a trace found: collected, and limited, since a damaged file may be wrong in a million places. */
import { PyspyError } from '../../errors.js';

/** One thing that is not as docs/format.md has it. */
export interface Problem {
  /** Table that it is in; "file" for what SQLite itself objects to. */
  readonly table: string;
  /** Key of the row, or null where it is not in one. */
  readonly row: string | number | null;
  /** What is wrong, as a clause: "its frame 7 is not there". */
  readonly what: string;
}

/** So many of one table are listed; the others are counted. */
export const listedPerTable = 20;

export class Findings {
  readonly problems: Problem[] = [];
  /** What is worth knowing and breaks no rule. */
  readonly notes: string[] = [];
  /** How many problems there are, listed or not. */
  total = 0;
  readonly #path: string;
  readonly #listed = new Map<string, number>();

  constructor(path: string) {
    this.#path = path;
  }

  add(table: string, row: Problem['row'], what: string): void {
    this.total++;
    const listed = this.#listed.get(table) ?? 0;
    if (listed >= listedPerTable) return;
    this.#listed.set(table, listed + 1);
    this.problems.push({ table, row, what });
  }

  /** Runs a check; damage that keeps it from going on is a problem like others. */
  guard(table: string, row: Problem['row'], check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#addError(table, row, error);
    }
  }

  /** The same for a check that takes long. */
  async guardLong(table: string, row: Problem['row'], check: () => Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      this.#addError(table, row, error);
    }
  }

  #addError(table: string, row: Problem['row'], error: unknown): void {
    if (!(error instanceof PyspyError) || error.kind !== 'trace') throw error;
    this.add(table, row, this.#clause(error.message, table, row));
  }

  /** "batch 3 of run.trace is damaged: it is not a map" without what table and row say already. */
  #clause(message: string, table: string, row: Problem['row']): string {
    for (const subject of [`${table} ${row} of ${this.#path}`, this.#path])
      for (const start of [`${subject} is damaged: `, `${subject} `])
        if (message.startsWith(start)) return message.slice(start.length);
    return message;
  }
}
