/** JSON of which nothing is believed: every value is looked at before use. */
import { constants } from 'node:buffer';
import { getHeapStatistics } from 'node:v8';
import { tooMuch } from '../assembly/import-limits.js';
import { cannotImport, maxDepth } from './import-fault.js';
import { JsonBudget } from './json-budget.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Of what V8 may take, as bytes of a unit: the values, and what is made of them. */
const unitBytes = 24;

/** For texts of a file, so large that there is memory left for the texts and for what is made of their values. */
export function jsonBudget({ length }: Uint8Array): JsonBudget {
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
  return new JsonBudget((limit - used - 2 * length) / unitBytes);
}

/** Reads values of one file, and throws a PyspyError of kind "trace" at what is not what it should be. */
export class JsonFields {
  readonly root: unknown;
  readonly path: string;
  readonly #format: string;

  /**
   * @param format what the file is, for errors
   * @param budget of the file, where it has several texts
   */
  constructor(file: Uint8Array, path: string, format: string, budget = jsonBudget(file)) {
    this.path = path;
    this.#format = format;
    const excess =
      file.length > constants.MAX_STRING_LENGTH ? 'more than one text can have' : budget.take(file);
    if (excess !== null) throw tooMuch(path, excess);
    try {
      this.root = JSON.parse(Buffer.from(file.buffer, file.byteOffset, file.length).toString('utf8'));
    } catch (error) {
      throw this.fault(`it is no JSON (${error instanceof Error ? error.message : String(error)})`);
    }
  }

  fault(what: string): Error {
    return cannotImport(this.path, what);
  }

  fields(value: unknown): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.fault(`it has not the fields of ${this.#format}`);
    return value as Fields;
  }

  list(value: unknown): readonly unknown[] {
    if (!Array.isArray(value)) throw this.fault(`it has not the lists of ${this.#format}`);
    return value;
  }

  number(value: unknown, least: number): number {
    if (typeof value !== 'number' || !Number.isFinite(value) || value < least)
      throw this.fault('a number of it is not where it can be');
    return value;
  }

  /** @throws where a stack is deeper than any is */
  depth(frames: number): void {
    if (frames > maxDepth) throw this.fault('a stack of it has no end');
  }
}

/** Text, or null where it is none. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
