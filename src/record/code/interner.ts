/**
 * Gives every string, function, frame and stack a small number, and hands out each new row once: for the
 * segment that is the first to use it. Numbers start at 1 and are dense; 0 is "none".
 */
import type { FrameRow, FunctionRow, StackRow, StringRow } from '../../format/vocabulary.js';

export interface DictionaryRows {
  readonly strings: readonly StringRow[];
  readonly functions: readonly FunctionRow[];
  readonly frames: readonly FrameRow[];
  readonly stacks: readonly StackRow[];
}

/** A function as its code object names it. */
export interface FunctionSource {
  /** One of `functionKind`. */
  readonly kind: number;
  readonly name: string;
  readonly qualname: string | null;
  readonly file: string;
  /** 1-based, or 0 for none. */
  readonly firstLine: number;
  /** Of native code in a binary: its build ID, in hexadecimal (null where it has none), and where the function begins, as linked. */
  readonly place?: { readonly buildId: string | null; readonly offset: number };
}

/** Of what stands in a stack and has no source: a task, a note. */
export const noSource = { qualname: null, file: '', firstLine: 0 } as const;

/** Two numbers below 2^26 in one exact key. Beyond that many entries the key is a string, slower and as exact. */
const half = 2 ** 26;

export class Interner {
  readonly #strings = new Map<string, number>();
  readonly #functions = new Map<string, number>();
  readonly #frames = new Map<number | string, number>();
  readonly #stacks = new Map<number | string, number>();
  #newStrings: StringRow[] = [];
  #newFunctions: FunctionRow[] = [];
  #newFrames: FrameRow[] = [];
  #newStacks: StackRow[] = [];

  string(text: string): number {
    let id = this.#strings.get(text);
    if (id === undefined) {
      id = this.#strings.size + 1;
      this.#strings.set(text, id);
      this.#newStrings.push({ id, text });
    }
    return id;
  }

  /** The same code loaded twice (a reloaded module, the same source in two objects) is one function. */
  function({ kind, name, qualname, file, firstLine, place: source }: FunctionSource): number {
    const nameId = this.string(name);
    const qualnameId = qualname === null ? null : this.string(qualname);
    const fileId = this.string(file);
    const place = source && {
      build: source.buildId === null ? null : this.string(source.buildId),
      offset: source.offset,
    };
    const code = `${kind} ${nameId} ${qualnameId ?? 0} ${fileId} ${firstLine}`;
    const key = place === undefined ? code : `${code} ${place.build ?? 0} ${place.offset}`;
    let id = this.#functions.get(key);
    if (id === undefined) {
      id = this.#functions.size + 1;
      this.#functions.set(key, id);
      const row = { id, kind, name: nameId, qualname: qualnameId, file: fileId, firstLine };
      this.#newFunctions.push(place === undefined ? row : { ...row, place });
    }
    return id;
  }

  /** @param line 1-based, or 0 for none */
  frame(functionId: number, line: number): number {
    const key = pair(functionId, line);
    let id = this.#frames.get(key);
    if (id === undefined) {
      id = this.#frames.size + 1;
      this.#frames.set(key, id);
      this.#newFrames.push({ id, function: functionId, line });
    }
    return id;
  }

  /** @param parent the caller's stack, 0 for an outermost frame */
  stack(parent: number, frame: number): number {
    const key = pair(parent, frame);
    let id = this.#stacks.get(key);
    if (id === undefined) {
      id = this.#stacks.size + 1;
      this.#stacks.set(key, id);
      this.#newStacks.push({ id, parent, frame });
    }
    return id;
  }

  /** The rows added since the last call. */
  takeRows(): DictionaryRows {
    const rows = {
      strings: this.#newStrings,
      functions: this.#newFunctions,
      frames: this.#newFrames,
      stacks: this.#newStacks,
    };
    this.#newStrings = [];
    this.#newFunctions = [];
    this.#newFrames = [];
    this.#newStacks = [];
    return rows;
  }
}

function pair(a: number, b: number): number | string {
  return a < half && b < half ? a * half + b : `${a} ${b}`;
}
