/** JSON of which nothing is believed: every value is looked at before use. */
import { cannotImport, maxDepth } from './import-fault.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Reads values of one file, and throws a PyspyError of kind "trace" at what is not what it should be. */
export class JsonFields {
  readonly root: unknown;
  readonly #path: string;
  readonly #format: string;

  /** @param format what the file is, for errors */
  constructor(file: Uint8Array, path: string, format: string) {
    this.#path = path;
    this.#format = format;
    try {
      this.root = JSON.parse(Buffer.from(file.buffer, file.byteOffset, file.length).toString('utf8'));
    } catch (error) {
      throw this.fault(`it is no JSON (${error instanceof Error ? error.message : String(error)})`);
    }
  }

  fault(what: string): Error {
    return cannotImport(this.#path, what);
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
