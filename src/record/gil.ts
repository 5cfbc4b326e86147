/** Who holds the GIL: read along with the stacks, from where the version keeps it. */
import type { Layout } from './layouts/layout.js';
import type { Peek } from './peek.js';
import type { RangeList } from './platform/platform.js';
import { pointerIn } from './words.js';

export class GilReader {
  readonly #layout: Layout;
  readonly #runtime: number;
  readonly #currentThread: number | null;
  /** Addresses of the GILs of the interpreters (which may share one), and where their ranges land. */
  #gils: number[] = [];
  #offsets: number[] = [];
  /** Thread states that hold a GIL. */
  readonly holders = new Set<number>();

  /** @param currentThread address of _PyThreadState_Current, where the version has it */
  constructor(layout: Layout, runtime: number, currentThread: number | null) {
    this.#layout = layout;
    this.#runtime = runtime;
    this.#currentThread = currentThread;
  }

  /** To be called when the list of interpreters was read anew. */
  find(peek: Peek, interpreters: readonly number[]): void {
    const place = this.#layout.gil;
    switch (place.kind) {
      case 'variable':
        this.#gils = this.#currentThread === null ? [] : [this.#currentThread];
        break;
      case 'runtime':
        this.#gils = [this.#runtime + place.current];
        break;
      case 'interpreter': {
        const gils = interpreters.map((interpreter) => peek.pointer(interpreter + place.gil) ?? 0);
        this.#gils = [...new Set(gils)].filter((gil) => gil !== 0);
        break;
      }
    }
  }

  get known(): boolean {
    return this.#gils.length > 0;
  }

  plan(ranges: RangeList): void {
    const size = this.#layout.gil.kind === 'interpreter' ? 24 : 8;
    this.#offsets = this.#gils.map((gil) => ranges.add(gil, size));
  }

  /** Takes the holders from what the planned read brought. */
  update(words: Uint32Array): void {
    const place = this.#layout.gil;
    this.holders.clear();
    for (const offset of this.#offsets) {
      const at = (offset + (place.kind === 'interpreter' ? place.holder : 0)) >>> 2;
      const isLocked = place.kind !== 'interpreter' || words[(offset + place.locked) >>> 2] === 1;
      const holder = pointerIn(words, at);
      if (isLocked && holder !== 0) this.holders.add(holder);
    }
  }
}
