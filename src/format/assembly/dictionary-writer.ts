/** Strings, functions, frames and stacks of a new trace: each is written once, with dense ids, from whatever trace it comes. */
import type Database from 'better-sqlite3';
import { prepareInserts } from '../database/row-inserts.js';
import type { CodeFrame, CodeFunction, StackForest } from '../reading/stack-forest.js';

/** Below this, two ids make one exact number: keys of stacks. */
const smallId = 2 ** 26;

export class DictionaryWriter {
  readonly #insert: ReturnType<typeof prepareInserts>;
  readonly #strings = new Map<string, number>();
  readonly #functions = new Map<string, number>();
  readonly #frames = new Map<string, number>();
  readonly #stacks = new Map<number | string, number>();

  constructor(db: Database.Database) {
    // Rows of dictionaries belong to no recording.
    this.#insert = prepareInserts(db, 0);
  }

  string(text: string): number {
    return intern(this.#strings, text, (id) => this.#insert.string({ id, text }));
  }

  /** Ids of all nodes of a forest, as the forest has them. */
  stacks(forest: StackForest): Uint32Array {
    const frames = forest.frames.map((frame) => this.frame(frame));
    const ids = new Uint32Array(forest.ids.length);
    for (let at = 0; at < ids.length; at++) {
      const caller = forest.parents[at]!;
      ids[at] = this.stack(caller < 0 ? 0 : ids[caller]!, frames[forest.frameOf[at]!]!);
    }
    return ids;
  }

  /** One node; its caller is 0 for an outermost frame. */
  stack(parent: number, frame: number): number {
    const key = parent < smallId && frame < smallId ? parent * smallId + frame : `${parent} ${frame}`;
    return intern(this.#stacks, key, (id) => this.#insert.stack({ id, parent, frame }));
  }

  frame({ function: code, line }: CodeFrame): number {
    const fn = this.#function(code);
    return intern(this.#frames, `${fn} ${line}`, (id) => this.#insert.frame({ id, function: fn, line }));
  }

  #function({ kind, firstLine, ...code }: CodeFunction): number {
    const name = this.string(code.name);
    const qualname = code.qualname === null ? null : this.string(code.qualname);
    const file = this.string(code.file);
    const place = code.place && {
      build: code.place.buildId === null ? null : this.string(code.place.buildId),
      offset: code.place.offset,
    };
    const key = `${kind} ${name} ${qualname} ${file} ${firstLine} ${place?.build} ${place?.offset}`;
    return intern(this.#functions, key, (id) =>
      this.#insert.function({ id, kind, name, qualname, file, firstLine, ...(place && { place }) }),
    );
  }
}

function intern<Key>(known: Map<Key, number>, key: Key, insert: (id: number) => unknown): number {
  let id = known.get(key);
  if (id === undefined) {
    id = known.size + 1;
    insert(id);
    known.set(key, id);
  }
  return id;
}
